package compare

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

// It is counted on what calls run, under strategies of which that is known.
func TestWhatCallsRanOn(t *testing.T) {
	task := overlap.Func(func(_ context.Context, n int) (int, error) { return n, nil })
	const calls = 12
	inputs := make([]any, calls)
	for i := range inputs {
		inputs[i] = i
	}
	for _, c := range []struct {
		executor            overlap.Executor
		threads, goroutines int
		perhaps             bool // fewer goroutines may have done all the work
	}{
		{overlap.Sync(), 0, 1, false},
		{overlap.Async(), 0, calls, false},
		{overlap.ThreadsAtMost(1), calls, calls, false},
		{overlap.Pool(3), 0, 3, true},
	} {
		places := newPlaceCounter(calls)
		if _, err := overlap.Map(t.Context(), c.executor, places.around(task.Untyped()), inputs); err != nil {
			t.Fatal(err)
		}
		on := places.ranOn(0)
		if on.Processes != 1 || on.Sample != 0 || on.Goroutines > c.goroutines || on.Goroutines < 1 ||
			!c.perhaps && on.Goroutines != c.goroutines {
			t.Errorf("%v: %+v", c.executor, *on)
		}
		if runtime.GOOS == "linux" && (on.Threads < 1 || c.threads > 0 && on.Threads != c.threads) {
			t.Errorf("%v: %d threads", c.executor, on.Threads)
		}
	}
	if on := newPlaceCounter(calls).ranOn(2); *on != (RanOn{Processes: 2}) {
		t.Errorf("on workers: %+v", *on)
	}
}

// Of many calls, it is noted of some.
func TestPlacesOfManyCallsAreSampled(t *testing.T) {
	const calls = 100_000
	task := overlap.Func(func(_ context.Context, n int) (int, error) { return n, nil })
	inputs := make([]any, calls)
	for i := range inputs {
		inputs[i] = i
	}
	places := newPlaceCounter(calls)
	if _, err := overlap.Map(t.Context(), overlap.Sync(), places.around(task.Untyped()), inputs); err != nil {
		t.Fatal(err)
	}
	if on := places.ranOn(0); on.Sample < 1 || on.Sample > 3*mostNoted || on.Goroutines != 1 {
		t.Errorf("%+v", *on)
	}
}

// Goroutines that wait for a core are seen.
func TestRunnable(t *testing.T) {
	watch := watchRunnable()
	var over atomic.Bool
	for range 4 * runtime.GOMAXPROCS(0) {
		go func() {
			for !over.Load() {
			}
		}()
	}
	for deadline := time.Now().Add(time.Minute); runnable() == 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Error("no goroutine waits to run, of more than there are cores")
			break
		}
	}
	over.Store(true)
	if seconds := watch.stop(); seconds < 0 {
		t.Errorf("goroutines waited for %v s", seconds)
	}
}
