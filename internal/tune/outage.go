package tune

import (
	"math"
	"time"
)

const (
	// leastPause is how long nothing starts, at least, when all that was tried was refused, and mostPause at most. It is longerEach
	// times as long each time. With half of the first, jobs of the sweep once take 97 times as long as at best on average, with twice of it
	// 170 times, not 130; it is about how long a server may take at least to have room again. Half or twice of the others changes nothing.
	leastPause = 15 * time.Millisecond
	mostPause  = time.Second
	longerEach = 3
	// mostEmpty is how many waves in a row may let none through until refusals count as failures like any other: with the pauses
	// between them that takes some two seconds, in which a server can be started again:
	// 15, 45, 135 and 405 ms, and 1 s twice. With twice as many, jobs of the sweep always take 17 times as long as at best on average, not 6.
	mostEmpty = 7
	// longerOpen is how many times as many are waited for where calls got through before, as it takes some calls that had not been refused
	// before to tell an outage from chance, and only one in two that are tried is such a call. With 1 TestAutoLosesNoCallToWindows fails
	// at times, and with 3 jobs of the sweep always take 9 times as long as at best on average, not 6.
	longerOpen = 2
	// backUp is how many calls must get through between two refusals for an outage to be over. Until then half as many empty waves are
	// waited for as before: where most of what is asked is refused whenever that is, nothing comes of it. Half or twice changes nothing in the
	// sweeps.
	backUp = 8
	// mostOutage is for how long empty waves are waited for at most where it is likely that the far end will let calls through again, as one
	// does that lets so many through a minute: until the next minute, and somewhat longer. The pauses are up to a longerOutage of the time
	// that has passed, so that such a job takes an eighth longer at most. Half or twice as long pauses change nothing in the sweeps.
	mostOutage   = 70 * time.Second
	longerOutage = 8
	// byChance is how likely it is at most that so many calls in a row are refused by chance, or for what they ask, where that is taken
	// for an outage. With 0.001 jobs lose calls at 15 far ends of the sweep windows, not at 12; 0.1 changes nothing.
	byChance = 0.05
)

// outage is a time in which the far end refuses every call. After each wave that lets none through nothing starts for longer.
// After too many of them the far end counts as down, and calls that it refuses fail. It takes longer to count as down where it has let calls
// through before and then refuses so many in a row that were not refused before as are not refused by chance, or for what they ask.
type outage struct {
	waves   int           // how many in a row have let none through
	began   time.Duration // when the first of them was over
	share   float64       // which share of the calls had been refused by then when they were made first
	open    bool          // it may be one that lets calls through again, as far as is known
	patient bool          // that is likely
	proven  bool          // one that took long was waited for until it was over
	first   int           // how many calls have been refused that had not been before
	inARow  int           // how many of them since one has ended well
	since   int64         // how many calls had ended well by then
	fresh   bool          // there was one of them since the last wave
	stale   int           // in how many waves in a row there was none
	pause   time.Duration // how long nothing has started after the last of them
	resume  time.Duration // until when nothing starts
	ended   int64         // how many calls had ended well at the last of them
	through int64         // how many calls had been let through when the far end began to count as down
	last    int64         // how many had been at the last refusal
	downs   int           // how many times it has counted as down since it was up
}

// wait is told of another wave that has let none through, whose refusals took so long, how many calls have got through in all, and whether
// there is evidence that refusals are for what calls ask.
func (o *outage) wait(r Reading, took time.Duration, got int, forInputs bool) {
	if r.Ended-o.ended >= backUp { // it is not the next of them in a row
		o.end(r.Ended - o.ended)
	}
	o.noteEnded(r)
	if o.waves == 0 {
		refused := o.first - o.inARow
		o.began, o.share = r.At, float64(refused)/float64(max(1, refused+got))
	}
	o.waves++
	o.ended = r.Ended
	o.stale++
	if o.fresh {
		o.fresh, o.stale = false, 0
	}
	past := r.At - o.began
	o.open = r.Ended >= backUp && !forInputs && o.stale < mostOffers
	isLikely := o.open && math.Pow(o.share, float64(o.inARow)) <= byChance
	o.patient = past < mostOutage && (o.proven || isLikely)
	o.pause = min(max(mostPause, past/longerOutage), max(leastPause, 2*took, longerEach*o.pause))
	o.resume = r.At + o.pause
}

// end is when so many calls have got through.
func (o *outage) end(passed int64) {
	o.proven = o.proven || o.waves >= mostEmpty && passed >= backUp
	o.waves, o.pause, o.open, o.patient = 0, 0, false, false
}

// empty is how many waves in a row have let none through, 0 once a call has ended well.
func (o *outage) empty(r Reading) int {
	if r.Ended != o.ended {
		return 0
	}
	return o.waves
}

// isDown reports whether nothing is waited for any more.
func (o *outage) isDown() bool { return o.waves >= o.most() && !o.patient }

// most is how many empty waves are waited for unless it is likely that the far end will let calls through again.
func (o *outage) most() int {
	most := mostEmpty >> o.downs
	if o.open {
		most *= longerOpen
	}
	return max(1, most)
}

// refusedFirst is told of the refusal of a call that had not been refused before.
func (o *outage) refusedFirst(r Reading) {
	o.noteEnded(r)
	o.first++
	o.inARow++
	o.fresh = true
}

// noteEnded begins to count anew where a call has ended well.
func (o *outage) noteEnded(r Reading) {
	if r.Ended > o.since {
		o.inARow, o.since = 0, r.Ended
	}
}

// refused is told how many calls have been let through when one is refused.
func (o *outage) refused(through int64) {
	if through-o.last >= backUp {
		o.downs = 0
	}
	o.last = through
}

// resumed is when a call has got through though the far end counts as down.
func (o *outage) resumed() {
	o.waves, o.pause = 0, 0
	o.downs = min(o.downs+1, mostEmpty)
}
