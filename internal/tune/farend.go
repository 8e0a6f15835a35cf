package tune

import (
	"math"
	"slices"
	"time"
)

const (
	// Blind is how many calls are put in flight before the first has ended, unless somebody knows better: as many as
	// an HTTP/2 server is to allow at least (RFC 9113, section 6.5.2, recommends 100), and the next power of two.
	Blind = 128
	// worthDoubling is from what share of the expected gain on the level is doubled. BBR leaves its start below a third (25 % more a
	// round that might bring twice as much; Cardwell et al. 2016). With 0.25, W4 and W11 fail in the tests; 0.75 changes nothing.
	worthDoubling = 0.5
	// worthMore is from what share of the expected gain on more calls are worth while, as in .NET's hill climbing.
	// Half of it changes nothing; with twice of it, W11 is not called limited by the far end.
	worthMore = 0.15
	// worthwhile is the least gain, as a logarithm, that more calls are worth: what a job may lose beside the best level.
	// Half of it changes nothing; with twice of it, W11 is not called limited by the far end.
	worthwhile = 0.05
	// noLoss is by how much less may end in a second, as a logarithm, at a lower level that is kept all the same: about half
	// of what a job may lose. Half or twice changes nothing.
	noLoss = 0.03
	// certain is up to what standard error of a gain a lower level is judged: what a job may lose. Half or twice changes nothing.
	certain = 0.05
	// changed is by how much the rate must differ, as a logarithm, to be that of another far end: about as much as one step would bring
	// at best. Half or twice changes nothing.
	changed = 0.25
	// step is the factor of a careful raise, that of BBR's probes. With half of it more, W11 fails in the tests, and a server that slows
	// down steeply takes 4.2 times as long as at best, not 1.43; with twice of it more 1.88 times, W5 1.08 and W15b 0.78, not 1.06 and 0.69.
	step = 1.25
	// fewRounds is how many rounds nothing is tried once the best level is known, at first: then twice as many each time, up to
	// manyRounds. BBR probes once in eight rounds, too; a round that does a fifth less costs 2.5 % then, and 0.2 % at last. Half or twice of
	// the second changes nothing.
	fewRounds, manyRounds = 8, 128
	// oddRounds is how many rounds in a row must have differed for it to be another far end: one may be chance, as a pause
	// of the collector. One or four change nothing.
	oddRounds = 2
	// roundsLeft is of how many rounds there must be calls left for a lower level to be measured: else there is no time
	// to gain by it. Half or twice changes nothing.
	roundsLeft = 4
	// sureErrors is how many standard errors a rate must differ by to be that of another far end, next to changed: one of 370 does so
	// by chance. Half or twice changes nothing.
	sureErrors = 3
	// fully is by what share the calls in flight may differ from the level for that to be what is measured. Half or twice
	// changes nothing.
	fully = 0.1
)

// phase is what the search for the far end's best level does.
type phase uint8

const (
	ramping    phase = iota // the blind calls are started
	climbing                // a higher level is measured
	descending              // a lower level is measured
	steady                  // nothing is changed
)

// farEnd says how many calls what they wait for can do with: more as long as more end in a second.
type farEnd struct {
	cap     int // the most calls in flight
	blind   int
	phase   phase
	first   time.Duration // when the first reading was taken
	round   round
	best    measured      // of what has been accepted
	usual   measured      // the second round of the steady phase
	rounds  int           // how many there have been in that phase
	known   []measured    // all levels that were measured since the far end last changed
	factor  float64       // of the next raise
	odd     int           // how many rounds in a row have differed from the best
	quiet   int           // how many rounds nothing was tried
	pause   int           // how many rounds to try nothing
	climbed time.Duration // when a higher level was last begun to be measured
	recent  recent
	typical time.Duration // how long a call takes
}

func newFarEnd(blind int) farEnd {
	return farEnd{cap: blind, blind: blind, factor: step, pause: fewRounds}
}

