package overlap

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Slots is a limit that jobs share, taking turns: at most n of their calls execute at once. A call that waits for other
// calls lends them its slot, so that nested use does not deadlock. Safe for concurrent use.
type Slots struct {
	mu          sync.Mutex
	limit, used int
	cooperative bool            // a call that waits gives its slot to any other: Loop
	queue       []*Job          // want a worker, longest first
	returning   []chan struct{} // cooperative: calls that have waited and want to go on, longest first
	lent        []*frame        // slots lent that nobody has taken

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
	for s.used < s.limit && s.grant(nil) {
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
	for !j.queued.Load() && j.hasWork() {
		s.mu.Lock()
		switch from := s.lentTo(j); {
		case s.used < s.limit:
			if j.startWorker(nil) {
				s.used++
			}
		case from != nil:
			if j.startWorker(from) {
				s.withdraw(from)
				from.taken = true
			}
		case !j.queued.Load(): // by another goroutine meanwhile
			j.queued.Store(true)
			s.queue = append(s.queue, j)
			s.measure()
		}
		s.mu.Unlock()
	}
}

// lentTo finds a slot lent to calls of j that nobody has taken.
func (s *Slots) lentTo(j *Job) *frame {
	for _, f := range s.lent {
		if f.serves(j) {
			return f
		}
	}
	return nil
}

// grant starts a worker with the slot at hand, for the next call or job that may use it: any, or those served by from.
func (s *Slots) grant(from *frame) bool {
	if from == nil && len(s.returning) > 0 {
		close(s.returning[0])
		s.returning = s.returning[1:]
		s.measure()
		return true
	}
	for at := 0; at < len(s.queue); at++ {
		j := s.queue[at]
		if from != nil && !from.serves(j) {
			continue
		}
		s.queue = slices.Delete(s.queue, at, at+1)
		at--
		j.queued.Store(false) // before the look at its calls, so that one added meanwhile queues it again
		s.measure()
		if j.hasWork() && j.startWorker(from) {
			return true
		}
	}
	return false
}

// drop gives up the slot of a worker that leaves. It reports whether nothing waits any more with the worker's frame.
func (s *Slots) drop(f *frame) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.gone = f.lending > 0
	if f.holding {
		f.holding = false
		s.withdraw(f)
		if !f.taken { // else the borrower passes it on
			s.pass(f.from)
		}
	}
	return !f.gone
}

// pass hands a slot on: back to the call that lent it, or to the next that wants one.
func (s *Slots) pass(from *frame) {
	for from != nil && from.gone {
		from.taken = false
		from = from.from
	}
	switch {
	case from == nil:
		if s.used > s.limit || !s.grant(nil) {
			s.used--
			s.measure()
		}
	case from.back != nil: // it has waited and wants to go on
		from.taken = false
		close(from.back)
		from.back = nil
	case !s.grant(from):
		from.taken = false
		s.lent = append(s.lent, from)
	}
}

// wanted reports whether w should leave, so that its slot goes to another.
func (s *Slots) wanted(w *Worker) bool {
	if from := w.frame.from; from != nil { // others cannot have it before the call that lent it
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
	case len(s.returning) > 0 || s.used > s.limit || len(s.queue) > 1:
		s.wanting.Store(others)
	case len(s.queue) == 1:
		s.wanting.Store(s.queue[0])
	default:
		s.wanting.Store(nil)
	}
}
