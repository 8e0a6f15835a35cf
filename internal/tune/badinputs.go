package tune

import (
	"math"
	"time"
)

const (
	// refusedAgain is how likely a call is refused again of which the far end will never let through what it asks: not certain, as what is
	// broken may be mended. Half or twice as unlikely not to changes nothing in the sweeps.
	refusedAgain = 0.95
	// sureOfInputs is how much evidence there must be that refusals are for what calls ask: so much that one of a thousand far ends
	// for which that is not true is taken for one: e^-9.2 is one of 10,000, each time that it begins from zero, which it may do ten times. With
	// half of it, 1.6 times what a job asks is refused in the sweep always, not 1.1 to 1.2; with twice of it a job there takes 3.3 times as
	// long as at best, not 2.5 (the median).
	sureOfInputs = 9.2
	// leastForThrough is the evidence against it, at least, when a call gets through that was refused before: four of them make it
	// unknown again. Where it is not true, too much is asked until then. Two or eight change
	// nothing in the sweeps.
	leastForThrough = sureOfInputs / 4
	// lastAnswers is of how many calls that were made once it is known when they began, and whether they were refused: twice Blind. Half or
	// twice changes nothing in the sweeps.
	lastAnswers = 256
)

// badInputs tells refusals that are for what a call asks, as those of a page that is broken or of a port that nobody listens at,
// from refusals because of how much is asked. A call that was refused and is made again while others get through is refused again
// for certain if it is for what it asks, and else as likely as others are. The logarithms of how many times as likely what was
// seen is that way are summed up (Wald, Sequential tests of statistical hypotheses, 1945), from zero on again whenever the other
// is more likely (Page, Continuous inspection schemes, 1954).
type badInputs struct {
	known    bool          // that refusals are for what calls ask
	evidence float64       // for it
	share    float64       // how likely a call was refused that had not been before, when it was last seen
	vain     int           // how many times it was known, and too much was asked as well
	answers  []answer      // of calls that had not been refused before, in a ring; nil before the first refusal, as most jobs have none and its 4 KB have to be cleared
	next     int           // the place of the next
	stale    time.Duration // refusals of calls that began before it say nothing
}

// answer is what became of a call.
type answer struct {
	began   time.Duration // 0: there was none
	refused bool
}

// answered is told what has become of a call that had not been refused before.
func (b *badInputs) answered(began time.Duration, refused bool) {
	if b.answers == nil {
		b.answers = make([]answer, lastAnswers)
	}
	b.answers[b.next] = answer{began, refused}
	b.next = (b.next + 1) % lastAnswers
}

// between is how many calls have got through that began after a time and before another, and how likely one of all that did was
// refused.
func (b *badInputs) between(at, until time.Duration) (through int, likely float64) {
	refused := 0
	for _, a := range b.answers {
		switch {
		case a.began <= at, a.began >= until:
		case a.refused:
			refused++
		default:
			through++
		}
	}
	return through, float64(refused+1) / float64(through+refused+2)
}

// refusedAgain is told of another refusal of a call that was refused first at a time, and began again at another.
func (b *badInputs) refusedAgain(at, again time.Duration) {
	through, likely := b.between(at, math.MaxInt64)
	if through == 0 || again < b.stale {
		return
	}
	b.add(math.Log(refusedAgain / likely))
	_, earlier := b.between(at, again) // Where refusals take longer than calls, those of calls that began later have not come back.
	b.share = max(likely, earlier)
}

// gotThrough is told that a call has got through that had been refused at a time.
func (b *badInputs) gotThrough(at time.Duration) {
	_, likely := b.between(at, math.MaxInt64)
	b.add(-max(leastForThrough, math.Log((1-likely)/(1-refusedAgain))))
}

// add adds evidence.
func (b *badInputs) add(evidence float64) {
	most := math.Ldexp(sureOfInputs, b.vain)
	b.evidence = min(max(0, b.evidence+evidence), most)
	b.known = b.evidence == most || b.known && b.evidence > 0
}

// drop forgets the evidence, which came of too much being asked as well. What calls that began before stale are still answered is of the
// same and does not count. If it was known, it takes twice as much evidence the next time.
func (b *badInputs) drop(stale time.Duration) {
	if b.known {
		b.vain++
	}
	b.known, b.evidence, b.stale = false, 0, stale
}