// raiseBlind has so many calls put in flight before the first has ended, if that is more.
func (f *farEnd) raiseBlind(calls int) {
	if f.phase == ramping && calls > f.cap {
		f.cap, f.round = calls, round{}
	}
}

// look takes a reading. saturated is whether the cores hold the calls up: then nothing is learned about the far end.
func (f *farEnd) look(r Reading, saturated bool) {
	takes := f.typical
	if takes == 0 {
		takes = r.At - f.first // or longer
	}
	f.recent.look(r, takes)
	if r.Timed > 0 && f.best.level == 0 {
		f.typical = r.Took / time.Duration(r.Timed)
	}
	used := math.Abs(float64(r.InFlight-f.cap)) <= fully*float64(f.cap) && r.Wanted > 0
	if f.round.level == 0 {
		f.first = r.At
		f.begin(r)
	}
	// The blind calls are started so fast that those which end had all of them beside them, or else none of it counts.
	blind := f.phase == ramping && r.answered() == 0 && r.At-f.first < early
	if saturated || !used && !blind {
		f.begin(r)
	}
	if f.round.look(r) {
		f.judge(f.round.result(r), r)
	} else if m := f.round.atMost(r); f.phase == climbing && m.rate > 0 {
		if gain, err := m.gain(f.best); gain+2*err < 0 {
			f.rejectHigher(m, r)
		}
	}
}

// judge goes on from what a round has measured.
func (f *farEnd) judge(m measured, r Reading) {
	f.typical = time.Duration(float64(m.level) / m.rate * float64(time.Second))
	switch f.phase {
	case ramping:
		f.best, f.known = m, []measured{m}
		f.raise(r)
		return
	case climbing:
		f.judgeHigher(m, r)
	case descending:
		f.judgeLower(m, r)
	case steady:
		f.judgeSame(m, r)
	}
}

// judgeHigher judges a level above the best.
func (f *farEnd) judgeHigher(m measured, r Reading) {
	gain, err := m.gain(f.best)
	expected := math.Log(float64(m.level) / float64(f.best.level))
	switch {
	case gain >= worthDoubling*expected:
		f.accept(m)
		f.factor = 2
		f.raise(r)
	case gain >= max(worthMore*expected, worthwhile) && gain > err:
		f.accept(m)
		f.factor = step
		f.raise(r)
	case gain > 0 && 2*err > worthDoubling*expected:
		f.climb(2*m.level, r) // it could be anything, and more is told apart sooner
	case gain > -changed && gain+2*err > worthDoubling*expected && m.err < f.best.err/2:
		f.accept(m) // it could be anything, as so little is known of the best: it is this one that more are compared with
		f.factor = step
		f.raise(r)
	case gain > -changed && gain+2*err > worthDoubling*expected && f.round.longer():
		// So far it could be anything.
	default:
		f.rejectHigher(m, r)
	}
}

// rejectHigher goes on from a level above the best that is not worth while.
func (f *farEnd) rejectHigher(m measured, r Reading) {
	if slices.ContainsFunc(f.known, func(m measured) bool { return m.level < f.best.level }) {
		f.settle(r) // lower levels have been tried before
		return
	}
	f.known = append(f.known, m)
	f.lower(f.best.level/2, r)
}

// judgeLower judges a level below the best.
func (f *farEnd) judgeLower(m measured, r Reading) {
	gain, err := m.gain(f.best)
	switch {
	case gain > 2*err: // far more, however uncertain by how much
		f.accept(m)
		f.lower(m.level/2, r)
	case err > certain && gain > -changed && f.round.longer():
		// So far it could be anything.
	case err > 2*certain:
		f.settle(r) // too many in flight costs less than too few
	case gain >= -noLoss:
		f.accept(m)
		f.lower(m.level/2, r)
	default:
		f.known = append(f.known, m)
		f.settle(r)
	}
}

