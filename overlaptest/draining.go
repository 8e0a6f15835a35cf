package overlaptest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var draining = []behaviour{
	{"a drain lets what runs end well, and nothing begin", nil, memory, drainLetsRunning},
	{"a Stream that drains draws no more inputs", nil, memory, drainEndsStream},
	{"a drain ends a call that waits for its next attempt, as its last one ended", nil, memory | bubble, drainEndsRetries},
	{"a group that drains takes no more calls", nil, memory | background, drainedGroup},
	{"what runs on in a drain can still be canceled", nil, memory | background, cancelAfterDrain},
	{"a drain from before lets nothing run", nil, 0, drainedBefore},
}

// drainer is a task whose calls, once as many run as the executor lets, make the job drain and then end with their
// input.
func (s *suite) drainer(drain context.CancelCauseFunc) (task *overlap.Task[int, int], started *atomic.Int32) {
	started = &atomic.Int32{}
	gate := make(chan struct{})
	together := max(1, s.Limit)
	return overlap.Func(func(ctx context.Context, n int) (int, error) {
		if int(started.Add(1)) == together {
			drain(errStopped)
			time.Sleep(s.moment()) // the job learns of it on another goroutine
			close(gate)
		}
		select {
		case <-gate:
			return n, ctx.Err()
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}), started
}

func drainLetsRunning(t *testing.T, s *suite) {
	executor := s.newExecutor()
	ctx, drain := context.WithCancelCause(t.Context())
	task, started := s.drainer(drain)
	in := numbers(1000)
	for i := range in {
		in[i]++
	}
	out, err := overlap.Map(t.Context(), executor, task, in, overlap.Drain(ctx))
	if s.Limit > 0 || int(started.Load()) < len(in) { // without a limit all can have begun before the job learns of it
		is(t, "Map", err, errStopped)
	}
	values := 0
	for i, v := range out {
		if v == in[i] {
			values++
		}
	}
	equal(t, "values of calls that had begun", values, int(started.Load()))
	if s.Limit > 0 {
		equal(t, "calls that began", int(started.Load()), s.Limit)
	}
	works(t, executor)
}

func drainEndsStream(t *testing.T, s *suite) {
	ctx, drain := context.WithCancelCause(t.Context())
	task, started := s.drainer(drain)
	succeeded, last := 0, overlap.Result[int, int]{}
	for r := range overlap.Stream(t.Context(), s.newExecutor(), task, forever, overlap.Drain(ctx)) {
		switch last = r; r.Outcome {
		case overlap.Succeeded:
			succeeded++
		case overlap.NeverStarted:
			is(t, "a call that did not begin", r.Err, errStopped)
		default:
			t.Errorf("a call ended as %v: %v", r.Outcome, r.Err)
		}
	}
	equal(t, "calls that had begun and succeeded", succeeded, int(started.Load()))
	equal(t, "index of the last result", last.Index, -1)
	is(t, "why inputs were left", last.Err, errStopped)
}

func drainEndsRetries(t *testing.T, s *suite) {
	ctx, drain := context.WithCancel(t.Context())
	defer drain()
	time.AfterFunc(s.moment(), drain)
	start := time.Now()
	_, err := overlap.Map(t.Context(), s.newExecutor(), retriesInAnHour, []int{1}, overlap.Retry(3), overlap.Drain(ctx))
	s.took(t, start, s.moment())
	e := failedCalls(t, "Map", err)[0]
	equal(t, "attempt", e.Attempt, 1)
	equal(t, "outcome", e.Outcome, overlap.Failed)
	s.says(t, "how its last attempt ended", e.Err, slowRetry{}.Error())
	is(t, "the error", e, overlap.ErrAttemptsLeft)
}

func drainedGroup(t *testing.T, s *suite) {
	ctx, drain := context.WithCancelCause(t.Context())
	gate := make(chan struct{})
	task := overlap.Func(func(ctx context.Context, n int) (int, error) { return n, park(ctx, gate) })
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Drain(ctx))
	f := overlap.Submit(g, task, 7)
	s.settles(t, "the call runs", f.Running)
	drain(errStopped)
	var late *overlap.Future[int]
	s.settles(t, "a submitted call is refused", func() bool {
		late = overlap.Submit(g, doubled, 1)
		<-late.Done()
		return errors.Is(late.Err(), overlap.ErrGroupOver)
	})
	is(t, "a future submitted after the drain", late.Err(), errStopped)
	close(gate)
	n, err := f.Wait(t.Context())
	succeeds(t, "the call that ran", err)
	equal(t, "its value", n, 7)
	_ = g.Wait() // nothing of the group was left undone if no call was accepted and then dropped
}

func cancelAfterDrain(t *testing.T, s *suite) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	draining, drain := context.WithCancelCause(t.Context())
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		drain(errStopped)
		time.AfterFunc(s.moment(), cancel)
		return n, park(ctx, nil)
	})
	start := time.Now()
	_, err := overlap.Map(ctx, s.newExecutor(), task, []int{1}, overlap.Drain(draining))
	s.took(t, start, s.moment())
	is(t, "Map", err, context.Canceled)
}

func drainedBefore(t *testing.T, s *suite) {
	executor := s.newExecutor()
	ctx, drain := context.WithCancelCause(t.Context())
	drain(errStopped)
	out, err := overlap.Map(t.Context(), executor, doubled, []int{1, 2}, overlap.Drain(ctx), overlap.Drain(t.Context()))
	is(t, "Map", err, errStopped)
	equal(t, "values", out, []int{0, 0})
	for r := range overlap.Stream(t.Context(), executor, doubled, upTo(3), overlap.Drain(ctx)) {
		equal(t, "outcome", r.Outcome, overlap.NeverStarted)
		is(t, "why", r.Err, errStopped)
	}
	works(t, executor)
}
