package process

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/process/value"
)

// server is a worker's side: it reads calls, makes them one after another and writes what became of them.
type server struct {
	in     *frameReader
	lane   *os.File // large inputs
	big    []byte   // the last large input's room
	memory shared
	page   *page
	tasks  []*bound
	seq    uint64 // of the call at hand, from 1

	out     sync.Mutex // guards the next two: the control goroutine flushes as well
	replies *os.File
	pending []byte
	flushed time.Time
	since   int // calls since the clock was looked at
	quick   bool

	number atomic.Uint64 // of the call that runs, or ran last
	life   atomic.Pointer[life]

	marks bool // begin and end of calls are marked in the output
	over  chan error
}

// bound is a task with the ways its values cross.
type bound struct {
	overlap.Binding
	in, out *value.Codec
	clear   bool  // one call's values must be cleared for the next
	err     error // why there is none
}

func (s *server) run() error {
	s.over = make(chan error, 1)
	s.life.Store(newLife())
	go s.loop()
	return <-s.over
}

// life is a context for calls until one is canceled.
type life struct {
	context.Context
	cancel context.CancelFunc
}

func newLife() *life {
	ctx, cancel := context.WithCancel(context.Background())
	return &life{ctx, cancel}
}

// loop serves calls until the requests end. A call that ends its goroutine takes the loop along, and another goes on.
func (s *server) loop() {
	returned := false
	defer func() {
		if !returned {
			go s.loop()
		}
	}()
	err := s.serve()
	returned = true
	s.over <- err
}

func (s *server) serve() error {
	for {
		k, body, err := s.in.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading calls: %w", err)
		case k == kindTask:
			s.tasks = append(s.tasks, bind(string(body)))
			continue
		case k == kindLarge:
			if err := s.large(body); err != nil {
				return fmt.Errorf("reading a large input: %w", err)
			}
			continue
		case k != kindCall:
			return fmt.Errorf("%w: kind %d among calls", errFrame, k)
		}
		s.call(body)
	}
}

func bind(name string) *bound {
	t, ok := overlap.Lookup(name)
	if !ok {
		return &bound{err: fmt.Errorf("task %s is not defined in the worker: it must be defined at package level, not in main", name)}
	}
	in, out := t.Types()
	b := &bound{Binding: t.Bind(), clear: !scalar(in) || !scalar(out)}
	if b.in, b.err = value.For(in); b.err == nil {
		b.out, b.err = value.For(out)
	}
	return b
}

// large makes a call whose input comes by the lane.
func (s *server) large(body []byte) error {
	task, n := binary.Uvarint(body)
	timeout, m := binary.Uvarint(body[max(n, 0):])
	if n <= 0 || m <= 0 {
		return errFrame
	}
	size, k := binary.Uvarint(body[n+m:])
	if k <= 0 || size > mostFrame {
		return errFrame
	}
	if need := int(size) + 2*binary.MaxVarintLen64; cap(s.big) < need {
		s.big = make([]byte, 0, need)
	}
	call := binary.AppendUvarint(binary.AppendUvarint(s.big[:0], task), timeout)
	head := len(call)
	call = call[:head+int(size)]
	if _, err := io.ReadFull(s.lane, call[head:]); err != nil {
		return err
	}
	s.call(call)
	if cap(s.big) > mostKept {
		s.big = nil
	}
	return nil
}

// call makes one call and answers it, whatever becomes of it.
func (s *server) call(body []byte) {
	s.seq++
	s.page.started.Store(s.seq) // before the look at revoked: the parent stores and loads in the other order
	if r := s.page.revoked.Load(); r != 0 && s.seq > r {
		s.answer(func(b []byte) ([]byte, error) { return appendHead(b, kindSkipped), nil })
		return
	}
	task, n := binary.Uvarint(body)
	timeout, m := binary.Uvarint(body[max(n, 0):])
	if n <= 0 || m <= 0 || task >= uint64(len(s.tasks)) {
		s.fail(overlap.Failed, errFrame, nil)
		return
	}
	s.attempt(s.tasks[task], time.Duration(timeout)*time.Microsecond, body[n+m:])
}

