package overlap

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// sleeps takes so long, unless its context ends.
func sleeps(ctx context.Context, d time.Duration) (time.Duration, error) {
	select {
	case <-time.After(d):
		return d, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Five calls of one task bound no call of another one, and each has its own limit.
func TestMedianTimeoutOfEachTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGroup(t.Context(), Async(), MedianTimeout(3), KeepGoing())
		short, long := Func(sleeps).Named("short"), Func(sleeps).Named("long")
		for range 5 {
			Submit(g, short, time.Second)
			Submit(g, long, time.Minute)
		}
		alone := Submit(g, Func(sleeps).Named("alone"), time.Hour)
		late := Submit(g, short, time.Hour)
		later := Submit(g, long, time.Hour)
		if err := g.Wait(); len(err.(*JobError).Failed) != 2 || alone.Err() != nil {
			t.Errorf("Group.Wait: %v", err)
		}
		for f, least := range map[*Future[time.Duration]]time.Duration{late: 3 * time.Second, later: 3 * time.Minute} {
			timeout, ok := errors.AsType[*TimeoutError](f.Err())
			if !ok || timeout.Timeout < least || timeout.Timeout > least+least/50 {
				t.Errorf("a call that was to be stopped after %v: %v", least, f.Err())
			}
		}
	})
}

// A call that does not come back is abandoned, and a Timeout holds besides; the error names the limit that is over.
func TestMedianTimeoutBesideOthers(t *testing.T) {
	deaf := Func(func(ctx context.Context, d time.Duration) (int, error) { time.Sleep(d); return 0, nil })
	for name, c := range map[string]struct {
		task    *Task[time.Duration, int]
		options []Option
		outcome Outcome
		timeout time.Duration
		after   time.Duration
	}{
		"abandoned":                 {deaf, nil, Abandoned, 3 * time.Second, 5 * time.Second},
		"a shorter Timeout":         {deaf, []Option{Timeout(2 * time.Second)}, Abandoned, 2 * time.Second, 4 * time.Second},
		"a longer Timeout":          {deaf, []Option{Timeout(time.Minute)}, Abandoned, 3 * time.Second, 5 * time.Second},
		"two that are over at once": {deaf, []Option{Timeout(4 * time.Second)}, Abandoned, 3 * time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				before := AbandonedRunning()
				start := time.Now()
				in := []time.Duration{time.Second, time.Second, time.Second, time.Second, time.Second, time.Hour}
				options := append(c.options, MedianTimeout(3), Grace(2*time.Second), KeepGoing())
				_, err := Map(t.Context(), Async(), c.task, in, options...)
				if took := time.Since(start); took < c.after || took > c.after+c.after/10 {
					t.Errorf("it took %v, want %v", took, c.after)
				}
				failed, ok := errors.AsType[*CallError](err)
				timeout, timed := errors.AsType[*TimeoutError](err)
				if !ok || !timed || failed.Index != 5 || failed.Outcome != c.outcome ||
					timeout.Timeout < c.timeout || timeout.Timeout > c.timeout+c.timeout/100 {
					t.Errorf("the error is %v", err)
				}
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				if n := AbandonedRunning() - before; n != 0 {
					t.Errorf("%d calls are said to be abandoned and to run", n)
				}
			})
		})
	}
}

// A limit of the job around a call is not the call's own.
func TestMedianTimeoutOfTheCallAround(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const long = 1000 * time.Hour
		var inner error
		outer := Func(func(ctx context.Context, d time.Duration) (int, error) {
			_, err := Map(ctx, Async(), Func(sleeps), []time.Duration{d}, MedianTimeout(2))
			if d == long {
				inner = err
			}
			return 0, err
		})
		in := []time.Duration{1e9, 1e9, 1e9, 1e9, 1e9, long}
		_, err := Map(t.Context(), Async(), outer, in, MedianTimeout(2), KeepGoing())
		if failed, ok := errors.AsType[*CallError](err); !ok || failed.Outcome != TimedOut {
			t.Errorf("the outer job: %v", err)
		}
		if _, failed := errors.AsType[*CallError](inner); failed {
			t.Errorf("the inner call was canceled, and failed by itself: %v", inner)
		}
	})
}

// What executors elsewhere join to the reason of a cancel is kept, and the reason itself is not said twice.
func TestWithoutCause(t *testing.T) {
	cause, other := &TimeoutError{Timeout: 1, Err: errors.New("its own")}, errors.New("worker died")
	for _, c := range []struct{ err, want error }{
		{cause, context.Canceled}, {errors.Join(cause), context.Canceled}, {other, other}, {errors.Join(cause, other), other},
	} {
		if got := withoutCause(c.err, cause); got != c.want {
			t.Errorf("%v without its cause is %v, want %v", c.err, got, c.want)
		}
	}
	if got := withoutCause(errors.Join(other, cause, other), cause); !errors.Is(got, other) || errors.Is(got, cause) {
		t.Errorf("of three, without the cause: %v", got)
	}
}
