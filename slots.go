package overlap

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Slots is a limit that jobs share, taking turns: at most n of their calls execute at once. A call that waits for other
// calls lends them its slot, so that nested use does not deadlock. Safe for concurrent use.
type Slots struct {
	mu          sync.Mutex
	limit       int
	turns       atomic.Int64    // how often a worker might have left for a job of a lower priority
	used        int             // how many slots workers and waiting calls hold
	cooperative bool            // a call that waits gives its slot to any other, as under Loop
	queue       jobQueue        // the jobs that want a worker, longest first
	returning   []chan struct{} // cooperative: calls that have waited and want their turn back, longest first
	lentFree    []*frame        // the calls that lend a slot which nobody has taken
	lentCount   atomic.Int32    // len(lentFree), to be read without the mutex

	most    int             // the greatest limit that Resize sets; 0: there is none
	resized map[*Job]func() // of each job that wants to know when the limit has risen: called then, without the mutex
	wanted  func()          // if not nil, called with the mutex when a job wants a slot and there is none

	_ [64]byte // kept away from what changes all the time
	// Of the jobs that want a slot, the one of the highest priority, or severalWant; nil if there is none. And whether there
	// are any of a lower priority. To be read without the mutex.
	wanting    atomic.Pointer[Job]
	lowerWants atomic.Bool
	_          [64]byte
}

// NewSlots returns a limit of n calls at once. It panics when n < 1.
func NewSlots(n int) *Slots {
	if n < 1 {
		panic(fmt.Sprintf("overlap: NewSlots: must be at least 1, got %d", n))
	}
	return &Slots{limit: n}
}

// Resize changes the limit to n, or to the greatest there is ([Slots.SetMost]) if that is less. Calls that run are not
// disturbed: after a cut, workers stop as they end their calls. The default window of a [Stream] follows. It panics
// when n < 1.
func (s *Slots) Resize(n int) {
	if n < 1 {
		panic(fmt.Sprintf("overlap: Slots.Resize: must be at least 1, got %d", n))
	}
	s.mu.Lock()
	s.setLimit(n)
	risen := slices.Collect(maps.Values(s.resized))
	s.mu.Unlock()
	for _, tell := range risen {
		tell()
	}
}

// setLimit changes the limit. The mutex is held.
func (s *Slots) setLimit(n int) {
	s.limit = n
	if s.most > 0 {
		s.limit = min(n, s.most)
	}
	for s.used < s.limit && s.giveFreeSlot() {
		s.used++
	}
	s.updateWanting()
}

// SetMost sets the greatest limit: a [Slots.Resize] to more sets the limit to most, and a limit that is higher now
// becomes most at once. Whoever finds the best limit by trying is thereby kept from going too far. It panics when
// most < 1.
func (s *Slots) SetMost(most int) {
	if most < 1 {
		panic(fmt.Sprintf("overlap: Slots.SetMost: must be at least 1, got %d", most))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = most
	s.setLimit(s.limit)
}

// SlotsState is what [Slots.State] read at one moment.
type SlotsState struct {
	Limit int // how many calls may execute at once
	Most  int // the greatest limit that Resize sets; 0: there is none
	// InUse is how many slots are taken: those of calls that execute, of workers between two calls, and of calls that
	// wait for other calls. After a cut it may be above Limit for a while.
	InUse int
	// Waiting is how many of these belong to calls that wait for other calls and have lent their slot to none so far. A
	// call under Loop that waits has given up its slot and is not counted.
	Waiting int
	// Wanted is how many more slots would be used if the limit were higher: for calls that jobs have ready and, under
	// Loop, for those that have waited and want to go on. Of a Stream it counts no more than the calls in its window.
	Wanted int
}

// State reads what the slots are used for, all at one moment. It waits for nothing, and costs a lock and a look at each
// job that wants a slot.
func (s *Slots) State() SlotsState {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := SlotsState{Limit: s.limit, Most: s.most, InUse: s.used, Waiting: len(s.lentFree), Wanted: len(s.returning)}
	for j := range s.queue.all {
		state.Wanted += max(0, j.readyCalls()-int(j.starting.Load()))
	}
	return state
}

// onResize has tell called whenever the limit may have risen, until the function it returns is called.
func (s *Slots) onResize(j *Job, tell func()) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.resized == nil {
		s.resized = map[*Job]func(){}
	}
	s.resized[j] = tell
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.resized, j)
	}
}

// tellResized tells j, if it wants to know of that, that the slots are now good for more calls.
func (s *Slots) tellResized(j *Job) {
	s.mu.Lock()
	tell := s.resized[j]
	s.mu.Unlock()
	if tell != nil {
		tell()
	}
}

