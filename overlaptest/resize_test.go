package overlaptest_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/overlaptest"
)

// resizable is a pool whose limit somebody changes: the other simplest executor that somebody can write.
type resizable struct{ slots *overlap.Slots }

func (r resizable) Start(job *overlap.Job) error {
	job.Serve(r.slots, (*overlap.Worker).Work)
	return nil
}
func (r resizable) String() string { return "resizable" }

func TestConformanceOfResizable(t *testing.T) {
	overlaptest.TestExecutor(t, func() overlap.Executor {
		slots := overlap.NewSlots(7)
		slots.Resize(3)
		return resizable{slots}
	}, overlaptest.Capabilities{Limit: 3})
}

// A new limit holds for calls that start after it, at once when it grows; calls that run are left alone.
func TestResizeWithQueuedWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := overlap.NewSlots(2)
		var running, done atomic.Int32
		task := overlap.Func(func(context.Context, int) (int, error) {
			running.Add(1)
			time.Sleep(time.Second)
			running.Add(-1)
			done.Add(1)
			return 0, nil
		})
		over := make(chan error)
		go func() {
			_, err := overlap.Map(t.Context(), resizable{slots}, task, make([]int, 100))
			over <- err
		}()
		time.Sleep(time.Second / 2)
		for _, step := range []struct {
			limit       int
			atOnce      int32 // running immediately after the change
			secondLater int32
		}{
			{2, 2, 2}, {10, 10, 10}, {3, 10, 3}, {1, 3, 1}, {5, 5, 5},
		} {
			slots.Resize(step.limit)
			synctest.Wait()
			if n := running.Load(); n != step.atOnce {
				t.Errorf("%d calls run right after Resize(%d), want %d", n, step.limit, step.atOnce)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if n := running.Load(); n != step.secondLater {
				t.Errorf("%d calls run a second after Resize(%d), want %d", n, step.limit, step.secondLater)
			}
		}
		if err := <-over; err != nil || done.Load() != 100 {
			t.Errorf("%d calls of 100 were made, with the error %v", done.Load(), err)
		}
	})
}
