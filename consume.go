package overlap

import (
	"errors"
	"fmt"
)

var errLoopLeft = errors.New("the loop over the results was left")

// draw puts the inputs into the window, on the drawer's goroutine.
func (s *stream[In, Out]) draw() {
	defer s.leave()
	defer func() {
		s.allIn.Store(true)
		s.close()
		s.feed()
	}()
	s.drawAll(func() bool {
		if s.hasWork() {
			s.kick()
		}
		s.waitForRoom()
		return !s.stopped.Load()
	})
}

// drawAll puts each input into the window, and has added called after each, until that says to stop. What goes wrong
// with the inputs is kept in left.
func (s *stream[In, Out]) drawAll(added func() bool) {
	inside := true // seq, rather than added; guarded by drawing, as left is
	defer func() {
		s.drawing.Lock()
		defer s.drawing.Unlock()
		if !inside {
			return
		}
		broken := error(ErrGoexit)
		if r := recover(); r != nil {
			broken = panicError(r)
		}
		if s.closed = true; s.left == nil {
			s.left = fmt.Errorf("drawing inputs: %w", broken)
		} else { // it had been told to stop
			s.left = fmt.Errorf("%w; and then, drawing inputs: %w", s.left, broken)
		}
	}()
	s.seq(func(in In, err error) bool {
		s.drawing.Lock() // seq may give inputs on several goroutines, and go on when it should not
		defer s.drawing.Unlock()
		if s.closed {
			return false
		}
		inside, s.closed = false, true // not undone by a panic of added, which is none of seq's
		more := false
		switch {
		case s.stopped.Load():
			s.left = s.cause() // in was drawn, but has no place: no result speaks of it
		case err != nil:
			s.left = err
		default:
			s.put(in)
			if more = added(); !more {
				s.left = s.cause()
			}
		}
		inside, s.closed = true, !more
		return more
	})
	s.drawing.Lock()
	inside, s.closed = false, true
	s.drawing.Unlock()
}

// waitForRoom returns when the window has a free place, or the job has stopped.
func (s *stream[In, Out]) waitForRoom() {
	for s.isFull() {
		s.full.Store(true)
		if s.setLimit(); !s.isFull() { // the limit may have been changed
			if s.full.CompareAndSwap(true, false) {
				break
			}
		}
		<-s.room
	}
	if s.stopped.Load() {
		s.shut(s.cause()) // what was put in after stop had looked
	}
}

func (s *stream[In, Out]) isFull() bool {
	return s.drawn.Load()-s.taken.Load() >= s.limit && !s.stopped.Load()
}

// makeRoom wakes the drawer.
func (s *stream[In, Out]) makeRoom() {
	if s.full.Load() && s.full.CompareAndSwap(true, false) {
		s.room <- struct{}{}
	}
}

// deliver adds an ended call to finished, where it is its turn.
func (s *stream[In, Out]) deliver(place int64, index int) {
	turn := int64(index)
	if !s.options.ordered {
		turn = s.turns.Add(1) - 1
	}
	b, at := s.cells.at(turn)
	b.finished[at].Store(int32(place) + 1)
	if s.hungry.Load() && s.taken.Load() == turn {
		s.feed()
	}
}

// feed wakes the consumer.
func (s *stream[In, Out]) feed() {
	if s.hungry.CompareAndSwap(true, false) {
		s.wake <- struct{}{}
	}
}

// consume yields the results, on the goroutine of the range loop.
func (s *stream[In, Out]) consume(yield func(Result[In, Out]) bool) {
	s.workers.Add(1)
	go s.draw()
	defer func() { // also when the loop's body panics or ends its goroutine
		s.stop(errLoopLeft)
		whileWaiting(s.outer, &s.Job, func() { <-s.done })
		_ = s.told()
		s.rethrow()
	}()
	for s.waitForResult() {
		if !s.take(yield) {
			return
		}
	}
	if s.teller != nil && s.left == nil {
		whileWaiting(s.outer, &s.Job, func() { <-s.done })
		s.left = s.told() // it may have broken by the last events only
	}
	if s.left != nil && s.firstPanic == nil {
		yield(Result[In, Out]{Index: -1, Err: s.left, Outcome: NeverStarted, Worker: -1})
	}
}

// upNext is the place + 1 of the result whose turn it is, or 0.
func (s *stream[In, Out]) upNext() int32 {
	b, at := s.cells.at(s.taken.Load())
	return b.finished[at].Load()
}

// waitForResult returns when there is a result to take; false when there will be none.
func (s *stream[In, Out]) waitForResult() bool {
	for s.upNext() == 0 {
		if s.allIn.Load() && s.taken.Load() == s.drawn.Load() {
			return false
		}
		s.hungry.Store(true)
		if s.upNext() != 0 || s.allIn.Load() && s.taken.Load() == s.drawn.Load() {
			if s.hungry.CompareAndSwap(true, false) {
				continue
			}
		}
		if frameOf(s.outer) == nil {
			<-s.wake
		} else {
			whileWaiting(s.outer, &s.Job, func() { <-s.wake })
		}
	}
	return true
}

// take yields the result whose turn it is. It is taken when the body of the loop ends.
func (s *stream[In, Out]) take(yield func(Result[In, Out]) bool) bool {
	t := s.taken.Load()
	b, at := s.cells.at(t)
	place := b.finished[at].Load() - 1
	r := s.result(int64(place))
	if s.options.propagatePanics && r.Outcome == Panicked {
		return false
	}
	more := yield(*r)
	*r = Result[In, Out]{} // what has been yielded must not be kept
	b.finished[at].Store(0)
	b.free[at] = place
	s.taken.Store(t + 1)
	s.makeRoom()
	return more
}

// consumeInline does everything in turn on the goroutine of the range loop: draw, run, yield.
func (s *stream[In, Out]) consumeInline(yield func(Result[In, Out]) bool) {
	more := true
	defer func() {
		s.stop(errLoopLeft)
		_ = s.told()
		s.rethrow()
	}()
	s.drawAll(func() bool {
		s.workInline()
		if s.upNext() == 0 {
			s.shut(s.cause()) // stopped before it was claimed
			s.waitForResult() // whoever else stops the job may just be ending it
		}
		more = s.take(yield)
		return more && !s.stopped.Load()
	})
	if s.left == nil {
		s.left = s.told()
	}
	if more && s.left != nil {
		yield(Result[In, Out]{Index: -1, Err: s.left, Outcome: NeverStarted, Worker: -1})
	}
}
