package overlaptest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var cancelling = []behaviour{
	{"a cancel returns only when the calls that run have come back", []int{25, 84}, background | told, cancelWaits},
	{"what has not started never starts", []int{34, 44}, memory | limit, neverStarts},
	{"a context that ended before lets nothing run", []int{25}, memory, endedBefore},
	{"calls that succeed in spite of it keep their values", []int{89}, memory | background, successStands},
	{"errors of the cancel are no failures", []int{84}, background, cancelIsNoFailure},
	{"a call that waits for its next attempt ends at once", []int{84}, 0, cancelBetweenAttempts},
	{"a future that waits for its next attempt ends at once", []int{1}, background, cancelFutureBetweenAttempts},
	{"the cause is told to calls", []int{84}, memory | background, causeIsTold},
}

func cancelWaits(t *testing.T, s *suite) {
	executor := s.newExecutor()
	start := time.Now() // before the deadline is set, for real clocks
	ctx, cancel := context.WithTimeout(t.Context(), s.moment())
	defer cancel()
	_, err := overlap.Map(ctx, executor, outlastsWithError, []time.Duration{s.moment(), s.moment()})
	s.took(t, start, 2*s.moment())
	is(t, "Map", err, context.DeadlineExceeded)

	start = time.Now()
	ctx, cancel = context.WithTimeout(t.Context(), s.moment())
	defer cancel()
	in := func(yield func(time.Duration) bool) { yield(s.moment()) }
	for range overlap.Stream(ctx, executor, outlastsWithError, in) {
	}
	s.took(t, start, 2*s.moment())
}

func neverStarts(t *testing.T, s *suite) {
	ctx, cancel := context.WithCancelCause(t.Context())
	var started atomic.Int32
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if int(started.Add(1)) == s.Limit || s.OnCaller {
			cancel(errStopped)
		}
		return n, hold(ctx, nil)
	})
	_, err := overlap.Map(ctx, s.newExecutor(), task, numbers(10_000))
	is(t, "Map", err, errStopped)
	equal(t, "calls that started", int(started.Load()), s.Limit)
}

func endedBefore(t *testing.T, s *suite) {
	executor := s.newExecutor()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStopped)
	task := overlap.Func(func(context.Context, int) (int, error) {
		t.Error("a call started")
		return 0, nil
	})
	got, err := overlap.Map(ctx, executor, task, numbers(10))
	is(t, "Map", err, errStopped)
	equal(t, "values", len(got), 10)
	for r := range overlap.Stream(ctx, executor, task, upTo(10)) {
		equal(t, "outcome", r.Outcome, overlap.NeverStarted)
	}
	g := overlap.NewGroup(ctx, executor)
	s.settles(t, "the group has stopped", func() bool { return true })
	f := overlap.Submit(g, task, 1)
	_, err = f.Wait(t.Context())
	is(t, "a future", err, errStopped)
	equal(t, "outcome", f.Outcome(), overlap.NeverStarted)
	_ = g.Wait() // nothing of the group was canceled if nothing was accepted
}

func successStands(t *testing.T, s *suite) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		cancel()
		<-ctx.Done()
		return n, nil
	})
	got, err := overlap.Map(ctx, s.newExecutor(), task, []int{5})
	succeeds(t, "Map of which all calls succeeded", err)
	equal(t, "values", got, []int{5})
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	f := overlap.Submit(g, outlastsWithValue, s.moment())
	s.settles(t, "the call runs", f.Running)
	equal(t, "Cancel", f.Cancel(), true)
	n, err := f.Wait(t.Context())
	succeeds(t, "a future that was canceled too late", err)
	equal(t, "value", n, 42)
	equal(t, "outcome", f.Outcome(), overlap.Succeeded)
	succeeds(t, "Group.Wait", g.Wait())
}

func cancelIsNoFailure(t *testing.T, s *suite) {
	ctx, cancel := context.WithTimeout(t.Context(), s.moment())
	defer cancel()
	_, err := overlap.Map(ctx, s.newExecutor(), waits, []time.Duration{time.Hour, time.Hour})
	is(t, "Map", err, context.DeadlineExceeded)
	noneFailed(t, "Map", err)
}

// slowRetry fails, and is to be tried again in an hour.
type slowRetry struct{}

func (slowRetry) Error() string                     { return "try again in an hour" }
func (slowRetry) RetryAfter() (time.Duration, bool) { return time.Hour, true }

var retriesInAnHour = overlap.Define("overlaptest/retry-in-an-hour", func(context.Context, int) (int, error) {
	return 0, slowRetry{}
})

func cancelBetweenAttempts(t *testing.T, s *suite) {
	executor := s.newExecutor()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer func() { cancel(nil) }()
	later := overlap.RetryPolicy{Extra: 3, If: func(error) bool {
		time.AfterFunc(s.moment(), func() { cancel(errStopped) }) // the first attempt has ended
		return true
	}}
	start := time.Now()
	_, err := overlap.Map(ctx, executor, retriesInAnHour, []int{1}, later)
	s.took(t, start, s.moment())
	e := failedCalls(t, "Map", err)[0]
	equal(t, "attempt", e.Attempt, 1)
	equal(t, "outcome", e.Outcome, overlap.Failed)
	s.says(t, "what its last attempt ended with", e.Err, slowRetry{}.Error())
	is(t, "the error", e, overlap.ErrAttemptsLeft)

	ctx, cancel = context.WithCancelCause(t.Context())
	defer cancel(nil)
	start = time.Now()
	for r := range overlap.Stream(ctx, executor, retriesInAnHour, upTo(1), later) {
		if r.Index == 0 {
			s.says(t, "a Stream's result", as[*overlap.CallError](t, "a Stream's result", r.Err).Err, slowRetry{}.Error())
			equal(t, "attempts", r.Attempts, 1)
		}
	}
	s.took(t, start, s.moment())
}

func cancelFutureBetweenAttempts(t *testing.T, s *suite) {
	start, attempted := time.Now(), make(chan bool, 1)
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.RetryPolicy{Extra: 3, If: func(error) bool {
		attempted <- true
		return true
	}})
	f := overlap.Submit(g, retriesInAnHour, 1)
	<-attempted
	equal(t, "running", f.Running(), false)
	equal(t, "Cancel", f.Cancel(), true)
	_, err := f.Wait(t.Context())
	is(t, "Wait", err, overlap.ErrFutureCanceled)
	equal(t, "outcome", f.Outcome(), overlap.Canceled)
	r, _ := f.Result()
	equal(t, "attempts", r.Attempts, 1)
	succeeds(t, "Group.Wait", g.Wait())
	s.took(t, start, 0)
}

func causeIsTold(t *testing.T, s *suite) {
	ctx, cancel := context.WithCancelCause(t.Context())
	causes := make(chan error, 2)
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			cancel(errStopped)
		}
		<-ctx.Done()
		causes <- context.Cause(ctx)
		return 0, ctx.Err()
	})
	_, err := overlap.Map(ctx, s.newExecutor(), task, []int{0})
	is(t, "Map", err, errStopped)
	is(t, "the cause in a call", <-causes, errStopped)
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	f := overlap.Submit(g, task, 1)
	s.settles(t, "the call runs", f.Running)
	f.Cancel()
	is(t, "the cause in a canceled future", <-causes, overlap.ErrFutureCanceled)
	succeeds(t, "Group.Wait", g.Wait())
}
