package overlap

import "sync/atomic"

// batch is what happened to calls of one worker. The worker adds to it while the teller may already tell the beginning:
// first the events are written, then the teller is let know, in one of two ways.
type batch struct {
	worker int
	events []Event
	noted  atomic.Int32 // so many events are there
	from   atomic.Int64 // and, unless negative, three more for each call that the run has passed from this place on
	run    *rest        // the worker's
	told   int          // so many were told; the teller's
	place  int          // in the teller's list; guarded by its mutex
}

const (
	smallBatch = 48
	largeBatch = 768 // of a worker with runs of tiny calls
)

// ready is how many events are there.
func (b *batch) ready() int {
	for {
		noted, from := b.noted.Load(), b.from.Load()
		if from < 0 {
			return int(noted)
		}
		first := b.run.first()
		if b.from.Load() == from && b.noted.Load() == noted { // so it was still this run; places do not repeat
			return int(noted) + 3*int(max(0, first-1-from)) // the call before the first that is left still runs
		}
	}
}
