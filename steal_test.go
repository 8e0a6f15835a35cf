package overlap

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// keepingJob is a pool that remembers its last job.
type keepingJob struct {
	*WorkerPool
	job *Job
}

func (k *keepingJob) Start(job *Job) error {
	k.job = job
	return k.WorkerPool.Start(job)
}

// Of workers that leave, whatever takes them off, none is counted as one that others may steal from, and none twice.
func TestWorkersThatLeaveOfferNothing(t *testing.T) {
	task := Func(func(ctx context.Context, in int) (int, error) {
		switch in % 4000 {
		case 1000:
			time.Sleep(time.Second) // the others steal the rest of its batch
		case 2000:
			runtime.Goexit()
		case 3000:
			time.Sleep(time.Hour) // it is abandoned
		}
		return in, nil
	})
	inputs := make([]int, 40_000)
	for i := range inputs {
		inputs[i] = i
	}
	for name, run := range map[string]func(context.Context, Executor){
		"Map": func(ctx context.Context, e Executor) {
			_, _ = Map(ctx, e, task, inputs, KeepGoing(), Timeout(time.Minute)) // calls fail, as they are to
		},
		"Stream": func(ctx context.Context, e Executor) {
			for range Stream(ctx, e, task, slices.Values(inputs), Timeout(time.Minute)) {
			}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			executor := &keepingJob{WorkerPool: Pool(3)}
			run(t.Context(), executor)
			time.Sleep(2 * time.Hour)
			synctest.Wait()
			if n := executor.job.offering.Load(); n != 0 {
				t.Errorf("%s: %d workers are counted", name, n)
			}
		})
	}
}

// BenchmarkAsManyWorkersAsCalls has each call wait 1 ms on a worker of its own.
func BenchmarkAsManyWorkersAsCalls(b *testing.B) {
	const calls = 20_000
	task := Func(func(context.Context, int) (int, error) { time.Sleep(time.Millisecond); return 0, nil })
	for b.Loop() {
		if _, err := Map(b.Context(), Pool(calls), task, make([]int, calls)); err != nil {
			b.Fatal(err)
		}
	}
}
