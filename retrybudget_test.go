package overlap_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"example.com/overlap"
)

// The extra attempts of all calls together stay within the share, and a call beyond fails with what it failed with.
func TestRetryBudget(t *testing.T) {
	errDown := errors.New("down")
	for _, share := range []float64{0, 0.2} {
		for name, executor := range map[string]overlap.Executor{"pool": overlap.Pool(8), "sync": overlap.Sync()} {
			synctest.Test(t, func(t *testing.T) {
				task := overlap.Func(func(context.Context, int) (int, error) { return 0, errDown })
				policy := overlap.RetryPolicy{Extra: 2, Share: share}
				attempts, stopped := 0, 0
				for r := range overlap.Stream(t.Context(), executor, task, slices.Values(make([]int, 1000)), policy) {
					attempts += r.Attempts
					if spent, ok := errors.AsType[*overlap.RetryBudgetError](r.Err); ok {
						stopped++
						if spent.Extra < 100 || spent.Extra > 300 || spent.Calls > 1000 {
							t.Errorf("got %v", spent)
						}
					}
					if !errors.Is(r.Err, errDown) {
						t.Errorf("got %v", r.Err)
					}
				}
				switch extra := attempts - 1000; {
				case share == 0 && (extra != 2000 || stopped > 0):
					t.Errorf("%s: %d extra attempts, %d stopped", name, extra, stopped)
				case share > 0 && (extra < 250 || extra > 300 || stopped < 800):
					t.Errorf("%s: %d extra attempts, %d stopped", name, extra, stopped)
				}
			})
		}
	}
}
