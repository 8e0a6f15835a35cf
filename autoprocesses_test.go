package overlap_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/simulator"
	"example.com/overlap/internal/tune"
)

// What Auto makes of calls that run in processes, on machines in virtual time: how many it has in flight, how much
// longer than the best fixed level it may take, and what it is to call them.
func TestAutoOfProcesses(t *testing.T) {
	for _, test := range []struct {
		name   string
		cores  int
		calls  int
		best   int // the best fixed level
		within float64
		most   int // may be in flight; 0: any number
		class  overlap.Class
		call   func(m *simulator.Machine)
	}{
		{"computing", 2, 100, 2, 1.02, 3, overlap.CPUBound, func(m *simulator.Machine) { m.Compute(100 * ms) }},
		{"computing on 16 cores", 16, 800, 16, 1.02, 17, overlap.CPUBound,
			func(m *simulator.Machine) { m.Compute(100 * ms) }},
		{"computing for a moment", 2, 400, 2, 1.05, 3, overlap.CPUBound, func(m *simulator.Machine) { m.Compute(5 * ms) }},
		{"computing beside four neighbours", 2, 50, 2, 1.02, 2, overlap.CPUBound, func(m *simulator.Machine) {
			m.SetNeighbours(4)
			m.Compute(100 * ms)
		}},
		{"waiting", 2, 1000, 128, 1.2, 0, overlap.IOBound, func(m *simulator.Machine) {
			m.Compute(100 * time.Microsecond)
			time.Sleep(100 * ms)
		}},
		{"waiting for a second", 2, 1000, 128, 1.1, 0, overlap.IOBound,
			func(*simulator.Machine) { time.Sleep(time.Second) }},
		{"loading a program, then waiting", 2, 300, 128, 1.6, 0, "", func(m *simulator.Machine) {
			m.Compute(10 * ms)
			time.Sleep(time.Second)
		}},
		{"computing three quarters of the time", 2, 200, 4, 1.06, 6, overlap.CPUBound, func(m *simulator.Machine) {
			m.Compute(15 * ms)
			time.Sleep(5 * ms)
		}},
		// It takes 86 ms of a second until there are so many, and no more are started once the cores are busy for nearly all of
		// the time.
		{"computing a tenth of the time", 4, 2000, 40, 1.1, 80, overlap.Mixed, func(m *simulator.Machine) {
			m.Compute(2 * ms)
			time.Sleep(18 * ms)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := func(executor overlap.Executor) (took time.Duration, most int) {
				synctest.Test(t, func(t *testing.T) {
					m := simulator.New(test.cores)
					overlap.SenseProcesses(t, test.cores, m.LookAtProcesses)
					took, most = runProcesses(t, executor, test.calls, func() { test.call(m) })
				})
				return took, most
			}
			best, _ := run(overlap.Pool(test.best))
			var report overlap.AutoReport
			took, most := run(overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r })))
			if took.Seconds() > test.within*best.Seconds() {
				t.Errorf("took %v, %.2f times as long as with %d in flight: %v",
					took, took.Seconds()/best.Seconds(), test.best, report)
			}
			if test.most > 0 && most > test.most {
				t.Errorf("%d were in flight, want at most %d: %v", most, test.most, report)
			}
			if test.class != "" && report.Class != test.class {
				t.Errorf("called %q, want %q: %v", report.Class, test.class, report)
			}
		})
	}
}

// Where the system tells nothing of processes, there is one a core.
func TestAutoOfProcessesThatNobodySees(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseProcesses(t, 3, func(*tune.Reading) {})
		if _, most := runProcesses(t, overlap.Auto(), 100, func() { time.Sleep(100 * ms) }); most != 3 {
			t.Errorf("%d were in flight, want one a core", most)
		}
	})
}

// What processes need counts, and what is left of the memory bounds how many there are.
func TestAutoOfProcessesThatNeedMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const each, limit = 64 << 20, 1 << 30
		var running atomic.Int64
		overlap.SenseProcesses(t, 2, func(r *tune.Reading) {
			r.Processes = tune.Processes{Known: true, Memory: tune.Memory{Used: running.Load() * each, Limit: limit}}
		})
		_, most := runProcesses(t, overlap.Auto(), 200, func() {
			running.Add(1)
			defer running.Add(-1)
			time.Sleep(100 * ms)
		})
		if most < 8 || most > limit/each {
			t.Errorf("%d were in flight, want 8 to %d", most, limit/each)
		}
	})
}

// runProcesses runs calls of a task that is said to run processes, and returns how long it took and how many were in
// flight.
func runProcesses(t *testing.T, executor overlap.Executor, calls int, call func()) (took time.Duration, most int) {
	var now, peak atomic.Int32
	task := overlap.Func(func(context.Context, int) (int, error) {
		peak.Store(max(peak.Load(), now.Add(1)))
		defer now.Add(-1)
		call()
		return 0, nil
	}, overlap.RunsProcesses())
	begun := time.Now()
	if _, err := overlap.Map(t.Context(), executor, task, make([]int, calls)); err != nil {
		t.Error(err)
	}
	took = time.Since(begun)
	time.Sleep(time.Second) // for a reading that was being taken
	synctest.Wait()
	return took, int(peak.Load())
}
