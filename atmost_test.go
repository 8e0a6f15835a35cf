package overlap_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// With a limit, no more calls run at once than it says, and as many as that do: in a Map, in a Stream whose window is
// larger, and over two jobs on one executor.
func TestAtMost(t *testing.T) {
	const most, calls = 3, 20
	for name, make := range map[string]func(int) overlap.Executor{
		"async": overlap.AsyncAtMost, "threads": overlap.ThreadsAtMost,
	} {
		synctest.Test(t, func(t *testing.T) {
			executor := make(most)
			if want := name + "(3)"; executor.String() != want {
				t.Errorf("its name is %s, want %s", executor, want)
			}
			var running, peak atomic.Int64
			task := overlap.Func(func(_ context.Context, n int) (int, error) {
				now := running.Add(1)
				defer running.Add(-1)
				for seen := peak.Load(); now > seen && !peak.CompareAndSwap(seen, now); seen = peak.Load() {
				}
				time.Sleep(time.Second)
				return n, nil
			})
			inputs := func(yield func(int) bool) {
				for i := 0; i < calls && yield(i); i++ {
				}
			}
			other := start(func() {
				_, _ = overlap.Map(t.Context(), executor, task, []int{1, 2, 3, 4, 5})
			})
			for r := range overlap.Stream(t.Context(), executor, task, inputs, overlap.Window(calls), overlap.Ordered()) {
				if r.Err != nil || r.Value != r.Index {
					t.Errorf("%s: call %d: %v, %v", name, r.Index, r.Value, r.Err)
				}
			}
			<-other
			if peak.Load() != most {
				t.Errorf("%s: up to %d calls ran at once, want %d", name, peak.Load(), most)
			}
		})
	}
}

// start runs fn on a goroutine of its own; the channel is closed when it has returned.
func start(fn func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	return done
}
