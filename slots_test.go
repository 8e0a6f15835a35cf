package overlap

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A default window follows the limit of its slots at once, also when the drawer waits for room already.
func TestDefaultWindowFollowsALimitThatRises(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := Pool(8)
		busy := Func(func(_ context.Context, i int) (int, error) { time.Sleep(time.Hour); return i, nil })
		drawn, taken := 0, make(chan int)
		go func() {
			n := 0
			for range Stream(t.Context(), pool, busy, func(yield func(int) bool) {
				for drawn < 2000 && yield(drawn) {
					drawn++
				}
			}) {
				n++
			}
			taken <- n
		}()
		for _, step := range []struct{ limit, drawn int }{{8, 64}, {500, 1000}, {600, 1200}, {100, 1200}} {
			pool.Resize(step.limit)
			synctest.Wait()
			if got := drawn + 1; got != step.drawn { // the last one is being given
				t.Errorf("after Resize(%d), %d inputs were drawn before any call had ended, want %d", step.limit, got, step.drawn)
			}
		}
		if n := <-taken; n != 2000 {
			t.Errorf("%d results of 2000", n)
		}
		if len(pool.slots.resized) != 0 {
			t.Error("a Stream that is over still listens to its slots")
		}
	})
}

// One reading of slots tells what they are used for: by calls that run, by calls that wait, and by how many they are
// wanted.
func TestStateOfSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := Pool(2)
		want := func(when string, want SlotsState) {
			t.Helper()
			synctest.Wait()
			if got := pool.slots.State(); got != want {
				t.Errorf("%s: %+v, want %+v", when, got, want)
			}
		}
		sleeps := Func(func(_ context.Context, d time.Duration) (int, error) { time.Sleep(d); return 0, nil })
		want("at first", SlotsState{Limit: 2})
		done := make(chan error)
		go func() {
			_, err := Map(t.Context(), pool, sleeps, []time.Duration{3, 3, 3, 3, 3})
			done <- err
		}()
		want("with five calls", SlotsState{Limit: 2, InUse: 2, Wanted: 3})
		pool.slots.SetMost(4)
		pool.Resize(1000)
		want("with five calls on at most four slots", SlotsState{Limit: 4, Most: 4, InUse: 4, Wanted: 1})
		pool.Resize(1)
		want("after a cut", SlotsState{Limit: 1, Most: 4, InUse: 4, Wanted: 1})
		if err := <-done; err != nil {
			t.Error(err)
		}
		want("afterwards", SlotsState{Limit: 1, Most: 4})

		waits := Func(func(ctx context.Context, d time.Duration) (int, error) {
			g := NewGroup(ctx, Async())
			defer func() { _ = g.Wait() }()
			return Submit(g, sleeps, d).Wait(ctx)
		})
		go func() {
			_, err := Map(t.Context(), pool, waits, []time.Duration{3})
			done <- err
		}()
		want("with a call that waits for another executor's", SlotsState{Limit: 1, Most: 4, InUse: 1, Waiting: 1})
		if err := <-done; err != nil {
			t.Error(err)
		}
		pool.slots.SetMost(1)
		pool.Resize(3)
		want("with a lower most", SlotsState{Limit: 1, Most: 1})
	})
}

// A call that lends its slot and an input that wants one may come at the same moment: one of the two must see the other.
// Were neither to, all would wait, which ends a bubble.
func TestSlotLentAsWorkArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := Pool(1)
		same := Func(func(_ context.Context, n int) (int, error) { return n, nil })
		around := Func(func(ctx context.Context, n int) (int, error) {
			count := 0
			for range Stream(ctx, pool, same, slices.Values(make([]int, n)), Window(1)) {
				count++
			}
			return count, nil
		})
		counts, err := Map(t.Context(), pool, around, slices.Repeat([]int{100}, 200))
		if err != nil || !slices.Equal(counts, slices.Repeat([]int{100}, 200)) {
			t.Errorf("counts of results %v, error %v", counts, err)
		}
	})
}
