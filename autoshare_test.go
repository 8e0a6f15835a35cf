package overlap_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/simulator"
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
