package overlap

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
)

// A call of a group that waits for its group gets an error at once; a call of another group may wait for it.
func TestGroupWaitInItsOwnCallIsAnError(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("tracebacks print the arguments of functions otherwise")
	}
	for _, executor := range []func() Executor{Sync, Threads, func() Executor { return Pool(1) }, Async, func() Executor { return Loop() }} {
		synctest.Test(t, func(t *testing.T) {
			g := NewGroup(t.Context(), executor(), KeepGoing())
			own := Submit(g, Func(func(context.Context, int) (int, error) { return 0, g.Wait() }), 1)
			if _, err := own.Wait(t.Context()); !errors.Is(err, ErrWaitsForItself) {
				t.Errorf("%v: a call that waits for its group got %v", executor(), err)
			}
			other := Submit(g, Func(func(ctx context.Context, n int) (int, error) {
				inner := NewGroup(ctx, executor())
				f := Submit(inner, Func(func(context.Context, int) (int, error) { return n, nil }), n)
				if err := inner.Wait(); err != nil {
					return 0, err
				}
				return f.Wait(ctx)
			}, Timeout(1<<60)), 7)
			if n, err := other.Wait(t.Context()); n != 7 || err != nil {
				t.Errorf("%v: a call that waits for another group got %d, %v", executor(), n, err)
			}
			if err := g.Wait(); !errors.Is(err, ErrWaitsForItself) {
				t.Errorf("%v: the group ended with %v", executor(), err)
			}
		})
	}
}
