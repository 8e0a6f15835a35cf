package overlap

import (
	"runtime"
	"sync/atomic"
	"time"
)

// longestYield is for how long a Map at most gives way to others that begin and end: jobs nested three deep of three calls each are over by then
// (W23i of bench/auto).
const longestYield = 200 * time.Microsecond

// joins is how many times a Map has begun to give way to its one worker, or has stopped to.
var joins atomic.Int64

// joinIn is when all calls of a Map are there and its one worker has been started. It gives way to that worker: calls of
// microseconds are over by then, and take less time than it takes to start another worker and to join it. Once the
// worker waits, or another core is free to go on here, there may be as many workers as the level says. A worker whose call makes a Map
// gives way itself, and does not wait: as long as others begin or end, it is given way to again.
func (t *tuner) joinIn() {
	if t.alone && t.job.hasWork() {
		joins.Add(1)
		for before := int64(0); before != joins.Load() && !t.over.Load() && t.job.now() < longestYield; {
			before = joins.Load()
			runtime.Gosched()
		}
		joins.Add(1)
	}
	if !t.alone || t.over.Load() {
		return
	}
	t.slots.mu.Lock()
	t.slots.wanted = t.wake
	t.slots.setLimit(t.settings.Level())
	if t.job.queued.Load() { // since before anybody was to be told that it wants a slot
		t.wake()
	}
	t.slots.mu.Unlock()
	t.job.dispatch()
}