// judgeSame looks whether the far end is still the same, and tries a little more from time to time.
func (f *farEnd) judgeSame(m measured, r Reading) {
	if f.rounds++; f.rounds == 1 {
		f.begin(r) // it saw calls that began while there were fewer in flight
		return
	}
	if f.rounds == 2 {
		f.usual = m
	}
	gain, err := m.gain(f.usual) // not with the last round: a slow change is one, too
	if math.Abs(gain) > max(changed, sureErrors*err) {
		if f.odd++; f.odd >= oddRounds {
			f.odd = 0
			f.best, f.known = m, []measured{m}
			f.factor, f.pause = step, fewRounds
			f.raise(r)
			return
		}
	} else {
		f.odd = 0
		f.best = m
	}
	if f.quiet++; f.quiet >= f.pause && r.Left != 0 {
		f.quiet = 0
		f.pause = min(2*f.pause, manyRounds)
		f.factor = step
		f.raise(r)
		return
	}
	f.begin(r)
}

// accept takes a level for the best so far.
func (f *farEnd) accept(m measured) {
	f.best = m
	f.known = append(f.known, m)
}

// raise measures the next level above the best.
func (f *farEnd) raise(r Reading) {
	f.climb(max(f.best.level+1, int(float64(f.best.level)*f.factor)), r)
}

// climb measures a higher level than the best.
func (f *farEnd) climb(level int, r Reading) {
	f.phase, f.cap, f.climbed = climbing, level, r.At
	f.begin(r)
}

// lower measures a lower level.
func (f *farEnd) lower(level int, r Reading) {
	if level < 1 || level >= f.best.level || r.Left >= 0 && r.Left < roundsLeft*f.best.level {
		f.settle(r)
		return
	}
	f.phase, f.cap = descending, level
	f.begin(r)
}

// settle stays at the best level that is known, or between: at the top of the parabola through it and its neighbours,
// of the logarithms, which is the top of the universal scalability law to within a few per cent.
func (f *farEnd) settle(r Reading) {
	f.phase, f.quiet = steady, 0
	f.rounds = 0
	f.cap = f.best.level
	var below, above *measured
	for i := range f.known {
		m := &f.known[i]
		switch {
		case m.level < f.best.level && (below == nil || m.level > below.level):
			below = m
		case m.level > f.best.level && (above == nil || m.level < above.level):
			above = m
		}
	}
	if below != nil && above != nil {
		f.cap = top(*below, f.best, *above)
	}
	f.best.level = f.cap
	f.begin(r)
}

// top is the level of the top of the parabola through three levels, of which the middle one did most.
func top(below, middle, above measured) int {
	x := func(m measured) float64 { return math.Log(float64(m.level) / float64(middle.level)) }
	y := func(m measured) float64 { gain, _ := m.gain(middle); return gain }
	x1, x2, y1, y2 := x(below), x(above), y(below), y(above)
	a := (y1/x1 - y2/x2) / (x1 - x2)
	b := y1/x1 - a*x1
	if a >= 0 {
		return middle.level
	}
	at := min(max(-b/(2*a), x1), x2)
	return max(1, int(math.Round(float64(middle.level)*math.Exp(at))))
}

// begin measures the level as it is now.
func (f *farEnd) begin(r Reading) {
	f.round = newRound(f.cap, r, f.typical, f.recent)
	if f.phase == ramping { // those of the first calls that end first had the fewest beside them
		f.round.seeWave()
	}
}

// limited reports whether the highest level that was measured did hardly more than the lowest.
func (f *farEnd) limited() bool {
	if len(f.known) < 2 {
		return false
	}
	byLevel := func(a, b measured) int { return a.level - b.level }
	low, high := slices.MinFunc(f.known, byLevel), slices.MaxFunc(f.known, byLevel)
	gain, _ := high.gain(low)
	return gain < worthDoubling*math.Log(float64(high.level)/float64(low.level))
}
