package overlap

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Calls that a worker has claimed in a batch and gives back, as another job wants its slot, or that another worker takes
// over, have not been given to their keys: they are as soon as somebody is about to begin them.
func TestBatchesOfCallsWithKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running [40]atomic.Int32
		var tooMany atomic.Int32
		task := Func(func(_ context.Context, i int) (int, error) {
			if running[i%40].Add(1) > 1 {
				tooMany.Add(1)
			}
			defer running[i%40].Add(-1)
			if i > 2000 { // before that, batches grow
				time.Sleep(2 * time.Millisecond)
			}
			return i, nil
		})
		perKey := PerKey(func(i int) string { return string(rune('a' + i%40)) }, AtOnce(1))
		pool := Pool(4)
		inputs := make([]int, 3000)
		for i := range inputs {
			inputs[i] = i
		}
		done := make(chan error)
		for range 3 { // jobs that take turns
			go func() {
				got, err := Map(t.Context(), pool, task, inputs, perKey)
				for i, v := range got {
					if v != i {
						t.Errorf("call %d gave %d", i, v)
						break
					}
				}
				done <- err
			}()
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := tooMany.Load(); n > 0 {
			t.Errorf("%d calls ran beside another of their key", n)
		}
		for i := range perKey.parts {
			for key, line := range perKey.parts[i].lines {
				if line.inUse != 0 || !line.queue.isEmpty() {
					t.Errorf("the key %q is still held by %d calls", key, line.inUse)
				}
			}
		}
	})
}
