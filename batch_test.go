package overlap_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// Only tiny calls are claimed in batches: the calls of a batch that last would begin out of turn, as others steal them.
func TestCallsThatLastBeginInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var begun []int
		task := overlap.Func(func(_ context.Context, in int) (int, error) {
			mu.Lock()
			begun = append(begun, in)
			mu.Unlock()
			time.Sleep(time.Duration(in%3+1) * time.Millisecond)
			return in, nil
		})
		inputs := make([]int, 300)
		for i := range inputs {
			inputs[i] = i
		}
		if _, err := overlap.Map(t.Context(), overlap.Pool(3), task, inputs); err != nil {
			t.Fatal(err)
		}
		for at, in := range begun {
			if in < at-3 || in > at+3 {
				t.Fatalf("call %d was the %d. to begin: %v", in, at, slices.Clip(begun[max(0, at-10):min(len(begun), at+10)]))
			}
		}
	})
}
