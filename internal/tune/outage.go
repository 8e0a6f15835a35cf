package tune

import "time"

const (
	// leastPause is how long nothing starts, at least, when all that was tried was refused, and mostPause at most. It is longerEach
	// times as long each time. With half of the first, jobs of the sweep once take 97 times as long as at best on average, with twice of it
	// 170 times, not 130; it is about how long a server may take at least to have room again. Half or twice of the others changes nothing.
	leastPause = 15 * time.Millisecond
	mostPause  = time.Second
	longerEach = 3
	// mostEmpty is how many waves in a row may let none through until refusals count as failures like any other: with the pauses
	// between them that takes some two seconds, in which a server can be started again:
	// 15, 45, 135 and 405 ms, and 1 s twice. Half or twice changes nothing in the sweeps.
	mostEmpty = 7
	// backUp is how many calls must get through between two refusals for an outage to be over. Until then half as many empty waves are
	// waited for as before: where most of what is asked is refused whenever that is, nothing comes of it. Half or twice changes nothing in the
	// sweeps.
	backUp = 8
)

// outage is a time in which the far end refuses every call. After each wave that lets none through nothing starts for longer.
// After too many of them the far end counts as down, and calls that it refuses fail.
type outage struct {
	waves   int           // how many in a row have let none through
	pause   time.Duration // how long nothing has started after the last of them
	resume  time.Duration // until when nothing starts
	ended   int64         // how many calls had ended well at the last of them
	through int64         // how many calls had been let through when the far end began to count as down
	last    int64         // how many had been at the last refusal
	downs   int           // how many times it has counted as down since it was up
}

// wait is told of another wave that has let none through, whose refusals took so long.
func (o *outage) wait(r Reading, took time.Duration) {
	if r.Ended-o.ended >= backUp { // it is not the next of them in a row
		o.end()
	}
	o.waves++
	o.ended = r.Ended
	o.pause = min(mostPause, max(leastPause, 2*took, longerEach*o.pause))
	o.resume = r.At + o.pause
}

// end is when a call has got through.
func (o *outage) end() { o.waves, o.pause = 0, 0 }

// empty is how many waves in a row have let none through, 0 once a call has ended well.
func (o *outage) empty(r Reading) int {
	if r.Ended != o.ended {
		return 0
	}
	return o.waves
}

// isDown reports whether nothing is waited for any more.
func (o *outage) isDown() bool { return o.waves >= max(1, mostEmpty>>o.downs) }

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
