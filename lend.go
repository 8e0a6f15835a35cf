package overlap

import (
	"context"
	"slices"
)

// wait is what a goroutine of a call waits for, while the call's slot is lent to that and to nothing else: a call that
// holds a lock while it waits for another must not find the slot with a third that wants the lock.
type wait struct {
	job     *Job
	group   *groupJob // of futures
	futures []*future // some of the group's, of which those before at have ended; nil: any call of the job
	at      int
}

// waitsFor are waits for futures, one a group.
func waitsFor(futures []*future) []*wait {
	var waits []*wait
	for _, f := range futures {
		i := slices.IndexFunc(waits, func(w *wait) bool { return w.group == f.job })
		if i < 0 {
			i = len(waits)
			waits = append(waits, &wait{job: &f.job.Job, group: f.job})
		}
		waits[i].futures = append(waits[i].futures, f)
	}
	return waits
}

// start starts a worker with the slot that f lends, for what f's call waits for. The slots' mutex is held.
func (w *wait) start(f *frame) bool {
	if w.job.slots != f.slots || !w.job.hasWork() {
		return false
	}
	if w.group == nil {
		return w.job.startWorker(f, nil)
	}
	only := w.startable()
	return only != nil && w.job.startWorker(f, only)
}

// startable is one of the futures whose call can be handed out, or nil.
func (w *wait) startable() *future {
	for ; w.at < len(w.futures) && w.futures[w.at].ended(); w.at++ {
		w.futures[w.at] = nil // what has ended must not be kept
	}
	for _, f := range w.futures[w.at:] {
		if w.group.startable(f) {
			return f
		}
	}
	return nil
}

// whileWaiting runs block, which waits for calls of job. If ctx is the context of a call that holds a slot, its slot is
// lent to them meanwhile, and it has it back when whileWaiting returns.
func whileWaiting(ctx context.Context, job *Job, block func()) {
	if f := frameOf(ctx); f == nil || f.slots == nil {
		block()
	} else {
		f.slots.whileLending(f, []*wait{{job: job}}, block)
	}
}

// whileWaitingFor is whileWaiting for calls of futures.
func whileWaitingFor(ctx context.Context, futures []*future, block func()) {
	if f := frameOf(ctx); f == nil || f.slots == nil {
		block()
	} else {
		f.slots.whileLending(f, waitsFor(futures), block)
	}
}

// whileWaitingForAny runs what waits for some of the futures, more than once, as whileWaitingFor does. Some may be nil.
func whileWaitingForAny(ctx context.Context, futures []*future) func(block func()) {
	f := frameOf(ctx)
	if f == nil || f.slots == nil {
		return func(block func()) { block() }
	}
	waits := waitsFor(slices.DeleteFunc(slices.Clone(futures), func(f *future) bool { return f == nil }))
	return func(block func()) { f.slots.whileLending(f, waits, block) }
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

// isAbove reports whether j was started, through jobs on other executors, by something that f's call may wait for.
func (f *frame) isAbove(j *Job) bool { return j.lender == f && j.around != f }

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
