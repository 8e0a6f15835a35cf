package overlap

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A panic that is to be propagated comes out of Future.Wait when no call of the group runs any more.
func TestPropagatedPanicWaitsForRunningCalls(t *testing.T) {
	for _, executor := range []func() Executor{func() Executor { return Pool(2) }, Async, Threads} {
		synctest.Test(t, func(t *testing.T) {
			g := NewGroup(t.Context(), executor(), PropagatePanics())
			start := time.Now()
			Submit(g, Func(func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 0, nil }), 1)
			f := Submit(g, Func(func(context.Context, int) (int, error) { time.Sleep(time.Second); panic("no") }), 2)
			func() {
				defer func() {
					if p, ok := recover().(*PanicError); !ok || p.Value != "no" {
						t.Errorf("%v: recovered %v", executor(), p)
					}
					if took := time.Since(start); took != time.Minute {
						t.Errorf("%v: Wait panicked after %v, while a call ran", executor(), took)
					}
				}()
				_, _ = f.Wait(t.Context())
			}()
			func() {
				defer func() { _ = recover() }()
				_ = g.Wait()
			}()
		})
	}
}

// A call of the group that waits for the one that panicked is one of those that run.
func TestPropagatedPanicInACallOfTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGroup(t.Context(), Async(), PropagatePanics())
		f := Submit(g, Func(func(context.Context, int) (int, error) { time.Sleep(time.Second); panic("no") }), 1)
		waits := Submit(g, Func(func(ctx context.Context, _ int) (int, error) {
			return nested(ctx, f)
		}), 2)
		defer func() {
			if p, ok := recover().(*PanicError); !ok || p.Value != "no" {
				t.Errorf("recovered %v", p)
			}
			if waits.Outcome() == Pending {
				t.Errorf("the call that waited has not ended")
			}
		}()
		_ = g.Wait()
	})
}

// nested waits for a future within another job.
func nested(ctx context.Context, f *Future[int]) (int, error) {
	out, err := Map(ctx, Pool(1), Func(func(ctx context.Context, _ int) (int, error) { return f.Wait(ctx) }), []int{1}, PropagatePanics())
	return len(out), err
}

// An executor that ends calls as canceled, which nobody has canceled, has failed them; and it says why.
func TestEndedAsCanceledWithoutACancelIsAFailure(t *testing.T) {
	drained := errors.New("the machine was drained")
	for _, o := range []Outcome{Canceled, NeverStarted} {
		executor := offers{func(c Call) { c.End(nil, o, drained) }}
		id := Func(func(_ context.Context, n int) (int, error) { return n, nil })
		_, err := Map(t.Context(), executor, id, []int{1, 2, 3}, KeepGoing())
		var job *JobError
		if !errors.Is(err, drained) || !errors.As(err, &job) || len(job.Failed) != 3 {
			t.Errorf("Map: %v: got the error %v", o, err)
		}
		g := NewGroup(t.Context(), executor)
		f := Submit(g, id, 1)
		if err := g.Wait(); !errors.Is(err, drained) || !errors.Is(f.Err(), drained) {
			t.Errorf("Group.Wait: %v: got the errors %v and %v", o, err, f.Err())
		}
		for r := range Stream(t.Context(), executor, id, func(yield func(int) bool) { yield(1) }) {
			if !errors.Is(r.Err, drained) {
				t.Errorf("Stream: %v: got the error %v", o, r.Err)
			}
		}
	}
}

// Calls that an executor ends twice, or gives back after their end, are misuse.
func TestAnEndedCallCannotBeEndedAgain(t *testing.T) {
	id := Func(func(_ context.Context, n int) (int, error) { return n, nil })
	for what, again := range map[string]func(Call){
		"End":     func(c Call) { v := 8; c.End(&v, Succeeded, nil) },
		"failed":  func(c Call) { c.End(nil, Failed, errors.New("no")) },
		"Requeue": func(c Call) { c.Requeue() },
	} {
		misused := 0
		executor := offers{func(c Call) {
			v := 7
			c.End(&v, Succeeded, nil)
			defer func() {
				if recover() != nil {
					misused++
				}
			}()
			again(c)
		}}
		out, err := Map(t.Context(), executor, id, []int{1, 2})
		if err != nil || misused != 2 || out[0] != 7 || out[1] != 7 {
			t.Errorf("Map, %s: got %v, %v and %d panics", what, out, err, misused)
		}
		misused = 0
		for r := range Stream(t.Context(), executor, id, func(yield func(int) bool) { _ = yield(1) && yield(2) }, Window(1)) {
			if r.Value != 7 {
				t.Errorf("Stream, %s: got %v", what, r)
			}
		}
		if misused != 2 {
			t.Errorf("Stream, %s: %d panics", what, misused)
		}
		misused = 0
		g := NewGroup(t.Context(), executor)
		f := Submit(g, id, 1)
		if n, err := f.Wait(t.Context()); n != 7 || err != nil || misused != 1 {
			t.Errorf("Group, %s: got %v, %v and %d panics", what, n, err, misused)
		}
		if err := g.Wait(); err != nil {
			t.Errorf("Group, %s: %v", what, err)
		}
	}
}

// offers has take called with each call.
type offers struct{ take func(Call) }

func (o offers) Start(j *Job) error {
	j.Offer(func(c Call) bool { o.take(c); return true })
	return nil
}
func (offers) String() string { return "offers" }
