package overlap

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// observing is a pool that goes by what happens to the calls of its jobs.
type observing struct {
	*WorkerPool
	fn func(worker int, events []Event)
}

func (o observing) Start(job *Job) error {
	job.Observe(o.fn)
	return o.WorkerPool.Start(job)
}

// What an executor observes of a job is what the job's own observers are told, for a Map, a Stream and a Group.
func TestExecutorsObserveTheirJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ofExecutor, ofJob atomic.Int32
		count := func(to *atomic.Int32) func(int, []Event) {
			return func(_ int, events []Event) {
				for _, e := range events {
					if e.Kind == EventFinished {
						to.Add(1)
					}
				}
			}
		}
		executor := observing{Pool(3), count(&ofExecutor)}
		id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
		for _, options := range [][]Option{nil, {Observe(count(&ofJob))}} {
			ofExecutor.Store(0)
			if _, err := Map(t.Context(), executor, id, make([]int, 100), options...); err != nil {
				t.Error(err)
			}
			for r := range Stream(t.Context(), executor, id, func(yield func(int) bool) {
				for i := range 100 {
					if !yield(i) {
						return
					}
				}
			}, options...) {
				if r.Err != nil {
					t.Error(r.Err)
				}
			}
			g := NewGroup(t.Context(), executor, options...)
			for i := range 100 {
				Submit(g, id, i)
			}
			if err := g.Wait(); err != nil {
				t.Error(err)
			}
			if n := ofExecutor.Load(); n != 300 {
				t.Errorf("the executor was told of %d ends of 300 calls", n)
			}
		}
		if n := ofJob.Load(); n != 300 {
			t.Errorf("the job's own observer was told of %d ends of 300 calls", n)
		}
	})
}

// An executor's observer that panics breaks the job, as any other does; and it can be added in Start alone.
func TestMisuseOfJobObserve(t *testing.T) {
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	broken := errors.New("broken")
	_, err := Map(t.Context(), observing{Pool(1), func(int, []Event) { panic(broken) }}, id, make([]int, 3))
	if !errors.Is(err, broken) {
		t.Errorf("a Map whose executor's observer panics ended with %v", err)
	}
	for what, fn := range map[string]func(int, []Event){"nil": nil, "late": func(int, []Event) {}} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.HasPrefix(p, "overlap: Job.Observe: ") {
					t.Errorf("%s: panicked with %q", what, p)
				}
			}()
			j := &Job{launched: true}
			j.Observe(fn)
		}()
	}
}
