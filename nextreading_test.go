package overlap

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap/internal/tune"
)

// readingsOf has a job of a hundred calls that take 3 ms each run on one core, which they keep busy, and returns when readings were taken. A
// collection ends each millisecond, or none does.
func readingsOf(t *testing.T, collects bool) (at []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		SenseMachine(t, 1, func(r *tune.Reading) {
			passed := time.Since(begun)
			at = append(at, passed)
			r.CPU, r.Running, r.Runnable = passed, 1, 1
			r.Memory = tune.Memory{Used: 1 << 40, Cycles: 1} // so large a heap that none stand by
			if collects {
				r.Memory.Cycles += int64(passed / time.Millisecond)
			}
		}, func(*tune.Reading) {})
		task := Func(func(_ context.Context, i int) (int, error) { time.Sleep(3 * time.Millisecond); return i, nil })
		if _, err := Map(t.Context(), Auto(), task, make([]int, 100)); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second) // for a timer that was left
	})
	return at
}

// Calls that keep the collector busy suffer from each timer that rings: readings are then taken when calls end.
func TestReadingsAreTakenAtEnds(t *testing.T) {
	for _, collects := range []bool{false, true} {
		between, last := 0, time.Duration(0)
		for _, at := range readingsOf(t, collects) {
			if at > 50*time.Millisecond && at < 290*time.Millisecond && at%(3*time.Millisecond) != 0 {
				between++
			}
			last = at
		}
		if collects && between > 0 || !collects && between < 100 {
			t.Errorf("collections %v: %d readings between the ends of calls", collects, between)
		}
		if last < 290*time.Millisecond || last > 300*time.Millisecond {
			t.Errorf("collections %v: the last reading was after %v of 300 ms", collects, last)
		}
	}
}

// The timer of the reading that was due last is left alone until it rings, and is then set for the one that is due next.
func TestTimerIsSetWhenItRings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		tuner := &tuner{job: &Job{start: begun}}
		due := func(after time.Duration) {
			tuner.mu.Lock()
			defer tuner.mu.Unlock()
			n := &tuner.next
			if got := n.ringsAt; !n.rings || got != after {
				t.Errorf("after %v the timer rings at %v, want %v", time.Since(begun), got, after)
			}
		}
		tuner.readAfter(10 * time.Millisecond)
		due(10 * time.Millisecond)
		tuner.readAfter(20 * time.Millisecond)
		due(10 * time.Millisecond)
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		due(20 * time.Millisecond)
		tuner.readAfter(5 * time.Millisecond)
		due(15 * time.Millisecond)
		tuner.next.hurried = true
		if tuner.readAfter(time.Second) {
			t.Error("the next reading is taken later, although somebody was in a hurry")
		}
		tuner.over.Store(true)
		time.Sleep(time.Second)
		synctest.Wait()
		if tuner.next.rings {
			t.Error("the timer is set after the job")
		}
	})
}