func (s *server) attempt(b *bound, timeout time.Duration, input []byte) {
	ctx := s.begin()
	returned := false
	var err error
	defer func() {
		s.end()
		switch r := recover(); {
		case r != nil:
			s.fail(overlap.Panicked, fmt.Errorf("%v", r), debug.Stack())
		case !returned:
			s.fail(overlap.Failed, overlap.ErrGoexit, nil)
		case err != nil && ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
			s.fail(overlap.Canceled, err, nil)
		case err != nil:
			s.fail(overlap.Failed, err, nil)
		default:
			s.answer(func(p []byte) ([]byte, error) { return b.out.Append(appendHead(p, kindValue), b.Output) })
		}
	}()
	if err = b.err; err == nil {
		if b.clear {
			reflect.ValueOf(b.Input).Elem().SetZero()
			reflect.ValueOf(b.Output).Elem().SetZero()
		}
		if e := b.in.Decode(input, b.Input); e != nil {
			err = fmt.Errorf("the input did not decode in the worker: %w", e)
		}
	}
	if err == nil {
		if timeout > 0 {
			limited, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			err = b.Call(limited)
			if err != nil && limited.Err() != nil && ctx.Err() == nil {
				err = timedOut{err}
			}
		} else {
			err = b.Call(ctx)
		}
	}
	returned = true
}

// timedOut marks the error of a call whose timeout had passed.
type timedOut struct{ error }

func (t timedOut) Unwrap() error { return t.error }

func (s *server) begin() context.Context {
	s.number.Store(s.seq) // before the load: interrupt does the two in the other order
	if s.marks {
		setMark(s.seq)
	}
	return s.life.Load()
}

func (s *server) end() {
	if s.marks {
		setMark(0)
	}
}

// interrupt cancels the context of a call, if that is the one that runs. A call that begins meanwhile has the new one.
func (s *server) interrupt(seq uint64) {
	if s.number.Load() != seq {
		return
	}
	old := s.life.Swap(newLife())
	if s.number.Load() == seq {
		old.cancel()
	}
}

func (s *server) fail(o overlap.Outcome, err error, stack []byte) {
	if late, ok := err.(timedOut); ok {
		o, err = overlap.TimedOut, late.error
	}
	s.answer(func(b []byte) ([]byte, error) { return appendFailure(appendHead(b, kindFailed), o, err, stack), nil })
}

// answer adds a reply, whatever becomes of encoding it.
func (s *server) answer(encode func([]byte) ([]byte, error)) {
	s.out.Lock()
	defer s.out.Unlock()
	start := len(s.pending)
	failed := func(err error) []byte {
		b := appendFailure(appendHead(s.pending[:start], kindFailed), overlap.Failed, err, nil)
		endFrame(b, start)
		return b
	}
	encoded := false
	defer func() {
		if !encoded { // the type's own encoder, or the error's text, has ended this goroutine
			s.add(start, failed(overlap.ErrGoexit))
		}
	}()
	b, err := encode(s.pending)
	if err == nil {
		err = endFrame(b, start)
	}
	encoded = true
	if err != nil {
		b = failed(fmt.Errorf("the result does not cross to the parent: %w", err))
	}
	s.add(start, b)
}

// add has a reply, which begins at start, wait to be written, and says on the page that its call has ended. out is held.
func (s *server) add(start int, b []byte) {
	if start == 0 {
		s.page.unsentFrom.Store(s.seq)
	}
	if cap(b) == unsentSize { // still where the parent can read it if this process dies
		s.page.unsent.Store(uint64(len(b)))
	}
	s.pending = b
	s.page.finished.Store(s.seq)
	if !s.in.buffered() || len(b) > 32<<10 || s.late() {
		s.flush()
	}
}

const (
	flushAfter = 400 * time.Microsecond
	glance     = 16 // quick calls between two looks at the clock
)

// late reports whether replies have waited for long enough. Reading a clock costs about as much as a tiny call.
func (s *server) late() bool {
	if s.since++; s.quick && s.since < glance {
		return false
	}
	took := time.Since(s.flushed)
	s.quick = took < flushAfter/4
	s.since = 0
	return took > flushAfter
}

// flush writes the replies; out is held.
func (s *server) flush() {
	if len(s.pending) > 0 {
		if _, err := s.replies.Write(s.pending); err != nil {
			os.Exit(0) // the parent is gone
		}
		s.page.unsent.Store(0)
		s.pending = s.memory.replies()[:0]
	}
	s.flushed = time.Now()
}
