package overlap

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Slots is a limit that jobs share, taking turns: at most n of their calls execute at once. A call that waits for other
// calls lends them its slot, so that nested use does not deadlock. Safe for concurrent use.
type Slots struct {
	mu          sync.Mutex
	limit, used int
	cooperative bool            // a call that waits gives its slot to any other: Loop
	queue       jobQueue        // want a worker, longest first
	returning   []chan struct{} // cooperative: calls that have waited and want to go on, longest first
	lent        []*frame        // slots lent that nobody has taken
	lends       atomic.Int32    // len(lent), to look at without the mutex

	_       [64]byte            // away from what changes all the time
	wanting atomic.Pointer[Job] // to look at without the mutex: nil, the one job that wants a slot, or others
	_       [64]byte
}

// NewSlots returns a limit of n calls at once. It panics when n < 1.
func NewSlots(n int) *Slots {
	if n < 1 {
		panic(fmt.Sprintf("overlap: NewSlots: must be at least 1, got %d", n))
	}
	return &Slots{limit: n}
}

// Resize changes the limit. Calls that run are not disturbed: after a cut, workers stop as they end their calls. It
// panics when n < 1.
func (s *Slots) Resize(n int) {
	if n < 1 {
		panic(fmt.Sprintf("overlap: Slots.Resize: must be at least 1, got %d", n))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = n
	for s.used < s.limit && s.grant() {
		s.used++
	}
	s.measure()
}

// Limit is how many calls may execute at once.
func (s *Slots) Limit() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limit
}

// staff starts workers for j while it has calls for them and there are slots; then it queues.
func (s *Slots) staff(j *Job) {
	for j.hasWork() && (!j.queued.Load() || s.lends.Load() > 0) {
		s.mu.Lock()
		more := true
		switch {
		case !j.queued.Load() && s.used < s.limit:
			if j.startWorker(nil, nil) {
				s.used++
			}
		case s.lendTo(j):
		default:
			if !j.queued.Load() && j.hasWork() { // else another goroutine has queued it, or its calls have ended meanwhile
				s.queue.add(j)
				s.measure()
			}
			more = false
		}
		s.mu.Unlock()
		if !more {
			return
		}
	}
}

// forget takes a job off the queue that has no more calls to hand out.
func (s *Slots) forget(j *Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j.queued.Load() {
		s.queue.remove(j)
		s.measure()
	}
}

// grant starts a worker with a free slot for the next call that wants its turn back, or the next job.
func (s *Slots) grant() bool {
	if len(s.returning) > 0 {
		close(s.returning[0])
		s.returning = s.returning[1:]
		s.measure()
		return true
	}
	for s.queue.first != nil {
		j := s.queue.first
		s.queue.remove(j) // before the look at its calls, so that one added meanwhile queues it again
		s.measure()
		if j.hasWork() && j.startWorker(nil, nil) {
			return true
		}
	}
	return false
}

// drop gives up the slot of a worker that leaves, whose call has ended with its goroutine or will never end. It reports
// whether nothing of the call waits any more.
func (s *Slots) drop(h *hold, ended bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := h.frame
	if f != nil {
		f.gone = len(f.waits) > 0 || f.away > 0
		f.over.Store(ended)
	}
	if h.holding {
		h.holding = false
		if f != nil {
			s.withdraw(f)
		}
		if f == nil || !f.taken { // else the borrower passes it on
			s.pass(h.from)
		}
	}
	return f == nil || !f.gone
}

// pass hands a slot on: back to the call that lent it, or to the next that wants one.
func (s *Slots) pass(from *frame) {
	for from != nil && from.gone {
		from.taken = false
		from = from.hold.from
	}
	switch {
	case from == nil:
		if s.used > s.limit || !s.grant() {
			s.used--
			s.measure()
		}
	case from.back != nil: // it has waited and wants to go on
		from.taken = false
		close(from.back)
		from.back = nil
	case !s.lendOut(from):
		from.taken = false
		s.lent = append(s.lent, from)
		s.lends.Store(int32(len(s.lent)))
	}
}

// wanted reports whether w should leave, so that its slot goes to another.
func (s *Slots) wanted(w *Worker) bool {
	if from := w.hold.from; from != nil { // others cannot have it before the call that lent it
		return from.recalled.Load()
	}
	return s.pressed(w.job)
}

// pressed reports whether anybody but j wants a slot.
func (s *Slots) pressed(j *Job) bool {
	wanting := s.wanting.Load()
	return wanting != nil && wanting != j
}

// others stands for several jobs that want a slot, calls that want theirs back, or slots above the limit.
var others = &Job{}

// measure updates wanting; the mutex is held.
func (s *Slots) measure() {
	switch {
	case len(s.returning) > 0 || s.used > s.limit || s.queue.first != s.queue.last:
		s.wanting.Store(others)
	case s.queue.first != nil:
		s.wanting.Store(s.queue.first)
	default:
		s.wanting.Store(nil)
	}
}
