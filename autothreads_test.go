package overlap_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/simulator"
	"example.com/overlap/internal/tune"
)

// Go ends a program that gets no thread: Auto stays below the limit, and says that this is what binds.
func TestAutoStaysBelowTheLimitOfThreads(t *testing.T) {
	for _, cores := range []int{2, 16} {
		synctest.Test(t, func(t *testing.T) {
			const limit = 100
			m := simulator.New(cores)
			m.LimitThreads(limit)
			overlap.SenseMachine(t, cores, m.Look, m.Measure)
			var report overlap.AutoReport
			auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
			task := overlap.Func(func(context.Context, int) (int, error) { m.Syscall(500 * ms); return 0, nil })
			if _, err := overlap.Map(t.Context(), auto, task, make([]int, 1000)); err != nil {
				t.Error(err)
			}
			if peak := m.PeakThreads(); peak > limit-4 || peak < limit/2 {
				t.Errorf("there were %d threads, of at most %d", peak, limit)
			}
			if report.KeptBy() != "the limit of processes and threads" || !strings.Contains(report.Advice(), report.KeptBy()) {
				t.Errorf("kept by %q: %v", report.KeptBy(), report)
			}
		})
	}
}

// A command takes a process, and a thread here that waits for it.
func TestAutoOfCommandsStaysBelowTheLimitOfThreads(t *testing.T) {
	for _, cores := range []int{2, 64} {
		synctest.Test(t, func(t *testing.T) {
			const limit = 100
			var running atomic.Int64
			overlap.SenseProcesses(t, cores, func(r *tune.Reading) {
				n := int(running.Load())
				r.Blocked = n
				r.Processes = tune.Processes{Known: true, Threads: n, Room: limit}
			})
			overlap.SenseRoom(t, limit)
			var report overlap.AutoReport
			_, most := runProcesses(t, overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r })), 300, func() {
				running.Add(1)
				defer running.Add(-1)
				time.Sleep(300 * ms)
			})
			if 2*most+cores > limit || most < 8 {
				t.Errorf("%d were in flight", most)
			}
			if report.KeptBy() != "the limit of processes and threads" || !strings.Contains(report.Advice(), report.KeptBy()) {
				t.Errorf("kept by %q: %v", report.KeptBy(), report)
			}
		})
	}
}
