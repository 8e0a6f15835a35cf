package process

import (
	"time"

	"example.com/overlap"
)

// flight are the calls in flight to a process, sent and not answered, oldest first, in a ring.
type flight struct {
	ring  []flying // as long as a power of two
	first int      // grows; its place in the ring is the rest
	count int
}

// flying is a call in flight.
type flying struct {
	call     overlap.Call
	route    *route
	bytes    int32
	requeued bool          // given back: what the worker says of it does not count
	earliest time.Duration // when it may have begun, since the lease began
}

// at is the call in the i-th place from the oldest.
func (f *flight) at(i int) *flying { return &f.ring[(f.first+i)&(len(f.ring)-1)] }

// push returns the place for the next call.
func (f *flight) push() *flying {
	if f.count == len(f.ring) {
		longer := make([]flying, max(16, 2*len(f.ring)))
		for i := range f.count {
			longer[i] = *f.at(i)
		}
		f.ring, f.first = longer, 0
	}
	f.count++
	return f.at(f.count - 1)
}

// pop takes the oldest call. What it returns is good until the next push.
func (f *flight) pop() *flying {
	oldest := f.at(0)
	f.first++
	f.count--
	return oldest
}

// release lets go of the jobs whose calls were in flight. None is any more.
func (f *flight) release() {
	clear(f.ring[:min(f.first, len(f.ring))])
	f.first = 0
}