// Limit is how many calls may execute at once.
func (s *Slots) Limit() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limit
}

// startWorkers starts workers for j while it has calls for them and there are slots; then it queues.
func (s *Slots) startWorkers(j *Job) {
	for j.hasWork() && (!j.queued.Load() || s.lentCount.Load() > 0) {
		s.mu.Lock()
		more := true
		switch {
		case !j.queued.Load() && s.used < s.limit:
			if more = j.startWorker(nil, nil); more { // else the job is done, and what it has left was canceled
				s.used++
			}
		case s.lendTo(j):
		default:
			if !j.queued.Load() && j.hasWork() { // else another goroutine has queued it, or its calls have ended meanwhile
				s.queue.add(j)
				s.updateWanting()
				if s.wanted != nil {
					s.wanted()
				}
			}
			more = false
		}
		s.mu.Unlock()
		if !more {
			return
		}
	}
}

// dequeue takes a job that has no more calls to hand out off the queue.
func (s *Slots) dequeue(j *Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j.queued.Load() {
		s.queue.remove(j)
		s.updateWanting()
	}
}

// giveFreeSlot starts a worker with a free slot for the next call that wants its turn back, or the next job.
func (s *Slots) giveFreeSlot() bool {
	if len(s.returning) > 0 {
		close(s.returning[0])
		s.returning = s.returning[1:]
		s.updateWanting()
		return true
	}
	for j := s.queue.next(); j != nil; j = s.queue.next() {
		s.queue.remove(j) // before the look at its calls, so that one added meanwhile queues it again
		s.updateWanting()
		if j.hasWork() && j.startWorker(nil, nil) {
			return true
		}
	}
	return false
}

// giveUpSlot gives up the slot of a worker that leaves, whose call has ended with its goroutine or will never end. It
// reports whether nothing of the call waits any more.
func (s *Slots) giveUpSlot(h *hold, ended bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := h.frame
	if f != nil {
		f.abandoned = len(f.waits) > 0 || f.waitingGoroutines > 0
		f.ended.Store(ended)
	}
	if h.held {
		h.held = false
		if f != nil {
			s.withdraw(f)
		}
		if f == nil || !f.borrowed { // else the borrower passes it on
			s.passOn(h.lentBy)
		}
	}
	return f == nil || !f.abandoned
}

// passOn hands a slot on: back to the call that lent it, or to the next that wants one.
func (s *Slots) passOn(from *frame) {
	for from != nil && from.abandoned {
		from.borrowed = false
		from = from.hold.lentBy
	}
	switch {
	case from == nil:
		if s.used > s.limit || !s.giveFreeSlot() {
			s.used--
			s.updateWanting()
		}
	case from.handedBack != nil: // it has waited and wants to go on
		from.borrowed = false
		close(from.handedBack)
		from.handedBack = nil
	default:
		from.borrowed = false
		s.offerLent(from)
	}
}

// shouldLeave reports whether w should leave, so that its slot goes to another.
func (s *Slots) shouldLeave(w *Worker) bool {
	if from := w.hold.lentBy; from != nil { // others cannot have it before the call that lent it
		return from.recalled.Load()
	}
	wanting := s.wanting.Load()
	switch {
	case wanting == nil:
		return false
	case wanting != w.job && wanting.level <= w.job.level:
		return true
	case wanting == w.job && !s.lowerWants.Load() || s.turns.Add(1)%lowerTurn > 0:
		return false
	}
	s.queue.lowerDue.Store(true)
	return true
}

// wantedByOthers reports whether anybody but j wants a slot.
func (s *Slots) wantedByOthers(j *Job) bool {
	wanting := s.wanting.Load()
	return wanting != nil && (wanting != j || s.lowerWants.Load())
}

// updateWanting updates wanting; the mutex is held.
func (s *Slots) updateWanting() {
	wanting, lower := s.queue.wanting()
	if len(s.returning) > 0 || s.used > s.limit {
		wanting = severalWant[High.level()]
	}
	s.lowerWants.Store(lower)
	s.wanting.Store(wanting)
}

// whileLending runs block, which waits for that.
func (s *Slots) whileLending(f *frame, waits []*wait, block func()) {
	if s.cooperative {
		s.giveUpTurn(f)
		defer s.takeTurnBack(f)
	} else {
		s.lend(f, waits)
		defer s.takeBack(f, waits)
	}
	block()
}

func (s *Slots) lend(f *frame, waits []*wait) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.ended.Load() {
		return
	}
	f.hold.frame = f
	f.waits = append(f.waits, waits...)
	if f.hold.held && !f.abandoned && !f.borrowed {
		s.offerLent(f)
	}
}

