package tune

import (
	"testing"
	"time"
)

// classOf is the class of a job on two cores that is at a level of 10 all the time, of which three computed or want to, at
// each of 100 looks, one a millisecond. The cores are busy. Calls took so long at first and afterwards.
func classOf(first, later time.Duration) Class {
	c := New(Settings{Cores: 2})
	r := Reading{InFlight: 10, Running: 2, Runnable: 1, Left: -1}
	c.Look(r)
	for i := range 100 {
		took := later
		if i == 0 {
			took = first
		}
		r.At += time.Millisecond
		r.CPU += 2 * time.Millisecond
		r.Took += took * 100
		r.Timed += 100
		r.Ended += 100
		c.Look(r)
	}
	c.history.peak = 10
	return c.Report(r).Class
}

// A call of these uses 20 µs of a core.
func TestBusyCoresWithCallsThatWait(t *testing.T) {
	if got := classOf(100*time.Microsecond, 100*time.Microsecond); got != Mixed {
		t.Errorf("calls that took five times as long from the first: class %d, want mixed", got)
	}
	if got := classOf(22*time.Microsecond, 100*time.Microsecond); got != CPUBound {
		t.Errorf("calls that took hardly longer at first: class %d, want CPU-bound", got)
	}
}
