package overlap

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
)

// Inputs that go on after they were told to stop, or after they have ended, give nothing.
func TestInputsThatDoNotStop(t *testing.T) {
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	for _, executor := range ours() {
		var late func(int, error) bool
		told := 0
		stubborn := func(yield func(int, error) bool) {
			late = yield
			for i := range 10 {
				var err error
				if i == 3 {
					err = errAgain
				}
				if !yield(i, err) {
					told++
				}
			}
		}
		count := 0
		var last Result[int, int]
		for last = range StreamErr(t.Context(), executor, id, stubborn) {
			count++
		}
		if count != 4 || last.Index != -1 || !errors.Is(last.Err, errAgain) || told != 7 {
			t.Errorf("%v: %d results, told %d times to stop, the last is %v", executor, count, told, last)
		}
		if late(11, nil) {
			t.Errorf("%v: an input is taken after the end", executor)
		}
		for range StreamErr(t.Context(), executor, id, stubborn) {
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for last = range Stream(ctx, executor, id, func(yield func(int) bool) {
			for yield(1) {
			}
			yield(2)
			panic("afterwards")
		}) {
			cancel()
		}
		if _, panicked := errors.AsType[*PanicError](last.Err); !panicked || !errors.Is(last.Err, context.Canceled) {
			t.Errorf("%v: the last result is %v", executor, last.Err)
		}
	}
}

// Several goroutines may give inputs.
func TestInputsFromSeveralGoroutines(t *testing.T) {
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	for _, executor := range ours() {
		for _, stopAt := range []int{1 << 30, 10} {
			seen := map[int]bool{}
			for r := range Stream(t.Context(), executor, id, func(yield func(int) bool) {
				var all sync.WaitGroup
				for g := range 4 {
					all.Go(func() {
						for i := 0; i < 50 && yield(100*g+i); i++ {
						}
					})
				}
				all.Wait()
			}, Window(3)) {
				if r.Err != nil || seen[r.Value] {
					t.Errorf("%v: %v", executor, r)
				}
				if seen[r.Value] = true; len(seen) == stopAt {
					break
				}
			}
			if len(seen) != min(200, stopAt) {
				t.Errorf("%v: %d results", executor, len(seen))
			}
		}
	}
}

// Inputs that end the goroutine, under Sync the caller's, leave nothing behind.
func TestInputsThatEndTheCaller(t *testing.T) {
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	over := make(chan int)
	go func() {
		count := 0
		defer func() { over <- count }()
		for range Stream(t.Context(), Sync(), id, func(yield func(int) bool) {
			yield(1)
			runtime.Goexit()
		}) {
			count++
		}
		t.Error("the caller goes on")
	}()
	if count := <-over; count != 1 {
		t.Errorf("%d results", count)
	}
}
