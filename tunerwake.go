package overlap

import (
	"sync/atomic"
	"time"
)

// tunersWoken is how many tuners of jobs that are not over have taken readings.
var tunersWoken atomic.Int64

// wake is when the job wants a slot and there is none. The mutex of the slots is held.
func (t *tuner) wake() {
	if !t.awake.Load() && t.awake.CompareAndSwap(false, true) {
		if !t.woken.Load() {
			t.begin()
		}
		t.beginRun()
	}
}

// mostBeginning is how many tuners at most have goroutines that may be waiting for a core. Each waits behind what the cores have to run first,
// which may be the next jobs: on one core each of many brief ones would leave a goroutine behind. Further ones take their first reading
// beginLater, which a job that is over by then never does.
const (
	mostBeginning = 64
	beginLater    = time.Millisecond
)

// tunersBeginning is how many goroutines there are of tuners that have been woken.
var tunersBeginning atomic.Int32

// beginRun has readings taken from now on. The mutex of the slots is held.
func (t *tuner) beginRun() {
	if tunersBeginning.Add(1) > mostBeginning && t.readAfter(beginLater) {
		tunersBeginning.Add(-1)
		return
	}
	go func() {
		defer tunersBeginning.Add(-1)
		t.run()
	}()
}

// begin is before the first reading.
func (t *tuner) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wokenAt = max(1, t.job.now())
	if t.controller != nil {
		t.controller.Wake(t.wokenAt)
	}
	if !t.over.Load() {
		t.woken.Store(true)
		tunersWoken.Add(1)
	}
}
