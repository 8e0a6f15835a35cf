package overlap

import "reflect"

// submission is a future with its task and input.
type submission[In, Out any] struct {
	Future[Out]
	of *Task[In, Out]
	in In
}

func (s *submission[In, Out]) task() AnyTask { return s.of }
func (s *submission[In, Out]) input() any    { return &s.in }

func (s *submission[In, Out]) run(c Call) {
	f := &s.future
	if f.job.stopped.Load() {
		f.dropped(c, ending{}, f.job.cause())
		return
	}
	if !f.enter(c) {
		return
	}
	f.startedAt(c, c.worker.time())
	ctx := f.ctx
	if f.job.plain(s.policy) {
		perform(c, ctx, s.of.fn, s.in, s)
	} else {
		performWatched(c, ctx, s.policy, f.index, s.of.fn, s.in, s)
	}
	if ctx.asked() {
		ctx.end()
	}
}

func (s *submission[In, Out]) attempted(c Call, v Out, o Outcome, err error) {
	if o == Succeeded {
		s.value = v
		s.leave(over)
		s.end(c.worker, o, nil)
	} else {
		s.failed(c, o, err)
	}
}

func (s *submission[In, Out]) failed(c Call, o Outcome, err error) {
	f := &s.future
	f.mu.Lock()
	canceled := f.canceled
	f.mu.Unlock()
	switch {
	case canceled && (o == Failed || o == TimedOut):
		o = Canceled // whatever the call made of it
	case !canceled:
		again, why := s.again(c, o, err)
		if again {
			return
		}
		err = why
	}
	s.finish(c, o, err)
}

// again lets the call wait for another attempt, if it gets one; else the error is how it has failed.
func (s *submission[In, Out]) again(c Call, o Outcome, err error) (bool, error) {
	f := &s.future
	if s.policy.retry.Extra == 0 {
		return false, err
	}
	f.times.finished, f.worker = c.worker.tick(), c.worker.number(f.index) // if no other attempt follows
	f.leave(waiting)
	again, err := f.job.retry(c, s.policy, f.index, o, err)
	return again || !f.take(), err // or canceled in between
}

func (s *submission[In, Out]) finish(c Call, o Outcome, err error) {
	s.leave(over)
	s.end(c.worker, o, err)
}

func (s *submission[In, Out]) ended(c Call, out any, o Outcome, err error) {
	if !s.enter(c) && !s.Running() { // canceled before it was known to have started
		return
	}
	if o == NeverStarted {
		s.attempts = int(c.attempt)
	}
	var v Out
	if o == Succeeded {
		v = output[Out](out)
	}
	s.attempted(c, v, o, err)
}

// deref is the value that a pointer in an interface points to.
func deref(pointer any) any { return reflect.ValueOf(pointer).Elem().Interface() }
