package overlap

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// A job that has no more calls to hand out leaves the queue of its slots, however long others keep those: it would hold
// its inputs until then.
func TestJobsLeaveTheQueueOfABusyPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		executor := Pool(1)
		slots := executor.slots
		busy := Func(func(_ context.Context, d time.Duration) (int, error) { time.Sleep(d); return 0, nil })
		go func() { _, _ = Map(t.Context(), executor, busy, []time.Duration{time.Hour}) }()
		synctest.Wait()
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			go func() { _, _ = Map(ctx, executor, busy, []time.Duration{1}) }()
			defer cancel()
		}
		synctest.Wait()
		queued := func() *Job {
			slots.mu.Lock()
			defer slots.mu.Unlock()
			return slots.queue.next()
		}
		if queued() == nil {
			t.Error("no job has queued")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if queued() != nil {
			t.Error("canceled jobs are still in the queue")
		}
		time.Sleep(time.Hour)
	})
}

// A Stream without end keeps none of the workers whose goroutines its calls have ended.
func TestStreamForgetsWorkersWhoseCallsEndThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var most int
		ends := Func(func(ctx context.Context, n int) (int, error) {
			w := ctx.(*callContext).worker
			w.job.mu.Lock()
			most = max(most, len(w.job.byNumber))
			w.job.mu.Unlock()
			runtime.Goexit()
			return 0, nil
		})
		n := 0
		for range Stream(t.Context(), Pool(2), ends, func(yield func(int) bool) {
			for i := 0; yield(i); i++ {
			}
		}) {
			if n++; n == 1000 {
				break
			}
		}
		if most > 10 {
			t.Errorf("the job knows %d workers, of which 2 can work", most)
		}
	})
}
