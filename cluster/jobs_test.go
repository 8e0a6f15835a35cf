package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

func TestJobsAreSeenAndObey(t *testing.T) {
	onFake(t, func() *fake { return newFake(nil) }, 0, func(t *testing.T, x *Executor) {
		var obeys []string
		offered, err := x.Offer(
			func() Job { return Job{Name: "primes", Ended: 3, Total: 10, Began: time.Now()} },
			func(order string) error {
				if order == "dance" {
					return errors.New("it cannot dance")
				}
				obeys = append(obeys, order)
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
		other, err := newExecutor(x.engine, settings{})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		jobs, err := other.Jobs(t.Context(), time.Second)
		if err != nil || len(jobs) != 1 || jobs[0].Name != "primes" || jobs[0].Ended != 3 || jobs[0].ID == "" || jobs[0].From == "" {
			t.Fatalf("%+v, %v", jobs, err)
		}
		if err := other.OrderJob(t.Context(), jobs[0].ID, PauseJob); err != nil || len(obeys) != 1 || obeys[0] != PauseJob {
			t.Errorf("%v, %v", obeys, err)
		}
		if err := other.OrderJob(t.Context(), jobs[0].ID, "dance"); err == nil || err.Error() != "it cannot dance" {
			t.Errorf("an order that is refused: %v", err)
		}
		offered.Withdraw()
		if jobs, err := other.Jobs(t.Context(), time.Second); err != nil || len(jobs) != 0 {
			t.Errorf("after its end: %+v, %v", jobs, err)
		}
		for _, id := range []string{"", "*", "a.b", "0123"} {
			if err := other.OrderJob(t.Context(), id, PauseJob); !errors.Is(err, ErrNoJob) {
				t.Errorf("job %q: %v", id, err)
			}
		}
	})
}

// onWatched offers a job to another session, which watches it.
func onWatched(t *testing.T, f *fake, state func() Job, test func(t *testing.T, x *Executor, offered *Offered, other *Executor)) {
	onFake(t, func() *fake { return f }, 0, func(t *testing.T, x *Executor) {
		offered, err := x.Offer(state, func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		other, err := newExecutor(x.engine, settings{})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		test(t, x, offered, other)
	})
}

func TestWatchersAreToldOfTheEnd(t *testing.T) {
	var ended atomic.Int64
	state := func() Job { return Job{Name: "primes", Ended: ended.Load(), Total: 10} }
	onWatched(t, newFake(nil), state, func(t *testing.T, x *Executor, offered *Offered, other *Executor) {
		third, err := newExecutor(x.engine, settings{})
		if err != nil {
			t.Fatal(err)
		}
		defer third.Close()
		var seen []int64
		over := make(chan error, 2)
		watch := func(by *Executor, see func(Job, error)) {
			last, err := by.Watch(t.Context(), offered.ID(), see)
			if err == nil && (last.End == nil || *last.End != End{1, "two failed"} || last.Ended != 10) {
				err = fmt.Errorf("at last: %+v, %+v", last, last.End)
			}
			over <- err
		}
		go watch(other, func(job Job, err error) {
			if err != nil {
				t.Error(err)
			}
			if len(seen) == 0 || seen[len(seen)-1] != job.Ended {
				seen = append(seen, job.Ended)
			}
		})
		go watch(third, func(Job, error) {})
		time.Sleep(time.Second)
		ended.Store(3)
		time.Sleep(time.Minute)
		ended.Store(10)
		offered.End(End{1, "two failed"})
		if err := errors.Join(<-over, <-over); err != nil {
			t.Error(err)
		}
		if !slices.Equal(seen, []int64{0, 3}) {
			t.Errorf("seen: %v", seen)
		}
		if _, err := other.Watch(t.Context(), offered.ID(), nil); !errors.Is(err, ErrNoJob) {
			t.Errorf("after its end: %v", err)
		}
	})
}

// Who is told of a job by its submitter finds it on the engine.
func TestAnOfferedJobIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	for range 20 {
		e, err := Start()
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		var both [2]*Executor // connected before, so that nothing comes between
		for i := range both {
			if both[i], err = Connect(t.Context(), e.Submit()); err != nil {
				t.Fatal(err)
			}
			defer both[i].Close()
		}
		offered, err := both[0].Offer(func() Job { return Job{} }, func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		defer offered.Withdraw()
		if _, err := both[1].lookAtJob(t.Context(), offered.ID()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheEndOfAJobWaitsForNobodyWhoHasLeft(t *testing.T) {
	onWatched(t, newFake(nil), func() Job { return Job{} }, func(t *testing.T, _ *Executor, offered *Offered, other *Executor) {
		ctx, leave := context.WithCancelCause(t.Context())
		left := errors.New("left")
		_, err := other.Watch(ctx, offered.ID(), func(Job, error) { leave(left) })
		if !errors.Is(err, left) {
			t.Error(err)
		}
		start := time.Now()
		offered.End(End{})
		if took := time.Since(start); took > farewell {
			t.Errorf("it waits %v for one who has just left", took)
		}
	})
	onWatched(t, newFake(nil), func() Job { return Job{} }, func(t *testing.T, _ *Executor, offered *Offered, _ *Executor) {
		start := time.Now()
		offered.End(End{})
		if took := time.Since(start); took > 0 {
			t.Errorf("it waits %v for nobody", took)
		}
	})
}

func TestAWatchedJobGoesAway(t *testing.T) {
	onWatched(t, newFake(nil), func() Job { return Job{Ended: 3} }, func(t *testing.T, _ *Executor, offered *Offered, other *Executor) {
		time.AfterFunc(10*time.Second, offered.Withdraw) // as the engine does when a submitter's connection is gone
		start := time.Now()
		last, err := other.Watch(t.Context(), offered.ID(), func(Job, error) {})
		if took := time.Since(start); !errors.Is(err, ErrJobGone) || last.Ended != 3 || took < 10*time.Second+silence {
			t.Errorf("%v: %+v, %v", took, last, err)
		}
	})
}

func TestAnEngineThatIsAwayEndsNoWatching(t *testing.T) {
	f := newFake(nil)
	onWatched(t, f, func() Job { return Job{Ended: 3} }, func(t *testing.T, _ *Executor, offered *Offered, other *Executor) {
		away := func(is bool) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.away = is
		}
		time.AfterFunc(time.Second, func() { away(true) })
		time.AfterFunc(time.Minute, func() { away(false) })
		time.AfterFunc(2*time.Minute, func() { offered.End(End{}) })
		var silent, again bool
		last, err := other.Watch(t.Context(), offered.ID(), func(job Job, err error) {
			silent = silent || errors.Is(err, ErrJobSilent) && job.Ended == 3
			again = again || silent && err == nil
		})
		if err != nil || last.End == nil || !silent || !again {
			t.Errorf("%+v, %v; it was silent: %v, and heard again: %v", last, err, silent, again)
		}
	})
}

// Whoever looks at a job that gets no further is told why, until it does again.
func TestWatchersAreToldWhatAJobWaitsFor(t *testing.T) {
	f := newFake(nil)
	onWatched(t, f, func() Job { return Job{} }, func(t *testing.T, x *Executor, offered *Offered, other *Executor) {
		defer offered.Withdraw()
		want := func(want string) {
			t.Helper()
			jobs, err := other.Jobs(t.Context(), time.Second)
			if err != nil || len(jobs) != 1 || jobs[0].Waits != want {
				t.Errorf("%+v, %v: want a job that waits for %q", jobs, err, want)
			}
		}
		ended := make(chan error, 1)
		go func() {
			_, err := overlap.Map(t.Context(), x, double, numbers(3))
			ended <- err
		}()
		want("")
		time.Sleep(2 * silence)
		want("no worker is there")
		ctx, leave := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() { gone <- serve(ctx, f, overlap.Pool(1), 1, settings{tasks: []overlap.AnyTask{double}}) }()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		time.Sleep(2 * greeting)
		want("")
		leave()
		<-gone
	})
}
