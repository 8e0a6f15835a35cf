package overlap

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

var errAgain = errors.New("again")

func TestBackoffIsBelowItsDoublingCeiling(t *testing.T) {
	p := RetryPolicy{Extra: 60, Base: 100 * time.Millisecond, Max: 2 * time.Second}
	ceilings := []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond, 2 * time.Second}
	for attempt := 1; attempt <= p.Extra; attempt++ {
		ceiling := ceilings[min(attempt, len(ceilings))-1]
		var most time.Duration
		for range 500 {
			wait, again, _ := p.next(attempt, Failed, errAgain, false)
			if !again || wait < 0 || wait > ceiling {
				t.Fatalf("after attempt %d: wait %v, again %v; want at most %v", attempt, wait, again, ceiling)
			}
			most = max(most, wait)
		}
		if most < ceiling/2 { // 500 draws all in the lower half: 2^-500
			t.Errorf("after attempt %d the longest of 500 waits was %v of %v", attempt, most, ceiling)
		}
	}
	if _, again, _ := p.next(61, Failed, errAgain, false); again {
		t.Error("there is an attempt beyond Extra")
	}
}

type saysWhen time.Duration

func (s saysWhen) Error() string                     { return "busy" }
func (s saysWhen) RetryAfter() (time.Duration, bool) { return time.Duration(s), s != 0 }

type saysNo struct{}

func (saysNo) Error() string   { return "never" }
func (saysNo) Retryable() bool { return false }

func TestErrorsDecideAboutTheirRetry(t *testing.T) {
	p := Retry(3)
	if wait, again, _ := p.next(1, Failed, fmt.Errorf("wrapped: %w", saysWhen(time.Hour)), false); !again || wait != time.Hour {
		t.Errorf("Retry-After of an hour: wait %v, again %v", wait, again)
	}
	if wait, again, _ := p.next(1, Failed, saysWhen(0), false); !again || wait > 100*time.Millisecond {
		t.Errorf("no Retry-After: wait %v, again %v", wait, again)
	}
	for _, c := range []struct {
		o    Outcome
		err  error
		want bool
	}{
		{Failed, errAgain, true},
		{Failed, saysNo{}, false},
		{Failed, ErrGoexit, false},
		{TimedOut, &TimeoutError{Err: errAgain}, true},
		{WorkerDied, errAgain, false}, // the task is not declared idempotent
		{Panicked, &PanicError{Value: 1}, false},
		{Abandoned, errAgain, false},
		{Canceled, errAgain, false},
		{NeverStarted, errAgain, false},
	} {
		if _, again, _ := p.next(1, c.o, c.err, false); again != c.want {
			t.Errorf("%v with %v: again %v, want %v", c.o, c.err, again, c.want)
		}
	}
	if _, again, _ := p.next(1, WorkerDied, errAgain, true); !again {
		t.Error("no other attempt at a call of an idempotent task whose worker died")
	}
	p.If = func(error) bool { return true }
	if _, again, _ := p.next(1, Panicked, &PanicError{Value: 1}, false); !again {
		t.Error("If wanted another attempt after a panic")
	}
}

func TestHugeWaitsDoNotOverflow(t *testing.T) {
	for _, p := range []RetryPolicy{
		{Extra: 100, Base: math.MaxInt64, Max: math.MaxInt64}, {Extra: 100, Base: 1, Max: math.MaxInt64},
		{Extra: 100, Base: 5 << 60, Max: math.MaxInt64}, {Extra: 100, Base: math.MaxInt64}, {Extra: 100, Max: math.MaxInt64},
	} {
		before := time.Duration(0)
		for attempt := 1; attempt <= p.Extra; attempt++ {
			ceiling := p.ceiling(attempt)
			wait, again, _ := p.next(attempt, Failed, errAgain, false)
			if !again || wait < 0 || wait > ceiling || ceiling < before {
				t.Fatalf("%v: after attempt %d: wait %v, ceiling %v after %v", p, attempt, wait, ceiling, before)
			}
			before = ceiling
		}
	}
	if later(math.MaxInt64, math.MaxInt64) != math.MaxInt64 || later(1, 2) != 3 || later(math.MaxInt64-1, 1) != math.MaxInt64 {
		t.Error("sums of times end at the latest time")
	}
}

