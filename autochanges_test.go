package overlap_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/simulator"
)

// Calls that run in processes and change what they do are followed, on a machine of two cores in virtual time: how many may be in
// flight in the end, how much longer than with the best fixed level it may take, and what it is to be called.
func TestAutoOfProcessesThatChange(t *testing.T) {
	compute := func(m *simulator.Machine, _ int) { m.Compute(20 * ms) }
	wait := func(m *simulator.Machine, _ int) { m.Compute(100 * time.Microsecond); time.Sleep(50 * ms) }
	for _, test := range []struct {
		name      string
		calls     int
		best      int // the best fixed level
		within    float64
		from, to  int // how many may be in flight in the end
		class     overlap.Class
		atFirst   func(m *simulator.Machine, i int)
		change    int
		afterward func(m *simulator.Machine, i int)
	}{
		{"waiting, then computing", 1000, 64, 1.1, 2, 4, overlap.CPUBound, wait, 300, compute},
		{"computing, then waiting", 3000, 128, 1.15, 40, 3000, overlap.Mixed, compute, 200, wait},
		{"waiting, computing, and waiting again", 6000, 128, 1.15, 40, 6000, overlap.Mixed, wait, 1000, func(m *simulator.Machine, i int) {
			if i < 1400 {
				compute(m, i)
			} else {
				wait(m, i)
			}
		}},
		{"half of the time each", 2000, 8, 1.1, 4, 12, overlap.Mixed, nil, 0,
			func(m *simulator.Machine, i int) { time.Sleep(20 * ms); m.Compute(20 * ms) }},
		{"a second of each in turn", 200, 8, 1.1, 4, 60, "", nil, 0,
			func(m *simulator.Machine, i int) { m.Compute(time.Second); time.Sleep(time.Second) }},
		{"a second of each in turn, waiting first", 1000, 8, 1.1, 4, 60, "", nil, 0,
			func(m *simulator.Machine, i int) { time.Sleep(time.Second); m.Compute(time.Second) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := func(executor overlap.Executor) (took time.Duration) {
				synctest.Test(t, func(t *testing.T) {
					m := simulator.New(2)
					overlap.SenseProcesses(t, 2, m.LookAtProcesses)
					task := overlap.Func(func(_ context.Context, i int) (int, error) {
						if i < test.change {
							test.atFirst(m, i)
						} else {
							test.afterward(m, i)
						}
						return 0, nil
					}, overlap.RunsProcesses())
					begun := time.Now()
					if _, err := overlap.Map(t.Context(), executor, task, upTo(test.calls)); err != nil {
						t.Error(err)
					}
					took = time.Since(begun)
					time.Sleep(time.Second) // for a reading that was being taken
				})
				return took
			}
			best := run(overlap.Pool(test.best))
			var report overlap.AutoReport
			took := run(overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r })))
			t.Logf("took %v, %.3f times as long as with %d in flight (%v): %v", took, took.Seconds()/best.Seconds(), test.best, best, report)
			if took.Seconds() > test.within*best.Seconds() {
				t.Errorf("took more than %.2f times as long", test.within)
			}
			if report.Level < test.from || report.Level > test.to {
				t.Errorf("%d may be in flight in the end, want %d to %d", report.Level, test.from, test.to)
			}
			if test.class != "" && report.Class != test.class {
				t.Errorf("called %q, want %q", report.Class, test.class)
			}
		})
	}
}