// offerLent lends f's slot, now or as soon as there is something to do for it. The slot counts as lent before anybody
// looks for work: startWorkers, which has no mutex where it adds work, then sees the slot, or the work is seen here.
func (s *Slots) offerLent(f *frame) {
	if !slices.Contains(s.lentFree, f) {
		s.lentFree = append(s.lentFree, f)
		s.lentCount.Store(int32(len(s.lentFree)))
	}
	s.lendOut(f)
}

// lendOut starts a worker with f's slot, if there is something to do for it that f's call waits for.
func (s *Slots) lendOut(f *frame) bool {
	for _, w := range f.waits {
		if w.start(f) {
			s.withdraw(f)
			f.borrowed = true
			return true
		}
	}
	for j := range s.queue.all {
		if f.isAbove(j) && j.hasWork() && j.startWorker(f, nil) {
			s.withdraw(f)
			f.borrowed = true
			return true
		}
	}
	return false
}

// lendTo starts a worker for j with a slot that is lent and not taken.
func (s *Slots) lendTo(j *Job) bool {
	for _, f := range s.lentFree {
		serves := f.isAbove(j) || slices.ContainsFunc(f.waits, func(w *wait) bool { return w.job == j })
		if serves && s.lendOut(f) {
			return true
		}
		if f.isAbove(j) && j.hasWork() && j.startWorker(f, nil) { // it need not be in the queue
			s.withdraw(f)
			f.borrowed = true
			return true
		}
	}
	return false
}

// withdraw takes f's slot off those that are lent and not taken.
func (s *Slots) withdraw(f *frame) {
	if i := slices.Index(s.lentFree, f); i >= 0 {
		s.lentFree = slices.Delete(s.lentFree, i, i+1)
		s.lentCount.Store(int32(len(s.lentFree)))
	}
}

// takeBack ends a wait. While other goroutines of the call wait, the slot stays lent: the call needs what they wait
// for.
func (s *Slots) takeBack(f *frame, waits []*wait) {
	s.mu.Lock()
	f.waits = slices.DeleteFunc(f.waits, func(w *wait) bool { return slices.Contains(waits, w) })
	if len(f.waits) > 0 || !f.hold.held || f.abandoned || f.ended.Load() {
		s.mu.Unlock()
		return
	}
	s.recall(f)
}

// endCall is when f's call has ended, on its worker's goroutine. Goroutines of the call that still wait for something
// do so without its slot from now on.
func (s *Slots) endCall(f *frame) {
	s.mu.Lock()
	f.ended.Store(true)
	f.hold.frame = nil
	f.waits = nil
	if f.turnGivenUp {
		s.waitForTurn(f.hold)
		return
	}
	s.recall(f)
}

// recall returns when f's slot is not lent any more. The mutex is held, and released meanwhile and in the end.
func (s *Slots) recall(f *frame) {
	s.withdraw(f)
	if !f.borrowed {
		s.mu.Unlock()
		return
	}
	back := make(chan struct{})
	f.handedBack = back
	f.recalled.Store(true)
	s.mu.Unlock()
	<-back
	f.recalled.Store(false)
}

// giveUpTurn frees the turn of a cooperative call while the first of its goroutines waits.
func (s *Slots) giveUpTurn(f *frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.ended.Load() {
		return
	}
	f.hold.frame = f
	if f.waitingGoroutines++; f.hold.held {
		f.hold.held, f.turnGivenUp = false, true
		s.passOn(nil)
	}
}

// takeTurnBack waits until a cooperative call that gave up its turn has one again, when the last of its goroutines that
// wait comes back: with a turn of the first, what the others wait for would never have one.
func (s *Slots) takeTurnBack(f *frame) {
	s.mu.Lock()
	if f.ended.Load() {
		s.mu.Unlock()
		return
	}
	if f.waitingGoroutines--; f.waitingGoroutines > 0 || !f.turnGivenUp {
		s.mu.Unlock()
		return
	}
	f.turnGivenUp = false
	s.waitForTurn(f.hold)
}

// waitForTurn waits for a turn. The mutex is held, and released.
func (s *Slots) waitForTurn(h *hold) {
	if s.used < s.limit {
		s.used++
		h.held = true
		s.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	s.returning = append(s.returning, turn)
	s.updateWanting()
	s.mu.Unlock()
	<-turn
	s.mu.Lock()
	h.held = true
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
	w.hold.held = true
	w.starting, w.pulled, w.batchSize, w.clockIsNow, w.onlyFuture = false, false, 0, false, f
	return w
}
