package overlap_test

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/simulator"
)

// inVirtualTime is how long the jobs took in TestAutoOnSimulatedMachines that BenchmarkBesideTheSimulator makes as well.
var inVirtualTime = map[machineJob]struct {
	level      int // the best fixed one
	best, auto time.Duration
}{}

type machineJob struct {
	name  string
	cores int
}

// BenchmarkBesideTheSimulator validates the simulator: it makes the jobs that a real machine can, each at the best fixed level
// and on Auto, and reports how many times as long they took as in virtual time. It is a benchmark, as what else runs here is
// not known, and the ratios of several rounds say more than one.
//
//	GOMAXPROCS=2 go test -run OnSimulatedMachines -bench BesideTheSimulator -benchtime 5x .
func BenchmarkBesideTheSimulator(b *testing.B) {
	if len(inVirtualTime) == 0 {
		b.Skip("nothing was simulated: add -run OnSimulatedMachines")
	}
	here := simulator.ThisMachine()
	for _, w := range simulated[:onRealMachines] {
		compare := func(b *testing.B, executor overlap.Executor, simulated time.Duration) {
			var ratios []float64
			for b.Loop() {
				took := measure(b, here, w.calls(runtime.GOMAXPROCS(0)), w.call, executor)
				ratios = append(ratios, took.Seconds()/simulated.Seconds())
			}
			slices.Sort(ratios)
			b.ReportMetric(simulated.Seconds()*1e3, "simulated-ms")
			b.ReportMetric(ratios[len(ratios)/2], "real/simulated")
			b.ReportMetric(ratios[0], "least")
			b.ReportMetric(ratios[len(ratios)-1], "most")
		}
		b.Run(w.name+"/best", func(b *testing.B) {
			s := inVirtualTime[machineJob{w.name, runtime.GOMAXPROCS(0)}]
			compare(b, overlap.Pool(s.level), s.best)
		})
		b.Run(w.name+"/auto", func(b *testing.B) {
			compare(b, overlap.Auto(), inVirtualTime[machineJob{w.name, runtime.GOMAXPROCS(0)}].auto)
		})
	}
}

// measure is simulate on this machine.
func measure(
	b *testing.B, here simulator.Computer, calls int, on func(simulator.Computer) simulatedCall, executor overlap.Executor,
) time.Duration {
	call := on(here)
	task := overlap.Func(func(ctx context.Context, i int) (int, error) { return i, call(ctx, i) })
	begun := time.Now()
	if _, err := overlap.Map(b.Context(), executor, task, make([]int, calls)); err != nil {
		b.Error(err)
	}
	return time.Since(begun)
}
