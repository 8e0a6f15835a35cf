package overlaptest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var errRefused = errors.New("refused")

// refusesFirst refuses the first call of an even number.
func refusesFirst() func(n int) error {
	var refused atomic.Bool
	return func(n int) error {
		if n%2 == 0 && refused.CompareAndSwap(false, true) {
			return errRefused
		}
		return nil
	}
}

func policyHolds(t *testing.T, s *suite) {
	executor := s.newExecutor()
	policy := overlap.Adapt(func(string) overlap.KeyPolicy {
		return overlap.KeyPolicy{Ended: func(a overlap.KeyAttempt) overlap.KeyState {
			if a.Err != nil {
				return overlap.KeyState{Hold: time.Hour, Again: true}
			}
			return overlap.KeyState{}
		}}
	})
	options := []overlap.Option{overlap.PerKey(mod(2), policy, overlap.AtOnce(1))}
	eachWay(t, executor, 60, options, func(what string, job func(*overlap.Task[int, int]) error) {
		start := time.Now()
		refuses := refusesFirst()
		var last atomic.Int64
		succeeds(t, what, job(overlap.Func(func(ctx context.Context, n int) (int, error) {
			if n%2 == 1 {
				last.Store(int64(time.Since(start)))
			}
			return n, refuses(n)
		})))
		s.took(t, start, time.Hour)
		if others := time.Duration(last.Load()); others >= time.Hour && !s.OnCaller {
			t.Errorf("%s: calls of another key waited for %v", what, others)
		}
	})
	perKey := overlap.PerKey(mod(2), policy, overlap.AtOnce(1))
	refuses := refusesFirst()
	task := overlap.Func(func(_ context.Context, n int) (int, error) { return n, refuses(n) })
	for r := range overlap.Stream(t.Context(), executor, task, upTo(4), perKey) {
		succeeds(t, "a call", r.Err)
		if want := len(r.Earlier) + 1; r.Attempts != want || want > 2 {
			t.Errorf("call %d: %d attempts, %d earlier", r.Index, r.Attempts, len(r.Earlier))
		}
	}
}

func policyPaces(t *testing.T, s *suite) {
	executor := s.newExecutor()
	perKey := overlap.PerKey(mod(1), overlap.Adapt(func(string) overlap.KeyPolicy {
		return overlap.KeyPolicy{AtOnce: 2, Ended: func(a overlap.KeyAttempt) overlap.KeyState {
			return overlap.KeyState{AtOnce: 1, Every: time.Minute, Hold: time.Minute, Again: errors.Is(a.Err, errRefused)}
		}}
	}))
	var seen starts
	seen.reset()
	var refused atomic.Bool // any of those that begin at first: which they are is not said
	_, err := overlap.Map(t.Context(), executor, overlap.Func(func(ctx context.Context, n int) (int, error) {
		seen.mu.Lock()
		seen.times = append(seen.times, time.Since(seen.begun))
		seen.mu.Unlock()
		if !refused.Swap(true) {
			return 0, errRefused
		}
		_, err := overlap.Await(ctx, func() (time.Duration, error) { return pause(ctx, time.Second) })
		return n, err
	}), numbers(6), perKey)
	succeeds(t, "Map", err)
	slices.Sort(seen.times)
	paced := slices.DeleteFunc(seen.times, func(at time.Duration) bool { return at == 0 }) // beside the refused one
	if len(paced) < 3 {
		t.Errorf("starts at %v, want them held after the first", seen.times)
	}
	for i := range paced[1:] {
		if apart := paced[i+1] - paced[i]; apart < time.Minute {
			t.Errorf("starts at %v, want them a minute apart", paced)
			break
		}
	}
}

func policyPutsOff(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for behind, want := range map[int]int{0: 9, 2: 3, 100_000: 9} { // one begins before it waits
		state := overlap.KeyState{AtOnce: 1, Every: time.Minute}
		perKey := overlap.PerKey(mod(1), overlap.AtOnce(1), overlap.Adapt(func(string) overlap.KeyPolicy {
			return overlap.KeyPolicy{Ended: func(a overlap.KeyAttempt) overlap.KeyState {
				if a.Err == nil {
					return state
				}
				again := state
				again.Again, again.After, again.Behind, again.Hold = true, 90*time.Second, behind, time.Minute
				return again
			}}
		}))
		start := time.Now()
		var made []int // one at a time
		refused := -1
		_, err := overlap.Map(t.Context(), executor, overlap.Func(func(_ context.Context, n int) (int, error) {
			if refused < 0 {
				refused = n
				return 0, errRefused
			}
			made = append(made, n)
			return n, nil
		}), numbers(10), perKey)
		succeeds(t, "Map", err)
		if got := slices.Index(made, refused); got != want {
			t.Errorf("behind %d: the refused call was made again after %d others, want %d", behind, got, want)
		}
		s.took(t, start, 10*time.Minute)
	}
}

