package overlap

import (
	"context"
	"errors"
	"sync"
)

// errCutOff says that a call came to its end by itself, so that others which share it make their own.
var errCutOff = errors.New("the call that was shared did not come to its end")

// SingleFlight is a task whose calls with equal keys, while one of them runs, are made once: the others wait for it and
// have its value or its error. They may be of one job, of several jobs and of different executors, as long as they are
// of this process and of the task that SingleFlight returned. A call that begins after the one it could have shared has
// ended is made again.
//
// A call that is cut off (its context ended, it panicked or ended its goroutine) is its own alone: of those that wait,
// the next makes the call. One whose own context ends waits no longer. What is shared is the same value: do not change
// it, if it is or holds a pointer, a slice or a map. A call that waits keeps its slot, except under [Loop], so that
// [PerKey] with AtOnce(1) and a cache serve better where most of many calls have one key. A call must not call the task
// with its own key, which would wait for itself.
//
// The returned task has the name and the options of the given one. It is for this process, as that of [Func] is: for
// calls in other processes, give it a Func that makes them by [Do]. A function of keys that panics fails its call.
// SingleFlight panics when key is nil. Safe for concurrent use. It costs some hundred nanoseconds a call.
func SingleFlight[In, Out any, Key comparable](task *Task[In, Out], key func(In) Key) *Task[In, Out] {
	task.mustBeMade("SingleFlight")
	if key == nil {
		panic("overlap: SingleFlight: the function of keys is nil")
	}
	s := &singleFlight[In, Out, Key]{fn: task.fn, key: key, running: map[Key]*sharedCall[Out]{}}
	shared := *task
	shared.name, shared.defined, shared.fn = task.Name(), false, s.call
	return &shared
}

type singleFlight[In, Out any, Key comparable] struct {
	fn  func(context.Context, In) (Out, error)
	key func(In) Key

	mu      sync.Mutex
	running map[Key]*sharedCall[Out]
}

// sharedCall is a call that others may share.
type sharedCall[Out any] struct {
	ctx   context.Context
	done  chan struct{} // closed when it has ended, after value and err have been set
	value Out
	err   error
}

func (s *singleFlight[In, Out, Key]) call(ctx context.Context, in In) (Out, error) {
	key := s.key(in)
	for {
		other, mine := s.join(ctx, key)
		if mine != nil {
			return s.make(ctx, in, key, mine)
		}
		value, err := Await(ctx, func() (Out, error) { return other.wait(ctx) })
		if err != errCutOff {
			return value, err
		}
	}
}

// join finds the call of the key that runs, or makes one. One whose context has ended may be stuck, and is replaced.
func (s *singleFlight[In, Out, Key]) join(ctx context.Context, key Key) (other, mine *sharedCall[Out]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if other = s.running[key]; other != nil && other.ctx.Err() == nil {
		return other, nil
	}
	mine = &sharedCall[Out]{ctx: ctx, done: make(chan struct{}), err: errCutOff}
	s.running[key] = mine
	return nil, mine
}

// wait waits for another's call. Its error is errCutOff when the waiting call should make its own.
func (c *sharedCall[Out]) wait(ctx context.Context) (none Out, err error) {
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-c.ctx.Done():
	}
	select {
	case <-c.done: // its context ends after it, with its job
		return c.value, c.err
	default:
		return none, errCutOff
	}
}

// make makes a call that others may share.
func (s *singleFlight[In, Out, Key]) make(
	ctx context.Context, in In, key Key, mine *sharedCall[Out],
) (value Out, err error) {
	defer func() { // also when the call panics or ends its goroutine, of which others hear nothing
		s.mu.Lock()
		if s.running[key] == mine {
			delete(s.running, key)
		}
		s.mu.Unlock()
		close(mine.done)
	}()
	value, err = s.fn(ctx, in)
	if err == nil || ctx.Err() == nil {
		mine.value, mine.err = value, err
	}
	return value, err
}
