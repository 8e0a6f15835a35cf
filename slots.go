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

// jobQueue are the jobs that want a worker from Slots, whose mutex guards it. Each is in one queue at most, and any of
// them can leave it at any time.
type jobQueue struct{ first, last *Job }

func (q *jobQueue) add(j *Job) {
	j.queued.Store(true)
	j.before = q.last
	if q.last == nil {
		q.first = j
	} else {
		q.last.after = j
	}
	q.last = j
}

func (q *jobQueue) remove(j *Job) {
	if j.before == nil {
		q.first = j.after
	} else {
		j.before.after = j.after
	}
	if j.after == nil {
		q.last = j.before
	} else {
		j.after.before = j.before
	}
	j.before, j.after = nil, nil
	j.queued.Store(false)
}

// whileLending runs block, which waits for that.
func (s *Slots) whileLending(f *frame, waits []*wait, block func()) {
	if s.cooperative {
		s.giveUp(f)
		defer s.comeBack(f)
	} else {
		s.lend(f, waits)
		defer s.takeBack(f, waits)
	}
	block()
}

func (s *Slots) lend(f *frame, waits []*wait) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.over.Load() {
		return
	}
	f.hold.frame = f
	f.waits = append(f.waits, waits...)
	if !f.hold.holding || f.gone || f.taken || s.lendOut(f) {
		return
	}
	if !slices.Contains(s.lent, f) {
		s.lent = append(s.lent, f)
		s.lends.Store(int32(len(s.lent)))
	}
}

// lendOut starts a worker with f's slot, if there is something to do for it that f's call waits for.
func (s *Slots) lendOut(f *frame) bool {
	for _, w := range f.waits {
		if w.start(f) {
			s.withdraw(f)
			f.taken = true
			return true
		}
	}
	for j := s.queue.first; j != nil; j = j.after {
		if f.isAbove(j) && j.hasWork() && j.startWorker(f, nil) {
			s.withdraw(f)
			f.taken = true
			return true
		}
	}
	return false
}

// lendTo starts a worker for j with a slot that is lent and not taken.
func (s *Slots) lendTo(j *Job) bool {
	for _, f := range s.lent {
		serves := f.isAbove(j) || slices.ContainsFunc(f.waits, func(w *wait) bool { return w.job == j })
		if serves && s.lendOut(f) {
			return true
		}
		if f.isAbove(j) && j.hasWork() && j.startWorker(f, nil) { // it need not be in the queue
			s.withdraw(f)
			f.taken = true
			return true
		}
	}
	return false
}

// withdraw takes f's slot off those that are lent and not taken.
func (s *Slots) withdraw(f *frame) {
	if i := slices.Index(s.lent, f); i >= 0 {
		s.lent = slices.Delete(s.lent, i, i+1)
		s.lends.Store(int32(len(s.lent)))
	}
}

// takeBack ends a wait. While other goroutines of the call wait, the slot stays lent: the call needs what they wait
// for.
func (s *Slots) takeBack(f *frame, waits []*wait) {
	s.mu.Lock()
	f.waits = slices.DeleteFunc(f.waits, func(w *wait) bool { return slices.Contains(waits, w) })
	if len(f.waits) > 0 || !f.hold.holding || f.gone || f.over.Load() {
		s.mu.Unlock()
		return
	}
	s.recall(f)
}

// endCall is when f's call has ended, on its worker's goroutine. Goroutines of the call that still wait for something
// do so without its slot from now on.
func (s *Slots) endCall(f *frame) {
	s.mu.Lock()
	f.over.Store(true)
	f.hold.frame = nil
	f.waits = nil
	if f.gaveUp {
		s.getTurn(f.hold)
		return
	}
	s.recall(f)
}

// recall returns when f's slot is not lent any more. The mutex is held, and released meanwhile and in the end.
func (s *Slots) recall(f *frame) {
	s.withdraw(f)
	if !f.taken {
		s.mu.Unlock()
		return
	}
	back := make(chan struct{})
	f.back = back
	f.recalled.Store(true)
	s.mu.Unlock()
	<-back
	f.recalled.Store(false)
}

// giveUp frees the turn of a cooperative call while the first of its goroutines waits.
func (s *Slots) giveUp(f *frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.over.Load() {
		return
	}
	f.hold.frame = f
	if f.away++; f.hold.holding {
		f.hold.holding, f.gaveUp = false, true
		s.pass(nil)
	}
}

// comeBack waits until a cooperative call that gave up its turn has one again, when the last of its goroutines that
// wait comes back: with a turn of the first, what the others wait for would never have one.
func (s *Slots) comeBack(f *frame) {
	s.mu.Lock()
	if f.over.Load() {
		s.mu.Unlock()
		return
	}
	if f.away--; f.away > 0 || !f.gaveUp {
		s.mu.Unlock()
		return
	}
	f.gaveUp = false
	s.getTurn(f.hold)
}

// getTurn waits for a turn. The mutex is held, and released.
func (s *Slots) getTurn(h *hold) {
	if s.used < s.limit {
		s.used++
		h.holding = true
		s.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	s.returning = append(s.returning, turn)
	s.measure()
	s.mu.Unlock()
	<-turn
	s.mu.Lock()
	h.holding = true
	s.mu.Unlock()
}

// hireFor returns a worker of the future's job that is not working, with a slot, for that call alone; nil if there is
// no slot or no such worker.
func (s *Slots) hireFor(f *future) *Worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used >= s.limit {
		return nil
	}
	w := f.job.hireUnparked()
	if w == nil {
		return nil
	}
	s.used++
	w.hold.holding = true
	w.fresh, w.pulled, w.size, w.exact, w.only = false, false, 0, false, f
	return w
}
