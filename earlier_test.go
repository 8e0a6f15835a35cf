package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"example.com/overlap"
)

// Each result of a Stream has the attempts before its last, whether the call succeeded in the end or not.
func TestResultsHaveTheirEarlierAttempts(t *testing.T) {
	for _, executor := range []overlap.Executor{overlap.Sync(), overlap.Pool(2), overlap.Async(), overlap.Loop()} {
		tried := make([]int, 4)
		task := overlap.Func(func(_ context.Context, in int) (int, error) {
			if tried[in]++; tried[in] <= in {
				return 0, fmt.Errorf("attempt %d", tried[in])
			}
			return in, nil
		})
		in := func(yield func(int) bool) {
			for i := range 4 {
				if !yield(i) {
					return
				}
			}
		}
		policy := overlap.RetryPolicy{Extra: 2, Base: 1}
		for r := range overlap.Stream(t.Context(), executor, task, in, policy) {
			if r.Attempts != min(r.Input+1, 3) || len(r.Earlier) != r.Attempts-1 {
				t.Errorf("%s: call %d has %d attempts, and before the last %v", executor, r.Input, r.Attempts, r.Earlier)
			}
			for i, a := range r.Earlier {
				if want := fmt.Sprintf("attempt %d", i+1); a.Outcome != overlap.Failed || a.Err.Error() != want {
					t.Errorf("%s: call %d: attempt %d is %+v", executor, r.Input, i+1, a)
				}
			}
		}
	}
}

// A drained job ends a call that waits for another attempt as its last attempt did: that one is not among the earlier.
func TestEarlierAttemptsOfADrainedJob(t *testing.T) {
	drained, drain := context.WithCancel(t.Context())
	task := overlap.Func(func(context.Context, int) (int, error) { return 0, errors.New("no") })
	policy := overlap.RetryPolicy{Extra: 5, Base: 1 << 40, If: func(error) bool { go drain(); return true }}
	in := func(yield func(int) bool) { yield(1) }
	for r := range overlap.Stream(t.Context(), overlap.Pool(1), task, in, policy, overlap.Drain(drained)) {
		if r.Index == 0 && (r.Attempts != 1 || len(r.Earlier) != 0) {
			t.Errorf("attempts %d, before the last %v", r.Attempts, r.Earlier)
		}
	}
}
