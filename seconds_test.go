package overlap

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The wait for another attempt, in which a call is canceled, is no part of the call.
func TestACallCanceledBetweenAttemptsEndedWithItsLastOne(t *testing.T) {
	fails := Func(func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, errors.New("no") })
	later := RetryPolicy{Extra: 3, If: func(error) bool { return true }, Base: 1 << 60, Max: 1 << 60}
	for _, executor := range []func() Executor{func() Executor { return Pool(2) }, Async, Threads, func() Executor { return Loop() }} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			for r := range Stream(ctx, executor(), fails, func(yield func(int) bool) { yield(1) }, later) {
				if r.Index == 0 && (r.Finished-r.Started != time.Second || r.Attempts != 1) {
					t.Errorf("%v: a result says that its call took %v", executor(), r.Finished-r.Started)
				}
			}
			g := NewGroup(t.Context(), executor(), later)
			f := Submit(g, fails, 1)
			time.Sleep(time.Minute)
			f.Cancel()
			if r, _ := f.Result(); r.Finished-r.Started != time.Second || r.Outcome != Canceled {
				t.Errorf("%v: a future says that its call took %v and is %v", executor(), r.Finished-r.Started, r.Outcome)
			}
			_ = g.Wait()
		})
	}
}
