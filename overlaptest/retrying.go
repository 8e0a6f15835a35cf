package overlaptest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"example.com/overlap"
)

var retrying = []behaviour{
	{"attempts are counted, and the last failure stands", []int{22}, bubble, attemptsCounted},
	{"an attempt that succeeds ends the call", []int{22}, memory | bubble, laterSuccess},
	{"waits have full jitter between 0 and the ceiling", []int{22}, memory | bubble, fullJitter},
	{"an error's own retry-after is kept, even above the longest wait", []int{22}, memory | bubble, retryAfter},
	{"the predicate decides, panics and Goexits are not retried by default", []int{22, 65}, memory | bubble,
		whatIsRetried},
	{"a predicate that panics or ends its goroutine fails its call alone", nil, 0, breakingIf},
	{"a call that waits for its next attempt holds no worker", []int{46}, memory | bubble, waitingHoldsNoWorker},
	{"in order, a retried call keeps its place", []int{19, 22}, memory | bubble, retriedKeepsPlace},
	{"a job's policy wins over its task's", []int{22}, bubble, jobsRetryWins},
	{"the first failure of a Map ends the retries of others", []int{82}, memory | bubble | several,
		failureEndsRetries},
}

// quick retries at once, as good as.
func quick(extra int) overlap.RetryPolicy { return overlap.RetryPolicy{Extra: extra, Base: 1, Max: 1} }

func attemptsCounted(t *testing.T, s *suite) {
	executor := s.newExecutor()
	_, err := overlap.Map(t.Context(), executor, failsAtSevens, numbers(30), quick(2), overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	equal(t, "failures", len(failed), 5)
	for _, e := range failed {
		equal(t, "attempts in a Map", e.Attempt, 3)
	}
	for r := range overlap.Stream(t.Context(), executor, failsAtSevens, upTo(30), quick(2)) {
		want := 1
		if r.Index%7 == 0 {
			want = 3
		}
		equal(t, "attempts in a Stream", r.Attempts, want)
	}
	g := overlap.NewGroup(t.Context(), executor, quick(2))
	f := overlap.Submit(g, failsAtSevens, 7)
	<-f.Done()
	r, _ := f.Result()
	equal(t, "attempts of a future", r.Attempts, 3)
	equal(t, "attempts in its error", as[*overlap.CallError](t, "error", g.Wait()).Attempt, 3)
}

// attempts counts the attempts at each call, and when they were made.
type attempts struct {
	mu    sync.Mutex
	times map[int][]time.Time
}

// next is the number of this attempt at call n, from 1.
func (a *attempts) next(n int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.times == nil {
		a.times = map[int][]time.Time{}
	}
	a.times[n] = append(a.times[n], time.Now())
	return len(a.times[n])
}

func laterSuccess(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var made attempts
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if made.next(n) <= n%4 {
			return 0, errStopped
		}
		return 2 * n, nil
	})
	got, err := overlap.Map(t.Context(), executor, task, numbers(100), quick(3))
	succeeds(t, "Map", err)
	equal(t, "values", got, doubles(100))
	for n, times := range made.times {
		equal(t, "attempts", len(times), n%4+1)
	}
	for _, o := range ordering {
		made = attempts{}
		count := 0
		for r := range overlap.Stream(t.Context(), executor, task, upTo(100), with(o.options, quick(3),
			overlap.Window(5))...) {
			succeeds(t, "a call", r.Err)
			equal(t, "attempts", r.Attempts, r.Index%4+1)
			count++
		}
		equal(t, "results", count, 100)
	}
	made = attempts{}
	g := overlap.NewGroup(t.Context(), executor, quick(3))
	for n := range 20 {
		overlap.Submit(g, task, n)
	}
	succeeds(t, "Group.Wait", g.Wait())
}

func fullJitter(t *testing.T, s *suite) {
	var made attempts
	task := overlap.Func(func(_ context.Context, n int) (int, error) { made.next(n); return 0, errStopped })
	const calls = 200
	policy := overlap.RetryPolicy{Extra: 5, Base: 100 * time.Millisecond, Max: 500 * time.Millisecond}
	_, err := overlap.Map(t.Context(), s.newExecutor(), task, numbers(calls), policy, overlap.KeepGoing())
	equal(t, "failures", len(failedCalls(t, "Map", err)), calls)
	for i, ceiling := range []time.Duration{100, 200, 400, 500, 500} {
		ceiling *= time.Millisecond
		least, most, sum := time.Hour, time.Duration(0), time.Duration(0)
		for n := range calls {
			equal(t, "attempts", len(made.times[n]), 6)
			wait := made.times[n][i+1].Sub(made.times[n][i])
			least, most, sum = min(least, wait), max(most, wait), sum+wait
		}
		if most > ceiling {
			t.Errorf("before attempt %d a call waited %v, more than %v", i+2, most, ceiling)
		}
		// With 200 draws, each of these fails for an even distribution less than once in a hundred million runs.
		if mean := sum / calls; least > ceiling/10 || most < ceiling*9/10 || mean < ceiling*37/100 ||
			mean > ceiling*63/100 {
			t.Errorf("before attempt %d the waits are not spread evenly up to %v: from %v to %v, mean %v", i+2,
				ceiling, least, most, mean)
		}
	}
}

