package overlap_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// While it is off, an observer is told nothing; once it is on, it is told of calls that begin then.
func TestObserveWhile(t *testing.T) {
	task := overlap.Func(func(_ context.Context, in int) (int, error) {
		time.Sleep(time.Millisecond)
		return in, nil
	})
	for _, executor := range []overlap.Executor{overlap.Sync(), overlap.Pool(2), overlap.Async()} {
		synctest.Test(t, func(t *testing.T) {
			var on atomic.Bool
			var begun []int
			observe := overlap.ObserveWhile(&on, func(_ int, events []overlap.Event) {
				for _, e := range events {
					if e.Kind == overlap.EventStarted {
						begun = append(begun, e.Index)
					}
				}
			})
			inputs := func(yield func(int) bool) {
				for i := range 20 {
					on.Store(i >= 10)
					time.Sleep(2 * time.Millisecond) // by then the one before has ended
					if !yield(i) {
						return
					}
				}
			}
			for r := range overlap.Stream(t.Context(), executor, task, inputs, overlap.Window(1), observe) {
				if r.Err != nil {
					t.Error(r.Err)
				}
			}
			if len(begun) < 9 || slices.Min(begun) < 9 {
				t.Errorf("under %v it was told of the starts of calls %v", executor, begun)
			}
		})
	}
}

// Whatever calls do while events are wanted now and then, those that are told are of calls that there are.
func TestObserveNowAndThen(t *testing.T) {
	const calls = 20_000
	var on atomic.Bool
	task := overlap.Func(func(_ context.Context, in int) (int, error) {
		if in%97 == 0 {
			on.Store(!on.Load())
		}
		if in%31 == 0 {
			return 0, errors.New("no")
		}
		return in, nil
	})
	inputs := make([]int, calls)
	for i := range inputs {
		inputs[i] = i
	}
	for _, executor := range []overlap.Executor{overlap.Sync(), overlap.Pool(4), overlap.Async()} {
		ends := map[int]int{}
		_, err := overlap.Map(t.Context(), executor, task, inputs, overlap.KeepGoing(),
			overlap.ObserveWhile(&on, func(_ int, events []overlap.Event) {
				for _, e := range events {
					failed := e.Index%31 == 0
					if e.Kind == overlap.EventFinished && (e.Outcome == overlap.Failed) != failed {
						t.Errorf("under %v call %d %v", executor, e.Index, e.Outcome)
					}
					if e.Kind == overlap.EventFinished {
						ends[e.Index]++
					}
				}
			}))
		job, ok := errors.AsType[*overlap.JobError](err)
		if !ok || len(job.Failed)+int(job.More) == 0 {
			t.Fatalf("under %v: %v", executor, err)
		}
		for index, n := range ends {
			if n > 1 || index >= calls {
				t.Errorf("under %v call %d ended %d times", executor, index, n)
			}
		}
	}
}
