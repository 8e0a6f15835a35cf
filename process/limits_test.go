//go:build linux

package process

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

func TestATimeoutThatIsHeededKillsNobody(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	g := newGate(t)
	// The grace outlasts the test: a kill would show as a hang.
	group := overlap.NewGroup(context.Background(), p, overlap.KeepGoing(), overlap.Timeout(50*time.Millisecond), overlap.Grace(time.Hour))
	call := overlap.Submit(group, gated, visit{Gate: string(g), Heeds: true})
	within(t, "the call", func() { group.Wait() })
	timeout, ok := errors.AsType[*overlap.TimeoutError](call.Err())
	if _, died := errors.AsType[*DiedError](call.Err()); died || !ok || call.Outcome() != overlap.TimedOut || timeout.Timeout != 50*time.Millisecond {
		t.Errorf("the call ended as %v: %v", call.Outcome(), call.Err())
	}
	if !errors.Is(call.Err(), context.DeadlineExceeded) {
		t.Errorf("%v is not context.DeadlineExceeded", call.Err())
	}
	if n := p.Info().Started; n > 2 {
		t.Errorf("%d workers were started", n)
	}
}

func TestCancelOfARunningCallReachesTheWorker(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	g := newGate(t)
	group := overlap.NewGroup(context.Background(), p)
	call := overlap.Submit(group, gated, visit{Gate: string(g), Heeds: true})
	other := overlap.Submit(group, gated, visit{Number: 4})
	g.started(t)
	eventually(t, "the call is known to run", call.Running)
	call.Cancel()
	within(t, "the canceled call", func() { <-call.Done() })
	if call.Outcome() != overlap.Canceled || !errors.Is(call.Err(), context.Canceled) {
		t.Errorf("the call ended as %v: %v", call.Outcome(), call.Err())
	}
	within(t, "the group", func() {
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	})
	if v, err := other.Wait(context.Background()); v != 8 || err != nil {
		t.Errorf("its sibling gave %d, %v", v, err)
	}
	if n := p.Info().Started; n > 2 {
		t.Errorf("%d workers were started", n)
	}
}

func TestAnOuterCancelReachesTheWorker(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	g := newGate(t)
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	visits := make([]visit, 100)
	visits[0] = visit{Gate: string(g), Heeds: true}
	done := make(chan error, 1)
	go func() {
		_, err := overlap.Map(ctx, p, gated, visits)
		done <- err
	}()
	g.started(t)
	cancel(why)
	within(t, "the canceled job", func() {
		if err := <-done; !errors.Is(err, why) {
			t.Errorf("the job ended with %v, want its cause", err)
		}
	})
	mustDouble(t, p, 10)
}

func TestMemoryLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	if raceDetector {
		t.Skip("the race detector's own memory is above any sensible limit")
	}
	f := faulty{fault: "out of memory", outcome: overlap.WorkerDied, class: OutOfMemory, code: 2, says: "out of memory"}
	nothingLeft(t)
	p := New(2, Silent(), MemoryLimit(256<<20))
	defer p.Close()
	if limit := p.Info().MemoryLimit; !strings.HasSuffix(limit, "RLIMIT_DATA") {
		t.Errorf("the limit is enforced by %q", limit)
	}
	for _, at := range []int{0, 50, 99} {
		f.befalls(t, p, 100, at)
	}
}

func TestAWorkerThatClosedItsFiles(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	const calls, at = 300, 150
	orders := make([]order, calls)
	for i := range orders {
		orders[i].Number = i
	}
	orders[at].Fault = "closes its files"
	within(t, "a job with a call that closes the worker's files", func() {
		for r := range overlap.Stream(context.Background(), p, obey, slices.Values(orders)) {
			sound := r.Err == nil && r.Value == 2*r.Index
			// The call may return before the worker notices, and its result is then in shared memory.
			if !sound && (r.Index != at || r.Outcome != overlap.WorkerDied) {
				t.Errorf("call %d: %d, %v, %v", r.Index, r.Value, r.Outcome, r.Err)
			}
		}
	})
	mustDouble(t, p, 100)
}

// exitsOnce ends its process the first time that it is called with a path.
var exitsOnce = overlap.Define("exits once", func(_ context.Context, path string) (int, error) {
	if path != "" && once(path) {
		misdeeds["exit 3"]()
	}
	return 1, nil
}, overlap.Idempotent())

func TestADeathIsRetriedOnlyIfTheTaskIsIdempotent(t *testing.T) {
	p := New(1, Silent())
	defer p.Close()
	retry := overlap.RetryPolicy{Extra: 2, Base: time.Microsecond}
	for r := range overlap.Stream(context.Background(), p, exitsOnce, slices.Values([]string{"", t.TempDir() + "/once", ""}), retry) {
		if want := 1 + r.Index%2; r.Err != nil || r.Attempts != want {
			t.Errorf("idempotent call %d: %d attempts, %v", r.Index, r.Attempts, r.Err)
		}
	}
	for r := range overlap.Stream(context.Background(), p, obey, slices.Values([]order{{}, {Fault: "exit 3"}, {}}), retry) {
		if r.Attempts != 1 || (r.Outcome == overlap.WorkerDied) != (r.Index == 1) {
			t.Errorf("call %d of a task that is not idempotent: %d attempts, %v", r.Index, r.Attempts, r.Err)
		}
	}
}

var hasDeadline = overlap.Define("has a deadline", func(ctx context.Context, _ int) (bool, error) {
	_, has := ctx.Deadline()
	return has, nil
})

func TestTheShortestTimeoutReachesTheTask(t *testing.T) {
	p := New(1, Silent())
	defer p.Close()
	for timeout, want := range map[time.Duration]bool{1: true, time.Hour: true, 0: false} {
		options := []overlap.Option{overlap.Grace(time.Minute)}
		if timeout > 0 {
			options = append(options, overlap.Timeout(timeout))
		}
		got, err := overlap.Map(context.Background(), p, hasDeadline, []int{1}, options...)
		if err != nil || got[0] != want {
			t.Errorf("with a timeout of %v the context has a deadline: %v, %v", timeout, got, err)
		}
	}
}
