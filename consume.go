package overlap

import (
	"errors"
	"fmt"
)

var errLoopLeft = errors.New("the loop over the results was left")

// draw puts the inputs into the window, on the drawer's goroutine.
func (s *streamJob[In, Out]) draw() {
	defer s.countOutWorker()
	defer func() {
		if s.halt != nil { // before the consumer can see the end, which tells whether the job was halted
			s.halt.setTotal(int(s.drawn.Load()))
		}
		s.allDrawn.Store(true)
		s.close(int(s.drawn.Load()))
		s.wakeConsumer()
	}()
	s.drawAll(func() bool {
		if s.hasWork() {
			s.dispatch()
		}
		s.waitForRoom()
		return !s.stopped.Load()
	})
}

// drawAll puts each input into the window, and has added called after each, until that says to stop. What goes wrong
// with the inputs is kept in endOfInputs.
func (s *streamJob[In, Out]) drawAll(added func() bool) {
	inside, finished := true, false // seq, rather than added; guarded by drawing, as endOfInputs is
	defer func() {
		s.drawing.Lock()
		defer s.drawing.Unlock()
		if !inside {
			if !finished && s.endOfInputs == nil { // a function of PerKey has ended the goroutine
				s.endOfInputs = fmt.Errorf("drawing inputs: %w", ErrGoexit)
			}
			return
		}
		broken := error(ErrGoexit)
		if r := recover(); r != nil {
			broken = panicError(r)
		}
		if s.drawingEnded = true; s.endOfInputs == nil {
			s.endOfInputs = fmt.Errorf("drawing inputs: %w", broken)
		} else { // it had been told to stop
			s.endOfInputs = fmt.Errorf("%w; and then, drawing inputs: %w", s.endOfInputs, broken)
		}
	}()
	s.seq(func(in In, err error) bool {
		s.drawing.Lock() // seq may give inputs on several goroutines, and go on when it should not
		defer s.drawing.Unlock()
		if s.drawingEnded {
			return false
		}
		index := s.drawnIndex(err)
		inside, s.drawingEnded = false, true // not undone by a panic of added, which is none of seq's
		more := false
		switch {
		case s.stopped.Load():
			s.endOfInputs = s.cause() // in was drawn, but has no place: no result speaks of it
		case err != nil:
			s.endOfInputs = err
		default:
			s.addCall(in, index)
			if more = added(); !more {
				s.endOfInputs = s.cause()
			}
		}
		inside, s.drawingEnded = true, !more
		return more
	})
	s.drawing.Lock()
	inside, finished, s.drawingEnded = false, true, true
	s.drawing.Unlock()
}

// drawnIndex is the index of the input that has just been drawn, unless the inputs ended with an error. It calls code of
// the user, which may break.
func (s *streamJob[In, Out]) drawnIndex(err error) int {
	if s.options.indexes == nil || err != nil || s.stopped.Load() {
		return int(s.drawn.Load())
	}
	index := s.options.indexes()
	if index < 0 {
		panic(fmt.Sprintf("overlap: Indexes: the function returned %d, which must not be negative", index))
	}
	return index
}

// waitForRoom returns when the window has a free place, or the job has stopped.
func (s *streamJob[In, Out]) waitForRoom() {
	for s.isFull() {
		s.drawerSleeps.Store(true)
		if s.setWindow(); !s.isFull() { // the limit may have been changed
			if s.drawerSleeps.CompareAndSwap(true, false) {
				break
			}
		}
		<-s.room
	}
	if s.stopped.Load() {
		s.endUnclaimed(s.cause()) // what was put in after stop had looked
	}
}

func (s *streamJob[In, Out]) isFull() bool {
	inside := s.drawn.Load() - s.taken.Load()
	if keys := s.keys(); keys != nil && s.options.window == 0 && s.inline == nil {
		inside -= keys.waiting.Load() // so many more are looked at, to find one whose key is free
	}
	return inside >= s.window && !s.stopped.Load()
}

// wakeDrawer wakes the drawer.
func (s *streamJob[In, Out]) wakeDrawer() {
	if s.drawerSleeps.Load() && s.drawerSleeps.CompareAndSwap(true, false) {
		s.room <- struct{}{}
	}
}

