package cluster

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// lackingTest is a session, in a bubble, with what has been said and a way to have workers join.
type lackingTest struct {
	*Executor
	said notes
	join func(tasks ...overlap.AnyTask) (leave func())
}

func onLacking(t *testing.T, test func(t *testing.T, x *lackingTest)) {
	synctest.Test(t, func(t *testing.T) {
		e := newFake(nil)
		x := &lackingTest{}
		var err error
		if x.Executor, err = newExecutor(e, settings{notices: x.said.add}); err != nil {
			t.Fatal(err)
		}
		x.join = func(tasks ...overlap.AnyTask) (leave func()) {
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- serve(ctx, e, overlap.Pool(2), 2, settings{tasks: tasks}) }()
			return func() {
				cancel()
				<-done
			}
		}
		test(t, x)
		x.Close()
		time.Sleep(time.Minute)
	})
}

// wantLacking checks an error of a job whose task no worker has.
func wantLacking(t *testing.T, err error) {
	t.Helper()
	for _, text := range []string{
		"no worker can make calls of cluster-test/double", " has no task cluster-test/double, but cluster-test/fail",
		"start a worker of this build",
	} {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q: %v", text, err)
		}
	}
}

// A job whose task no worker has ends as a whole, and says what the workers have instead.
func TestNoWorkerHasTheTask(t *testing.T) {
	onLacking(t, func(t *testing.T, x *lackingTest) {
		defer x.join(failer)()
		_, err := overlap.Map(t.Context(), x, double, numbers(3))
		wantLacking(t, err)
		start, made := time.Now(), 0
		for r := range overlap.Stream(t.Context(), x, double, numbersUpTo(10_000)) {
			if err = r.Err; r.Outcome != overlap.NeverStarted {
				made++
			}
		}
		wantLacking(t, err)
		if took := time.Since(start); made > 0 || took > 2*foundGone {
			t.Errorf("%d calls ended otherwise than as never started, and it took %v", made, took)
		}
		group := overlap.NewGroup(t.Context(), x, overlap.KeepGoing())
		for n := range 100 {
			overlap.Submit(group, double, n)
		}
		overlap.Submit(group, failer, 1)
		wantLacking(t, group.Wait())
		if took := time.Since(start); took > 4*foundGone {
			t.Errorf("the calls of a group failed one after another: %v", took)
		}
		x.said.want(t, "no worker is there", 0)
	})
}

// A worker that joins a moment after others which lack the task makes the calls, also after a while without any.
func TestWorkerThatHasTheTaskJoinsLater(t *testing.T) {
	onLacking(t, func(t *testing.T, x *lackingTest) {
		leave := make(chan func(), 2)
		for _, after := range []time.Duration{foundGone / 2, time.Hour} {
			time.AfterFunc(after-foundGone/2+time.Millisecond, func() { leave <- x.join(failer) })
			time.AfterFunc(after, func() { leave <- x.join() })
			if _, err := overlap.Map(t.Context(), x, double, numbers(100)); err != nil {
				t.Errorf("where it joins after %v: %v", after, err)
			}
			(<-leave)()
			(<-leave)()
		}
		x.said.want(t, "no worker is there", 1)
	})
}

// When the last worker leaves that has the task, the job goes on with one that comes in its place, and ends otherwise.
func TestLastWorkerThatHasTheTaskLeaves(t *testing.T) {
	onLacking(t, func(t *testing.T, x *lackingTest) {
		defer x.join(failer)()
		leave := x.join(naps)
		inputs := make([]time.Duration, 20)
		for i := range inputs {
			inputs[i] = time.Second
		}
		time.AfterFunc(3*time.Second+time.Millisecond, func() {
			leave()
			leave = x.join(naps)
			time.AfterFunc(3*time.Second, func() { leave() })
		})
		ended := 0
		var last error
		for r := range overlap.Stream(t.Context(), x, naps, func(yield func(time.Duration) bool) {
			for _, in := range inputs {
				if !yield(in) {
					return
				}
			}
		}) {
			if last = r.Err; last == nil {
				ended++
			}
		}
		if ended < 10 || ended > 16 || last == nil || !strings.Contains(last.Error(), "no worker can make calls of "+naps.Name()) {
			t.Errorf("%d calls were made, and the job ended with %v", ended, last)
		}
	})
}

func numbersUpTo(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

// A worker whose key is not for a task is not taken for one that lacks it, and does not list it.
func TestWorkerWhoseKeyIsNotForTheTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFake(nil)
		e.barred = map[string]bool{fingerprint(double): true}
		x, err := newExecutor(e, settings{})
		if err != nil {
			t.Fatal(err)
		}
		var said notes
		ctx, leave := context.WithCancel(context.Background())
		gone := make(chan error, 1)
		tasks := []overlap.AnyTask{double, failer}
		go func() { gone <- serve(ctx, e, overlap.Pool(1), 1, settings{tasks: tasks, notices: said.add}) }()
		synctest.Wait()
		if w := x.Workers(); len(w) != 1 || len(w[0].Tasks) != 1 || w[0].Tasks[0] != failer.Name() {
			t.Errorf("the workers are %+v", w)
		}
		for range 2 {
			_, err := overlap.Map(t.Context(), x, double, numbers(3))
			if err == nil || !strings.Contains(err.Error(), "its key is not for calls of cluster-test/double; start a worker with another key") {
				t.Errorf("the error is %v", err)
			}
		}
		said.want(t, "the key of this worker is not for calls of cluster-test/double: it takes none", 1)
		leave()
		if err := <-gone; err != nil {
			t.Error(err)
		}
		x.Close()
	})
}
