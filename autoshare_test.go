package overlap_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/simulator"
	"example.com/overlap/internal/station"
)

// Two jobs of one program whose calls run in processes share a machine of two cores: one whose calls wait has as many in flight as
// if it were alone, whatever the other does, and those that compute have no more than they would.
func TestAutoOfProcessesOfTwoJobs(t *testing.T) {
	compute := func(m *simulator.Machine) { m.Compute(20 * ms) }
	wait := func(*simulator.Machine) { time.Sleep(50 * ms) }
	type kind struct {
		call   func(*simulator.Machine)
		calls  int
		within time.Duration
		most   int // on average
	}
	for name, jobs := range map[string][2]kind{
		"one waits, and one computes": {{wait, 1000, 3 * time.Second, 1000}, {compute, 1000, 10500 * ms, 4}},
		"both compute":                {{compute, 500, 10500 * ms, 4}, {compute, 500, 10500 * ms, 4}},
		"both wait":                   {{wait, 2000, 3 * time.Second, 2000}, {wait, 2000, 3 * time.Second, 2000}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := simulator.New(2)
				overlap.SenseProcesses(t, 2, m.LookAtProcesses)
				var wg sync.WaitGroup
				for _, job := range jobs {
					wg.Go(func() {
						task := overlap.Func(func(context.Context, int) (int, error) { job.call(m); return 0, nil }, overlap.RunsProcesses())
						var report overlap.AutoReport
						auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
						begun := time.Now()
						if _, err := overlap.Map(t.Context(), auto, task, upTo(job.calls)); err != nil {
							t.Error(err)
						}
						if took := time.Since(begun); took > job.within || report.MeanLevel > float64(job.most) {
							t.Errorf("took %v, want %v at most; %.3g might be in flight on average, want %d at most: %v",
								took, job.within, report.MeanLevel, job.most, report)
						}
					})
				}
				wg.Wait()
				time.Sleep(time.Second) // for a reading that was being taken
			})
		})
	}
}

// Two jobs ask a far end that refuses more than 20 calls at once. When one has ended, the other soon has the room of both.
func TestAutoTakesTheRoomOfAJobThatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseNothing(t)
		var asking atomic.Int64
		task := overlap.Func(func(_ context.Context, i int) (int, error) {
			defer asking.Add(-1)
			if asking.Add(1) > 20 {
				time.Sleep(ms)
				return 0, &station.Refusal{}
			}
			time.Sleep(20 * ms)
			return 0, nil
		})
		auto, begun := overlap.Auto(), time.Now()
		var wg sync.WaitGroup
		for _, calls := range []int{500, 1500} {
			wg.Go(func() {
				if _, err := overlap.Map(t.Context(), auto, task, upTo(calls)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(begun); took > 2500*ms { // 2 s at best
			t.Errorf("took %v, want at most 2.5 s", took)
		}
	})
}
