package process

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/crossing/value"
)

// server is a worker's side: it reads calls, makes them one after another and writes what became of them.
type server struct {
	in    *frameReader
	lane  *os.File // Where large inputs come.
	big   []byte   // The last large input, for its room.
	page  *page
	tasks []*bound             // The tasks that the parent has named, by number.
	seq   uint64               // The number of the call at hand, from 1.
	life  atomic.Pointer[life] // The context of the calls.
	marks bool                 // The begin and the end of each call are marked in the output.
	over  chan error           // Takes the end of the loop.

	// The calls of the frame at hand, all of one task.
	task    *bound
	timeout time.Duration
	rest    []byte // The items that have not been looked at.
	alone   []byte // Instead of them, the input of the only call.

	answers
}

// bound is a task with the ways its values cross.
type bound struct {
	overlap.Binding
	in, out value.Place // Input and Output, as the codec wants them.
	clear   bool        // The values of one call must be cleared for the next.
	err     error       // Why there is no such task here; then nothing else is set.
}

func (s *server) run() error {
	s.over = make(chan error, 1)
	s.life.Store(newLife(0))
	go s.loop()
	return <-s.over
}

// life is a context for calls until one is canceled, or those of a job with another deadline come.
type life struct {
	context.Context
	cancel context.CancelFunc
	until  int64 // the job's deadline, in nanoseconds since 1970; 0 if it has none
}

func newLife(until int64) *life {
	if until == 0 {
		ctx, cancel := context.WithCancel(context.Background())
		return &life{ctx, cancel, 0}
	}
	ctx, cancel := context.WithDeadline(context.Background(), time.Unix(0, until))
	return &life{ctx, cancel, until}
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
		for s.hasCalls() { // also those that a call which broke out has left
			if err := s.makeCalls(); err != nil {
				return err
			}
		}
		if s.waiting > 0 && !s.in.buffered() {
			s.flush()
		}
		k, body, err := s.in.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading calls: %w", err)
		case k == kindTask:
			s.tasks = append(s.tasks, bind(string(body)))
			continue
		}
		if err := s.open(k, body); err != nil {
			return fmt.Errorf("reading calls: %w", err)
		}
	}
}

func bind(name string) *bound {
	t, ok := overlap.Lookup(name)
	if !ok {
		return &bound{err: fmt.Errorf(
			"task %s is not defined in the worker: it must be defined at package level, not in main", name)}
	}
	in, out := t.Types()
	b := &bound{Binding: t.Bind(), clear: !scalar(in) || !scalar(out)}
	inputs, err := value.For(in)
	if err != nil {
		return &bound{err: err}
	}
	outputs, err := value.For(out)
	if err != nil {
		return &bound{err: err}
	}
	b.in, b.out = inputs.Place(b.Input), outputs.Place(b.Output)
	return b
}

// open takes up the calls of a frame.
func (s *server) open(k kind, body []byte) error {
	if k != kindCalls && k != kindLarge {
		return fmt.Errorf("%w: kind %d among calls", errFrame, k)
	}
	if s.waiting == 0 {
		s.flushed = time.Now() // the wait for calls is none of answers
	}
	task, n := binary.Uvarint(body)
	timeout, m := binary.Uvarint(body[max(n, 0):])
	until, u := binary.Varint(body[max(n, 0)+max(m, 0):])
	if n <= 0 || m <= 0 || u <= 0 || task >= uint64(len(s.tasks)) {
		return errFrame
	}
	s.task, s.timeout, s.rest = s.tasks[task], time.Duration(timeout)*time.Microsecond, body[n+m+u:]
	if old := s.life.Load(); old.until != until { // an interrupt meanwhile is of a call that has ended
		s.life.Store(newLife(until))
		old.cancel()
	}
	if k == kindCalls {
		return nil
	}
	size, l := binary.Uvarint(s.rest)
	if l <= 0 || l != len(s.rest) || size > mostFrame {
		return errFrame
	}
	if cap(s.big) > mostKept {
		s.big = nil
	}
	if uint64(cap(s.big)) < size {
		s.big = make([]byte, size)
	}
	s.rest, s.alone = nil, s.big[:size]
	_, err := io.ReadFull(s.lane, s.alone)
	return err
}

func (s *server) hasCalls() bool { return len(s.rest) > 0 || s.alone != nil }

// nextInput takes the input of the next call.
func (s *server) nextInput() (input []byte, err error) {
	if input = s.alone; input != nil {
		s.alone = nil
		return input, nil
	}
	input, s.rest, err = nextItem(s.rest)
	return input, err
}

// makeCalls makes the calls of the frame at hand, and answers each whatever becomes of it. It returns when there are
// none left, and when one has panicked.
func (s *server) makeCalls() error {
	running := false
	defer func() {
		if running {
			s.broke(recover())
		}
	}()
	for s.hasCalls() {
		input, err := s.nextInput()
		if err != nil {
			return err
		}
		s.seq++
		s.page.started.Store(s.seq) // before the looks at revoked and life: whoever sets those does it in the other order
		if r := s.page.revoked.Load(); r != 0 && s.seq > r {
			s.skipped()
			continue
		}
		running = true
		ctx := s.life.Load()
		if s.marks {
			setMark(s.seq)
		}
		err = s.call(ctx, input)
		if s.marks {
			setMark(0)
		}
		switch {
		case err == nil:
			s.succeeded(s.task.out)
		case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
			s.failed(overlap.Canceled, err, nil)
		default:
			s.failed(overlap.Failed, err, nil)
		}
		running = false
	}
	return nil
}

func (s *server) call(ctx *life, input []byte) error {
	t := s.task
	if t.err != nil {
		return t.err
	}
	if t.clear {
		reflect.ValueOf(t.Input).Elem().SetZero()
		reflect.ValueOf(t.Output).Elem().SetZero()
	}
	if err := t.in.Decode(input); err != nil {
		return fmt.Errorf("the input did not decode in the worker: %w", err)
	}
	if s.timeout == 0 {
		return t.Call(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := t.Call(limited)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = timedOut{err}
	}
	return err
}

// timedOut marks the error of a call whose timeout had passed.
type timedOut struct{ error }

func (t timedOut) Unwrap() error { return t.error }

// interrupt cancels the context of a call, if that is the one that runs. A call that begins meanwhile has the new one.
func (s *server) interrupt(seq uint64) {
	if s.page.started.Load() != seq {
		return
	}
	old := s.life.Load()
	if s.life.CompareAndSwap(old, newLife(old.until)) && s.page.started.Load() == seq {
		old.cancel()
	}
}
