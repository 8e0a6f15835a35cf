package overlap

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// While a job of a higher priority has calls, it gets seven of eight turns, and nothing starves.
func TestPriorities(t *testing.T) {
	sleeps := Func(func(_ context.Context, n *atomic.Int64) (int, error) {
		time.Sleep(time.Millisecond)
		n.Add(1)
		return 0, nil
	})
	for name, executor := range map[string]func() Executor{
		"one": func() Executor { return Pool(1) }, "several": func() Executor { return Pool(4) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pool := executor()
				ctx, cancel := context.WithCancel(t.Context())
				ended := map[Priority]*atomic.Int64{Low: {}, Normal: {}, High: {}}
				done := make(chan error)
				for priority, count := range ended {
					go func() {
						calls := make([]*atomic.Int64, 100_000)
						for i := range calls {
							calls[i] = count
						}
						_, err := Map(ctx, pool, sleeps, calls, priority)
						done <- err
					}()
				}
				time.Sleep(4 * time.Second)
				cancel()
				for range ended {
					<-done
				}
				all := float64(ended[Low].Load() + ended[Normal].Load() + ended[High].Load())
				for priority, want := range map[Priority][2]float64{High: {.85, .9}, Normal: {.08, .13}, Low: {.008, .03}} {
					if share := float64(ended[priority].Load()) / all; share < want[0] || share > want[1] {
						t.Errorf("priority %d had %.3f of the calls, want %.3f to %.3f", priority, share, want[0], want[1])
					}
				}
			})
		})
	}
}

// A slot that nobody else wants belongs to a job of any priority.
func TestPriorityLeavesNoSlotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sleeps := Func(func(_ context.Context, i int) (int, error) { time.Sleep(time.Millisecond); return i, nil })
		pool := Pool(4)
		begun := time.Now()
		done := make(chan error)
		go func() {
			_, err := Map(t.Context(), pool, sleeps, make([]int, 400), High)
			done <- err
		}()
		_, err := Map(t.Context(), pool, sleeps, make([]int, 400), Low)
		if err != nil || <-done != nil {
			t.Error("a call failed")
		}
		if took := time.Since(begun); took != 200*time.Millisecond {
			t.Errorf("took %v, want 200 ms", took)
		}
	})
}