// deliver adds an ended call to finished, where it is its turn.
func (s *streamJob[In, Out]) deliver(place int64) {
	var turn int64
	if s.options.ordered {
		turn = s.at(place).position
	} else {
		turn = s.nextTurn.Add(1) - 1
	}
	b, at := s.cells.at(turn)
	b.finished[at].Store(int32(place) + 1)
	if s.consumerSleeps.Load() && s.taken.Load() == turn {
		s.wakeConsumer()
	}
}

// wakeConsumer wakes the consumer.
func (s *streamJob[In, Out]) wakeConsumer() {
	if s.consumerSleeps.CompareAndSwap(true, false) {
		s.wake <- struct{}{}
	}
}

// consume yields the results, on the goroutine of the range loop.
func (s *streamJob[In, Out]) consume(yield func(Result[In, Out]) bool) {
	s.activeWorkers.Add(1)
	go s.draw()
	defer func() { // also when the loop's body panics or ends its goroutine
		s.stop(errLoopLeft)
		whileWaiting(s.callerCtx, &s.Job, func() { <-s.done })
		_ = s.waitForObservers()
		s.rethrow()
	}()
	for s.waitForResult() {
		if !s.take(yield) {
			return
		}
	}
	if s.teller != nil && s.endOfInputs == nil {
		whileWaiting(s.callerCtx, &s.Job, func() { <-s.done })
		s.endOfInputs = s.waitForObservers() // it may have broken by the last events only
	}
	s.sayHalted()
	if s.endOfInputs != nil && s.firstPanic == nil {
		yield(Result[In, Out]{Index: -1, Err: s.endOfInputs, Outcome: NeverStarted, Worker: -1})
	}
}

// sayHalted has the last result say that the job was halted, also where no inputs were left.
func (s *streamJob[In, Out]) sayHalted() {
	if s.endOfInputs != nil {
		return
	}
	switch cause := s.endedByOption().(type) {
	case *HaltError:
		s.endOfInputs = cause
	case *refusedLater:
		s.endOfInputs = cause.error
	}
}

// placeUpNext is the place + 1 of the result whose turn it is, or 0.
func (s *streamJob[In, Out]) placeUpNext() int32 {
	b, at := s.cells.at(s.taken.Load())
	return b.finished[at].Load()
}

// waitForResult returns when there is a result to take; false when there will be none.
func (s *streamJob[In, Out]) waitForResult() bool {
	for s.placeUpNext() == 0 {
		if s.allDrawn.Load() && s.taken.Load() == s.drawn.Load() {
			return false
		}
		s.consumerSleeps.Store(true)
		if s.placeUpNext() != 0 || s.allDrawn.Load() && s.taken.Load() == s.drawn.Load() {
			if s.consumerSleeps.CompareAndSwap(true, false) {
				continue
			}
		}
		if frameOf(s.callerCtx) == nil {
			<-s.wake
		} else {
			whileWaiting(s.callerCtx, &s.Job, func() { <-s.wake })
		}
	}
	return true
}

// take yields the result whose turn it is. It is taken when the body of the loop ends.
func (s *streamJob[In, Out]) take(yield func(Result[In, Out]) bool) bool {
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
	s.wakeDrawer()
	return more
}

// consumeInline does everything in turn on the goroutine of the range loop: draw, run, yield.
func (s *streamJob[In, Out]) consumeInline(yield func(Result[In, Out]) bool) {
	more := true
	defer func() {
		s.stop(errLoopLeft)
		_ = s.waitForObservers()
		s.rethrow()
	}()
	s.drawAll(func() bool {
		s.workInline()
		if s.placeUpNext() == 0 {
			s.endUnclaimed(s.cause()) // stopped before it was claimed
			s.waitForResult()         // whoever else stops the job may just be ending it
		}
		more = s.take(yield)
		return more && !s.stopped.Load()
	})
	if s.halt != nil && s.endOfInputs == nil {
		s.halt.setTotal(int(s.drawn.Load()))
	}
	if s.endOfInputs == nil {
		s.endOfInputs = s.waitForObservers()
	}
	s.sayHalted()
	if more && s.endOfInputs != nil {
		yield(Result[In, Out]{Index: -1, Err: s.endOfInputs, Outcome: NeverStarted, Worker: -1})
	}
}