func putOffCallsAreOut(t *testing.T, s *suite) {
	perKey := overlap.PerKey(mod(1), overlap.Adapt(func(string) overlap.KeyPolicy {
		return overlap.KeyPolicy{Ended: func(a overlap.KeyAttempt) overlap.KeyState {
			return overlap.KeyState{Again: a.Err != nil, After: time.Hour, Behind: 1}
		}}
	}))
	const refused, others = 3000, 100 // more than a window has
	start := time.Now()
	var before, made atomic.Int64
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if n < refused && time.Since(start) < time.Hour {
			return 0, errRefused
		}
		if made.Add(1); time.Since(start) < time.Hour {
			before.Add(1)
		}
		return n, nil
	})
	for r := range overlap.Stream(t.Context(), s.newExecutor(), task, upTo(refused+others), perKey) {
		succeeds(t, "a call", r.Err)
	}
	equal(t, "calls that were made", made.Load(), refused+others)
	equal(t, "calls made while others were put off", before.Load(), others)
	s.took(t, start, time.Hour)

	ctx, cancel := context.WithCancel(t.Context())
	start = time.Now()
	_, err := overlap.Map(ctx, s.newExecutor(), overlap.Func(func(context.Context, int) (int, error) {
		defer time.AfterFunc(time.Minute, cancel)
		return 0, errRefused
	}), numbers(10), perKey)
	is(t, "a job that is canceled while calls are put off", err, context.Canceled)
	s.took(t, start, time.Minute)
}

func policyGivesUp(t *testing.T, s *suite) {
	var made atomic.Int64
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if n%2 == 0 {
			made.Add(1)
			return 0, errRefused
		}
		return n, nil
	})
	gone := errors.New("gone")
	perKey := overlap.PerKey(mod(2), overlap.AtOnce(1), overlap.Adapt(func(string) overlap.KeyPolicy {
		return overlap.KeyPolicy{Ended: func(overlap.KeyAttempt) overlap.KeyState {
			return overlap.KeyState{Hold: time.Hour, Fail: gone}
		}}
	}))
	start := time.Now()
	_, err := overlap.Map(t.Context(), s.newExecutor(), task, numbers(100), perKey, overlap.KeepGoing(), overlap.Retry(3))
	failed := failedCalls(t, "Map", err)
	equal(t, "failures", len(failed), 50)
	equal(t, "calls that were made", made.Load(), 1)
	n := 0
	for _, c := range failed {
		if errors.Is(c.Err, gone) {
			n++
		}
	}
	equal(t, "calls that were given up", n, 49)
	s.took(t, start, 0)
}

func policyBreaks(t *testing.T, s *suite) {
	executor := s.newExecutor()
	task := overlap.Func(func(_ context.Context, n int) (int, error) { return 0, errRefused })
	for name, fn := range map[string]func(){"panic": func() { panic("no state") }, "Goexit": runtime.Goexit} {
		perKey := overlap.PerKey(strconv.Itoa, overlap.Adapt(func(string) overlap.KeyPolicy {
			return overlap.KeyPolicy{Ended: func(overlap.KeyAttempt) overlap.KeyState { fn(); return overlap.KeyState{} }}
		}))
		_, err := overlap.Map(t.Context(), executor, task, numbers(5), perKey, overlap.KeepGoing())
		equal(t, name, len(failedCalls(t, "Map", err)), 5)
		breaks := func(string) overlap.KeyPolicy { fn(); return overlap.KeyPolicy{} }
		perKey = overlap.PerKey(strconv.Itoa, overlap.Adapt(breaks))
		_, err = overlap.Map(t.Context(), executor, doubled, numbers(5), perKey, overlap.KeepGoing())
		equal(t, name+" as the policy is made", len(failedCalls(t, "Map", err)), 5)
	}
	works(t, executor)
}
