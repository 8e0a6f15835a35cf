package tune

import "time"

const (
	// collectsFor is for how long after a collection calls count as keeping the garbage collector busy: it takes usedFor at most until it is
	// seen that one has ended, and this is twice that.
	collectsFor = 2 * usedFor
	// oftenFor is for how long after a collection there is one often. Calls that compress 64 KiB each have one in each 5 ms, and those that sort
	// 100,000 numbers one in each 20 ms.
	oftenFor = 5 * collectsFor
	// muchHeap is with how many bytes of memory in use more calls in flight have hardly less to be collected: the least heap at which Go
	// collects is 4 MB, and what each collection takes that does not depend on the heap is a sixteenth with this.
	muchHeap = 64 << 20
)

// collector sees whether calls keep the garbage collector busy.
//
// Where they do, and leave no core idle, readings are taken when calls end, and not by a timer: that wakes a thread, and Linux may then have two
// share a core that compute, while the other is idle, since they go to sleep and are woken all the time to collect. A goroutine that
// starts as often costs nothing (BenchmarkBesideATimer of the package overlap, which measured 15 % for a timer each 5 ms).
type collector struct {
	cycles int64
	at     time.Duration // when a collection was last seen to have ended; 0: none was
}

func (c *collector) look(r Reading) {
	if r.Memory.Cycles > c.cycles && c.cycles > 0 {
		c.at = r.At
	}
	c.cycles = r.Memory.Cycles
}

// isBusy reports whether calls keep the collector busy.
func (c *collector) isBusy(r Reading) bool { return r.Collecting || c.within(r, collectsFor) }

// isOften reports whether there are collections often, since the heap is small.
func (c *collector) isOften(r Reading) bool {
	return r.Memory.Used <= muchHeap && c.within(r, oftenFor)
}

// within reports whether a collection has ended so shortly before the reading.
func (c *collector) within(r Reading, most time.Duration) bool { return c.at > 0 && r.At-c.at < most }

// keepsCoresBusy reports whether calls that keep the collector busy leave no core idle, but for that which the reading takes.
func (c *collector) keepsCoresBusy(r Reading, cores int) bool {
	return c.isBusy(r) && r.Running+r.Runnable >= max(1, cores-1) && r.Timed > 0
}

// ends is how many calls end in a time, at least one.
func (c *collector) ends(r Reading, wait time.Duration) int64 {
	return max(1, int64(wait)*int64(r.InFlight)/max(1, int64(typical(r))))
}
