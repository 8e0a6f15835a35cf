package overlap_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// noteExecutors are those that a policy is tried with.
var noteExecutors = map[string]func() overlap.Executor{
	"sync": overlap.Sync, "pool": func() overlap.Executor { return overlap.Pool(4) },
	"async": func() overlap.Executor { return overlap.AsyncAtMost(4) }, "loop": func() overlap.Executor { return overlap.Loop() },
	"auto": func() overlap.Executor { return overlap.Auto() },
}

// A policy is told with the next attempt at a call what it noted of the last, and nothing with the first.
func TestPolicyIsToldWhatItNoted(t *testing.T) {
	for name, executor := range noteExecutors {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				type note struct{ n, refused int }
				refused := errors.New("refused")
				ended := func(a overlap.KeyAttempt) overlap.KeyState {
					var n int
					if a.Err != nil {
						n = a.Err.(interface{ Unwrap() []error }).Unwrap()[1].(numbered).n
					}
					switch last, ok := a.Note.(note); {
					case a.Err == nil: // of another call
					case ok != (a.Refused > 0), ok && last != (note{n, a.Refused - 1}):
						t.Errorf("call %d, refused %d times, was noted as %v", n, a.Refused, a.Note)
					}
					return overlap.KeyState{Every: time.Millisecond, Again: true, After: time.Second, Note: note{n, a.Refused}}
				}
				perKey := overlap.PerKey(func(int) string { return "" }, overlap.Adapt(func(string) overlap.KeyPolicy {
					return overlap.KeyPolicy{Ended: ended}
				}))
				made := make([]int, 20)
				task := overlap.Func(func(_ context.Context, n int) (int, error) {
					if made[n]++; made[n] <= n%4 {
						return 0, errors.Join(refused, numbered{n})
					}
					return n, nil
				})
				inputs := make([]int, len(made))
				for i := range inputs {
					inputs[i] = i
				}
				if _, err := overlap.Map(context.Background(), executor(), task, inputs, perKey); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

type numbered struct{ n int }

func (numbered) Error() string { return "numbered" }

// Where a state says that calls are mixed, they start in any order, each once, and before that in that of the inputs.
func TestPolicyMixesCalls(t *testing.T) {
	const calls, until = 200, 20
	for _, mixed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var made []int
			perKey := overlap.PerKey(func(int) string { return "" }, overlap.AtOnce(1),
				overlap.Adapt(func(string) overlap.KeyPolicy {
					return overlap.KeyPolicy{Ended: func(overlap.KeyAttempt) overlap.KeyState {
						return overlap.KeyState{Every: time.Second, Mixed: mixed && len(made) >= until}
					}}
				}))
			task := overlap.Func(func(_ context.Context, n int) (int, error) {
				made = append(made, n)
				if n == 0 {
					return 0, errors.New("so that the policy is told of those that succeed, too")
				}
				return n, nil
			})
			var inputs []int
			for n := range calls {
				inputs = append(inputs, n)
			}
			for range overlap.Stream(context.Background(), overlap.Pool(1), task, slices.Values(inputs), perKey) {
			}
			if !slices.IsSorted(made[:until]) {
				t.Errorf("calls were made in the order %v before they were mixed", made[:until])
			}
			if slices.IsSorted(made) == mixed {
				t.Errorf("mixed: %v, calls were made in the order %v", mixed, made)
			}
			slices.Sort(made)
			if !slices.Equal(made, inputs) {
				t.Errorf("not each call was made once: %v", made)
			}
		})
	}
}
