package cluster

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// meeting is where calls wait until so many of them are there at the same time.
type meeting struct {
	mu    sync.Mutex
	there int
	all   chan struct{} // closed when enough are there
}

var (
	meetings sync.Map // of *meeting, by the name
	// meets waits until so many calls with the same input are there: several for each core.
	enough = 4 * runtime.GOMAXPROCS(0)
	meets  = overlap.Define("cluster-test/meet", func(ctx context.Context, name string) (int, error) {
		at, _ := meetings.LoadOrStore(name, &meeting{all: make(chan struct{})})
		m := at.(*meeting)
		m.mu.Lock()
		if m.there++; m.there == enough {
			close(m.all)
		}
		m.mu.Unlock()
		select {
		case <-m.all:
			return enough, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
	// blocked are calls that do not come back until it is closed.
	blocked, blocking = make(chan struct{}), make(chan struct{}, 1000)
	blocks            = overlap.Define("cluster-test/block", func(ctx context.Context, n int) (int, error) {
		if n > 0 {
			return n, nil
		}
		blocking <- struct{}{}
		<-blocked
		return n, nil
	})
)

// A worker that nobody has told how many calls to make at once makes more of them when they wait: here each waits for several
// others, so that a worker with a fixed number of one a core would never end the first.
func TestWorkerFindsOutHowManyCallsToMake(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	x := embedded(t)
	withWorker(t, x, overlap.Async(), 0)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	inputs := make([]string, 200)
	for i := range inputs {
		inputs[i] = t.Name()
	}
	if _, err := overlap.Map(ctx, x, meets, inputs); err != nil {
		t.Errorf("the worker does not make %d calls at once: %v", enough, err)
	}
}

// A worker takes no chunk before it can run it: while its calls do not come back, others make all that there are.
func TestWorkerHoldsNoMoreThanItRuns(t *testing.T) {
	x := embedded(t)
	var full notes
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	e, public, err := dial(t.Context(), x.Join())
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	go func() {
		gone <- serve(ctx, e, overlap.Async(), 0, settings{most: 2, worker: public, notices: full.add, tasks: []overlap.AnyTask{blocks}})
	}()
	if err := x.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	group := overlap.NewGroup(t.Context(), x)
	stuck := []*overlap.Future[int]{overlap.Submit(group, blocks, 0), overlap.Submit(group, blocks, 0)}
	<-blocking
	<-blocking
	withWorker(t, x, overlap.Async(), 2)
	for n := 1; n <= 200; n++ {
		if _, err := overlap.Submit(group, blocks, n).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	close(blocked)
	for _, f := range stuck {
		if _, err := f.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	}
	leave()
	if err := <-gone; err != nil {
		t.Error(err)
	}
}

// One that finds out by itself answers each call once over an engine that lies, and says nothing of chunks that it lacks.
func TestCrewOverTheFake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFake(nil)
		x, err := newExecutor(e, settings{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- serve(ctx, e, overlap.Async(), 0, settings{}) }()
		values, err := overlap.Map(t.Context(), x, double, numbers(1000))
		if err != nil || len(values) != 1000 || values[999] != 1998 {
			t.Errorf("got %d values, %v", len(values), err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		x.Close()
		time.Sleep(time.Minute)
	})
}
