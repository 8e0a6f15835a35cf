package process

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/overlap"
)

// Workers make none of the calls that have been canceled while they waited for one.
func TestCallsThatWereCanceledBeforeAreNotSent(t *testing.T) {
	p, made := fakes(t, 1, "")
	ctx := t.Context()
	g := overlap.NewGroup(ctx, p, overlap.Grace(0))
	first := overlap.Submit(g, fakeDo, "hang")
	for made()["hang"] == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 100 {
		f := overlap.Submit(g, fakeDo, "canceled")
		if !f.Cancel() {
			t.Fatal("it has ended already")
		}
	}
	last := overlap.Submit(g, fakeDo, "last")
	first.Cancel()
	if _, err := last.Wait(ctx); err != nil {
		t.Error(err)
	}
	if err := g.Wait(); err != nil || !errors.Is(first.Err(), overlap.ErrFutureCanceled) {
		t.Errorf("got %v; the first ended with %v", err, first.Err())
	}
	if n := made()["canceled"]; n > 0 {
		t.Errorf("%d canceled calls were made", n)
	}
}

// A worker that is not told of a cancel fails by itself.
func TestAFailureAfterACancelThatNobodyToldIsAFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p := pythons(t, 1, Printed(func(string, []byte) { cancel() }))
	for r := range overlap.Stream(ctx, p, pythonFault, func(yield func(string) bool) { yield("raise late") }) {
		if remote, ok := errors.AsType[*RemoteError](r.Err); r.Index == 0 && (r.Outcome != overlap.Failed || !ok || remote.Text != "no picture") {
			t.Errorf("it %v: %v", r.Outcome, r.Err)
		}
	}
	if ctx.Err() == nil {
		t.Error("it was not canceled")
	}
}

// All calls that a worker makes at once are told when they are canceled at once.
func TestAllCanceledCallsAreTold(t *testing.T) {
	p, _ := fakes(t, 1, "cancel,parallel,start")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	g := overlap.NewGroup(ctx, p, overlap.Grace(10*time.Second))
	var all []*overlap.Future[string]
	for range 20 {
		all = append(all, overlap.Submit(g, fakeDo, "cancel"))
	}
	for _, f := range all {
		isRunning(t, f)
	}
	cancel()
	g.Wait()
	for _, f := range all {
		if remote, ok := errors.AsType[*RemoteError](f.Err()); f.Outcome() != overlap.Canceled || !ok || remote.Text != "told to stop" {
			t.Fatalf("it %v: %v", f.Outcome(), f.Err())
		}
	}
}

// A worker that makes calls at once is sent more while it makes some.
func TestAParallelWorkerIsKeptFull(t *testing.T) {
	p, _ := fakes(t, 1, "parallel,start")
	ctx := t.Context()
	g := overlap.NewGroup(ctx, p)
	for range 4 {
		isRunning(t, overlap.Submit(g, fakeDo, "meet"))
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

// isRunning waits until a call runs, or has ended.
func isRunning(t *testing.T, f *overlap.Future[string]) {
	t.Helper()
	for until := time.Now().Add(patience); !f.Running() && f.Outcome() == overlap.Pending; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it does not begin to run")
		}
	}
}