// A call that waits for ever keeps no other from its next attempt, nor its job from being canceled.
func TestRetryAfterEternityStarvesNobody(t *testing.T) {
	for _, executor := range []Executor{Sync(), Pool(2), Async(), Loop(), Threads()} {
		t.Run(executor.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				attempts := make([]int, 2)
				task := Func(func(_ context.Context, i int) (int, error) {
					attempts[i]++
					if i == 0 {
						return 0, saysWhen(math.MaxInt64)
					}
					return 0, errAgain
				})
				_, err := Map(ctx, executor, task, []int{0, 1}, RetryPolicy{Extra: 5, Base: 1, Max: 1}, KeepGoing())
				if attempts[0] != 1 || attempts[1] != 6 || err == nil {
					t.Errorf("attempts: %v, want 1 and 6; error: %v", attempts, err)
				}
			})
		})
	}
}

func TestEndlessTimeoutIsNone(t *testing.T) {
	for _, executor := range []Executor{Sync(), Pool(1), Async(), Loop(), Threads()} {
		t.Run(executor.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slow := Func(func(_ context.Context, i int) (int, error) { time.Sleep(time.Hour); return i, nil })
				for _, d := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1} {
					out, err := Map(t.Context(), executor, slow, []int{7}, Timeout(d), Grace(math.MaxInt64))
					if err != nil || out[0] != 7 {
						t.Errorf("Timeout(%d): got %v, %v", d, out, err)
					}
				}
			})
		})
	}
}

// broken is an error whose methods do what the function does.
type broken struct{ in func() }

func (b broken) Error() string                     { return "broken" }
func (b broken) Retryable() bool                   { b.in(); return true }
func (b broken) RetryAfter() (time.Duration, bool) { b.in(); return 0, true }

type brokenUnwrap struct{ in func() }

func (b brokenUnwrap) Error() string { return "broken" }
func (b brokenUnwrap) Unwrap() error { b.in(); return nil }

type brokenAs struct{ in func() }

func (b brokenAs) Error() string { return "broken" }
func (b brokenAs) As(any) bool   { b.in(); return false }

// Code of the user that is asked about a retry may panic or end its goroutine: its call fails, and nothing else does.
func TestWhatDecidesAboutRetriesMayBreak(t *testing.T) {
	panics, ends := func() { panic(errAgain) }, runtime.Goexit
	for _, executor := range []Executor{Sync(), Pool(1), Async(), Loop(), Threads()} {
		for what, c := range map[string]struct {
			err    error
			policy RetryPolicy
			goexit bool
		}{
			"If panics":             {errAgain, RetryPolicy{Extra: 1, If: func(error) bool { panics(); return true }}, false},
			"If ends":               {errAgain, RetryPolicy{Extra: 1, If: func(error) bool { ends(); return true }}, true},
			"Retryable panics":      {broken{panics}, Retry(1), false},
			"Retryable ends":        {broken{ends}, Retry(1), true},
			"RetryAfter panics":     {broken{panics}, RetryPolicy{Extra: 1, If: func(error) bool { return true }}, false},
			"Unwrap panics":         {brokenUnwrap{panics}, Retry(1), false},
			"Unwrap ends":           {brokenUnwrap{ends}, Retry(1), true},
			"As panics":             {brokenAs{panics}, Retry(1), false},
			"nil pointer, by value": {(*brokenUnwrap)(nil), Retry(1), false},
		} {
			task := Func(func(_ context.Context, i int) (int, error) {
				if i == 1 {
					return 0, c.err
				}
				return i, nil
			})
			check := func(way string, err error) {
				t.Helper()
				_, panicked := errors.AsType[*PanicError](err)
				if c.goexit != errors.Is(err, ErrGoexit) || c.goexit == panicked {
					t.Errorf("%v, %s, %s: got the error %v", executor, what, way, err)
				}
			}
			out, err := Map(t.Context(), executor, task, []int{0, 1, 2}, c.policy, KeepGoing())
			check("Map", err)
			if out[2] != 2 {
				t.Errorf("%v, %s: the call after it has the value %d", executor, what, out[2])
			}
			for r := range Stream(t.Context(), executor, task, func(yield func(int) bool) { yield(1) }, c.policy) {
				check("Stream", r.Err)
			}
			g := NewGroup(t.Context(), executor, c.policy)
			f := Submit(g, task, 1)
			check("Group", g.Wait())
			check("Future", f.Err())
		}
	}
}
