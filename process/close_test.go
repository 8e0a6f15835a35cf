//go:build linux

package process

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"example.com/overlap"
)

func TestCloseIsIdempotentAndFinal(t *testing.T) {
	nothingLeft(t)
	p := New(2)
	mustDouble(t, p, 10)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { p.Close() })
	}
	within(t, "Close, four times at once", all.Wait)
	p.Close()
	if left := children(); len(left) > 0 {
		t.Errorf("left after Close: %s", describe(left))
	}
	if _, err := overlap.Map(context.Background(), p, double, numbers(3)); !errors.Is(err, ErrClosed) {
		t.Errorf("a job on a closed pool ended with %v, want ErrClosed", err)
	}
	p.Resize(5)
	if left := children(); len(left) > 0 {
		t.Errorf("a closed pool started workers: %s", describe(left))
	}
}

func TestCloseWaitsForTheJobThatRuns(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	g := newGate(t)
	visits := make([]visit, 200)
	for i := range visits {
		visits[i].Number = i
	}
	visits[0].Gate = string(g)
	done := make(chan error, 1)
	var out []int
	go func() {
		var err error
		out, err = overlap.Map(context.Background(), p, gated, visits)
		done <- err
	}()
	g.started(t)
	closed := make(chan struct{})
	go func() { p.Close(); close(closed) }()
	eventually(t, "the pool takes no more jobs", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.closed
	})
	select {
	case <-closed:
		t.Error("Close returned while a call ran")
	default:
	}
	g.open(t)
	within(t, "the job and Close", func() {
		if err := <-done; err != nil || out[199] != 398 {
			t.Errorf("the job that ran ended with %v", err)
		}
		<-closed
	})
}

var failsOnce = overlap.Define("fails once", func(_ context.Context, path string) (int, error) {
	if once(path) {
		return 0, errors.New("not yet")
	}
	return 1, nil
})

func TestAJobWhoseCallWaitsToBeRetriedEndsWithClose(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	mustDouble(t, p, 1)
	failed := make(chan struct{})
	var tell sync.Once
	done := make(chan error, 1)
	policy := overlap.RetryPolicy{Extra: 1, If: func(error) bool { tell.Do(func() { close(failed) }); return true }, Base: 300 * time.Millisecond}
	go func() {
		_, err := overlap.Map(context.Background(), p, failsOnce, []string{t.TempDir() + "/once"}, policy)
		done <- err
	}()
	within(t, "a failed attempt, Close, and the job's end", func() {
		<-failed
		p.Close()
		if err := <-done; err != nil && !errors.Is(err, ErrClosed) {
			t.Errorf("the job that ran ended with %v", err)
		}
	})
}

// Two calls are at work, and two have been given to workers of their jobs that wait for a process, when the pool is closed.
func TestCallsThatAClosedPoolRefusesNeverStarted(t *testing.T) {
	for name, open := range heldUp {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			p, job := open(t.TempDir())
			p.mu.Lock()
			p.alive[&child{line: &speaker{tasks: []string{"fake/do"}}}] = true // which is at work for ever
			p.mu.Unlock()
			ended := make(chan error, 1)
			go func() { ended <- job(t.Context()) }()
			g := overlap.NewGroup(t.Context(), p, overlap.KeepGoing())
			var f *overlap.Future[int]
			if name == "same binary" {
				f = overlap.Submit(g, double, 1)
			}
			eventually(t, "calls wait for a worker", func() bool {
				p.mu.Lock()
				defer p.mu.Unlock()
				return p.waiting > 0
			})
			p.mu.Lock()
			clear(p.alive)
			p.mu.Unlock()
			within(t, "Close and the jobs", func() {
				p.Close()
				if err := <-ended; !errors.Is(err, ErrClosed) {
					t.Errorf("the Map ended with %v", err)
				}
				_ = g.Wait()
				if f != nil && (f.Outcome() != overlap.NeverStarted || !errors.Is(f.Err(), ErrClosed)) {
					t.Errorf("the future ended as %v with %v", f.Outcome(), f.Err())
				}
			})
		})
	}
}