func retryAfter(t *testing.T, s *suite) {
	executor := s.newExecutor()
	start := time.Now()
	var made attempts
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if made.next(n) == 1 {
			return 0, fmt.Errorf("wrapped: %w", slowRetry{})
		}
		return n, nil
	})
	_, err := overlap.Map(t.Context(), executor, task, numbers(5), overlap.RetryPolicy{Extra: 1, Max: time.Second})
	succeeds(t, "Map", err)
	s.took(t, start, time.Hour)
}

// final is an error that says it is not worth another attempt.
type final struct{ retryable bool }

func (final) Error() string     { return "says for itself" }
func (f final) Retryable() bool { return f.retryable }

func whatIsRetried(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var made attempts
	kinds := []struct {
		what   string
		fails  func() error
		policy overlap.RetryPolicy
		want   int
	}{
		{"an error", func() error { return errStopped }, quick(2), 3},
		{"an error that says no", func() error { return final{false} }, quick(2), 1},
		{"an error that says yes", func() error { return final{true} }, quick(2), 3},
		{"a panic", func() error { panic("no") }, quick(2), 1},
		{"a panic that the predicate takes", func() error { panic("yes") },
			overlap.RetryPolicy{Extra: 1, Base: 1, If: func(error) bool { return true }}, 2},
		{"an error that the predicate does not take", func() error { return errStopped },
			overlap.RetryPolicy{Extra: 2, Base: 1, If: func(err error) bool { return !errors.Is(err, errStopped) }}, 1},
		{"no extra attempts", func() error { return errStopped }, overlap.Retry(0), 1},
	}
	if !s.OnCaller {
		kinds = append(kinds, struct {
			what   string
			fails  func() error
			policy overlap.RetryPolicy
			want   int
		}{"a Goexit", func() error { runtime.Goexit(); return nil }, quick(2), 1})
	}
	for i, kind := range kinds {
		task := overlap.Func(func(_ context.Context, n int) (int, error) { made.next(n); return 0, kind.fails() })
		_, err := overlap.Map(t.Context(), executor, task, []int{i}, kind.policy)
		equal(t, "attempts in the error of "+kind.what, failedCalls(t, kind.what, err)[0].Attempt, kind.want)
		equal(t, "attempts at "+kind.what, len(made.times[i]), kind.want)
	}
}

func waitingHoldsNoWorker(t *testing.T, s *suite) {
	start := time.Now()
	var made attempts
	var others sync.Map
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if n < 20 {
			if made.next(n) == 1 {
				return 0, slowRetry{}
			}
		} else {
			others.Store(n, time.Since(start))
		}
		return n, nil
	})
	executor := s.newExecutor()
	_, err := overlap.Map(t.Context(), executor, task, numbers(40), overlap.Retry(1))
	succeeds(t, "Map", err)
	s.took(t, start, time.Hour)
	for n := 20; n < 40; n++ {
		at, _ := others.Load(n)
		equal[any](t, "when another call ran", at, time.Duration(0))
	}
}

func retriedKeepsPlace(t *testing.T, s *suite) {
	var made attempts
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if n%5 == 0 && made.next(n) == 1 {
			return 0, slowRetry{}
		}
		return n, nil
	})
	at := 0
	for r := range overlap.Stream(t.Context(), s.newExecutor(), task, upTo(30), overlap.Ordered(),
		overlap.Retry(1), overlap.Window(4)) {
		equal(t, "index", r.Index, at)
		succeeds(t, "a call", r.Err)
		at++
	}
	equal(t, "results", at, 30)
}

var retriesTwice = overlap.Define("overlaptest/retry-twice", func(context.Context, int) (int,
	error) {
	return 0, errStopped
},
	overlap.RetryPolicy{Extra: 2, Base: 1, Max: 1})

func jobsRetryWins(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, c := range []struct {
		options []overlap.Option
		want    int
	}{
		{nil, 3},
		{[]overlap.Option{overlap.Retry(0)}, 1},
		{[]overlap.Option{quick(5)}, 6},
	} {
		_, err := overlap.Map(t.Context(), executor, retriesTwice, []int{1}, c.options...)
		equal(t, "attempts in a Map", failedCalls(t, "Map", err)[0].Attempt, c.want)
		g := overlap.NewGroup(t.Context(), executor, c.options...)
		overlap.Submit(g, retriesTwice, 1)
		equal(t, "attempts in a Group", failedCalls(t, "Group.Wait", g.Wait())[0].Attempt, c.want)
	}
}

func failureEndsRetries(t *testing.T, s *suite) {
	start := time.Now()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			return 0, slowRetry{}
		}
		if _, err := waitAnyhow(ctx, time.Second); err != nil {
			return 0, err
		}
		return 0, final{false}
	})
	_, err := overlap.Map(t.Context(), s.newExecutor(), task, numbers(2), overlap.Retry(3))
	s.took(t, start, time.Second)
	equal(t, "failures", len(failedCalls(t, "Map", err)), 2)
}
