package process

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/crossing"
	"example.com/overlap/internal/crossing/value"
)

// answers are what has become of a worker's calls, until that is written.
type answers struct {
	to      *os.File
	memory  shared
	pending []byte    // What is to be written. It is in the memory, unless it does not fit.
	values  int       // Where the frame of values begins that ends pending; −1 if there is none.
	waiting int       // How many calls are answered in pending.
	flushed time.Time // When answers were written last.
	since   int       // How many calls have been made since the last look at the clock.
	quick   bool      // Calls were tiny at that look.
}

func newAnswers(to *os.File, memory shared) answers {
	memory.page().unsentFrom = 1
	return answers{to: to, memory: memory, pending: memory.replies()[:0], values: -1}
}

// succeeded answers the call at hand with its value, in the frame of the calls before it.
func (s *server) succeeded(output value.Place) {
	b, frame := s.pending, s.values
	if frame < 0 {
		frame = len(b)
		b = appendHead(b, kindValues)
	}
	b, item := beginItem(b)
	b, err := output.Append(b)
	if err == nil && len(b)-frame > mostFrame {
		err = fmt.Errorf("a value of %d bytes is too large to cross: at most %d", len(b)-item, mostFrame)
	}
	if err != nil {
		s.failed(overlap.Failed, fmt.Errorf("the result does not cross to the parent: %w", err), nil)
		return
	}
	s.values = frame
	s.add(endItem(b, item), frame)
}

// failed answers the call at hand with its failure.
func (s *server) failed(o overlap.Outcome, err error, stack []byte) {
	if late, ok := err.(timedOut); ok {
		o, err = overlap.TimedOut, late.error
	}
	frame := len(s.pending)
	b := crossing.AppendFailure(appendHead(s.pending, kindFailed), o, err, stack)
	if size := len(b) - frame; size > mostFrame {
		b = crossing.AppendFailure(appendHead(s.pending, kindFailed), o,
			fmt.Errorf("an error of %d bytes is too large to cross", size), nil)
	}
	s.values = -1
	s.add(b, frame)
}

// skipped answers that the call at hand was revoked.
func (s *server) skipped() {
	s.values = -1
	s.add(appendHead(s.pending, kindSkipped), len(s.pending))
}

// broke answers a call that has panicked or, if panicked is nil, ended its goroutine: the task, a decoder, an encoder,
// or an error that was asked for its text.
func (s *server) broke(panicked any) {
	if s.marks {
		setMark(0)
	}
	answered := false
	defer func() {
		if !answered { // the panic's text has ended this goroutine, too
			s.failed(overlap.Failed, overlap.ErrGoexit, nil)
		}
	}()
	if panicked != nil {
		s.failed(overlap.Panicked, crossing.PanicCause(panicked), debug.Stack())
	} else {
		s.failed(overlap.Failed, overlap.ErrGoexit, nil)
	}
	answered = true
}

const (
	mostWaiting = 512 // calls answered whose answers are not written yet
	flushAfter  = 400 * time.Microsecond
	glance      = 64 // quick calls between two looks at the clock
)

// add has the answer to the call at hand, which ends the last frame of b, wait to be written. When this process dies
// between two of the stores, the parent still believes no more than is true, as it takes no answer to a call that has
// not finished. While this process lives the parent takes answers to calls before the one that has started, alone, and
// the store of its number comes after all of these.
func (s *server) add(b []byte, frame int) {
	if len(b) <= unsentSize { // else it has left the memory
		s.page.unsent = uint64(len(b))
	}
	endFrame(b, frame) // not too large: the callers have seen to that
	s.page.finished = s.seq
	s.pending = b
	s.waiting++
	if s.waiting >= mostWaiting || len(b) > unsentSize/2 || s.late() {
		s.flush()
	}
}

// late reports whether answers have waited for long enough. Reading a clock costs about as much as a tiny call.
func (s *server) late() bool {
	if s.since++; s.quick && s.since < glance {
		return false
	}
	took := time.Since(s.flushed)
	s.quick = took < flushAfter/4
	s.since = 0
	return took > flushAfter
}

// flush writes the answers.
func (s *server) flush() {
	if _, err := s.to.Write(s.pending); err != nil {
		os.Exit(0) // the parent is gone
	}
	s.page.unsent = 0
	s.page.unsentFrom = s.seq + 1
	s.pending, s.values, s.waiting = s.memory.replies()[:0], -1, 0
	s.flushed = time.Now()
}
