package overlap_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/simulator"
	"example.com/overlap/internal/station"
)

// simulatedCall is what the i-th call of a job does on a machine.
type simulatedCall func(ctx context.Context, i int) error

// onRealMachines is how many of the first of these jobs need nothing that only a simulated machine has.
const onRealMachines = 8

// What Auto makes of calls that need cores, on machines of many of them in virtual time, beside the best of some fixed
// levels: how much longer it may take, and what it is to call them. With OVERLAP_SIMULATE=1, go test -v prints all figures,
// for more machines.
var simulated = []struct {
	name   string
	calls  func(cores int) int
	levels func(cores int) []int // where the best fixed one may be
	within float64
	class  func(cores int) overlap.Class // nil: any
	call   func(c simulator.Computer) simulatedCall
}{
	{"W1: computing", perCore(200), levels(1, 2), 1.05, always(overlap.CPUBound),
		func(c simulator.Computer) simulatedCall {
			return func(context.Context, int) error { c.Compute(5 * ms); return nil }
		}},
	{"W1b: computing for a moment", perCore(1000), levels(1, 2), 1.05, always(overlap.CPUBound),
		func(c simulator.Computer) simulatedCall {
			return func(context.Context, int) error { c.Compute(50 * time.Microsecond); return nil }
		}},
	{"W2: computing for 2 µs", just(100_000), levels(1, 2), 1.05, always(overlap.CPUBound),
		func(c simulator.Computer) simulatedCall {
			return func(context.Context, int) error { c.Compute(2 * time.Microsecond); return nil }
		}},
	{"W16: computing, seldom for long", perCore(500), levels(1, 2), 1.05, nil,
		func(c simulator.Computer) simulatedCall {
			draw := station.Pareto(ms, 2*time.Second, 1.5, 7)
			return func(context.Context, int) error { c.Compute(draw()); return nil }
		}},
	{"W3: requests", just(100), exactly(100), 1.05, always(overlap.IOBound),
		func(c simulator.Computer) simulatedCall {
			return func(context.Context, int) error {
				c.Compute(50 * time.Microsecond)
				time.Sleep(160 * ms)
				c.Compute(50 * time.Microsecond)
				return nil
			}
		}},
	// The first 128 calls leave most of 64 cores idle: in a job of a second, that is what goes beyond 5 per cent.
	{"W9: computing a tenth of the time", perCore(300), levels(10, 12, 16), 1.1, always(overlap.Mixed),
		func(c simulator.Computer) simulatedCall {
			compute, wait := station.Exponential(2*ms, 1), station.Exponential(18*ms, 2)
			return func(context.Context, int) error { c.Compute(compute()); time.Sleep(wait()); return nil }
		}},
	{"W9b: a tenth, always the same", perCore(300), levels(10, 12), 1.1, always(overlap.Mixed),
		func(c simulator.Computer) simulatedCall {
			return func(context.Context, int) error { c.Compute(2 * ms); time.Sleep(18 * ms); return nil }
		}},
	{"W4: computing, and a queue", just(2000), exactly(32, 40, 64), 1.05, always(overlap.ServerLimited),
		func(c simulator.Computer) simulatedCall {
			queue := station.Queue(32, station.Fixed(50*ms))
			return func(ctx context.Context, _ int) error { c.Compute(100 * time.Microsecond); return queue.Serve(ctx) }
		}},
	// From here on, only simulated.
	{"computing half of the time", perCore(100), levels(2, 3), 1.05, always(overlap.Mixed),
		func(c simulator.Computer) simulatedCall {
			return func(context.Context, int) error { c.Compute(5 * ms); time.Sleep(5 * ms); return nil }
		}},
	// 128 calls, then 160, 320 and the rest: four waves where the best is one, without anything between them.
	{"W3b: waiting, in waves", just(1000), exactly(1000), 4, always(overlap.IOBound),
		func(c simulator.Computer) simulatedCall {
			return func(context.Context, int) error { time.Sleep(160 * ms); c.Compute(20 * time.Microsecond); return nil }
		}},
	{"W20: computing beside a neighbour", perCore(200), levels(1, 2), 1.05, always(overlap.CPUBound),
		func(c simulator.Computer) simulatedCall {
			m := c.(*simulator.Machine)
			m.SetNeighbours(1)
			return func(context.Context, int) error { m.Compute(5 * ms); return nil }
		}},
	// Beyond the first 128 in flight there are twice as many after each 10 ms: a third here, less in a longer job.
	{"W10: system calls", upToCores(2, 10_000), exactly(512, 1024), 1.5, always(overlap.IOBound),
		func(c simulator.Computer) simulatedCall {
			m := c.(*simulator.Machine)
			return func(context.Context, int) error { m.Syscall(10 * ms); return nil }
		}},
	{"W11: reading a disk that does 32 at once", just(10_000), exactly(16, 32, 64), 1.05, always(overlap.ServerLimited),
		readDisk(32, 2*ms)},
	// Up to 8 cores the disk does more than they can ask it for, as a call holds one until Go takes it away: nothing to be called by.
	{"W11: reading a fast disk", just(10_000), exactly(8, 12, 16, 32, 64), 1.05, nil, readDisk(32, 100*time.Microsecond)},
	{"W12: computing in C", perCore(200), levels(1, 2), 1.05, always(overlap.CPUBound),
		func(c simulator.Computer) simulatedCall {
			m := c.(*simulator.Machine)
			return func(context.Context, int) error { m.ComputeInC(5 * ms); return nil }
		}},
	{"W18: a lock held for a fifth of the time", just(1000), levels(1, 2, 4, 6), 1.05, func(cores int) overlap.Class {
		if cores < 6 {
			return overlap.CPUBound
		}
		return overlap.LockBound
	}, func(c simulator.Computer) simulatedCall {
		m := c.(*simulator.Machine)
		lock := m.NewLock()
		return func(context.Context, int) error { lock.Hold(ms); m.Compute(4 * ms); return nil }
	}},
	// The second half is four waves, the first of 128 calls, where the best would be one of all.
	{"W15: computing, then waiting", just(2000), exactly(1000), 3, nil,
		func(c simulator.Computer) simulatedCall {
			return func(_ context.Context, i int) error {
				if i < 1000 {
					c.Compute(5 * ms)
				} else {
					time.Sleep(50 * ms)
				}
				return nil
			}
		}},
	// The best fixed level leaves a twentieth of the memory, Auto a tenth: one call of fifteen, or two, as a collection is seen
	// a moment after it was.
	{"W13: 64 MB a call under a limit of 1 GB", upToCores(8, 200), exactly(14, 15), 1.25, always(overlap.MemoryBound),
		func(c simulator.Computer) simulatedCall {
			m := c.(*simulator.Machine)
			m.LimitMemory(1 << 30)
			return func(context.Context, int) error {
				m.Allocate(64 << 20)
				time.Sleep(200 * ms)
				m.Allocate(-64 << 20)
				return nil
			}
		}},
}

// readDisk is a call that reads a disk, which does so many at once and takes so long for each.
func readDisk(atOnce int, each time.Duration) func(simulator.Computer) simulatedCall {
	return func(c simulator.Computer) simulatedCall {
		m, disk := c.(*simulator.Machine), station.Queue(atOnce, station.Fixed(each))
		return func(ctx context.Context, _ int) (err error) {
			m.SyscallOf(func() { err = disk.Serve(ctx) })
			return err
		}
	}
}

func just(n int) func(cores int) int { return func(int) int { return n } }
func upToCores(most, n int) func(cores int) int { // on more cores there are none
	return func(cores int) int {
		if cores > most {
			return 0
		}
		return n
	}
}
func perCore(n int) func(cores int) int      { return func(cores int) int { return n * cores } }
func exactly(n ...int) func(cores int) []int { return func(int) []int { return n } }
func always(c overlap.Class) func(cores int) overlap.Class {
	return func(int) overlap.Class { return c }
}
func levels(perCore ...int) func(cores int) []int {
	return func(cores int) (levels []int) {
		for _, n := range perCore {
			levels = append(levels, n*cores)
		}
		return levels
	}
}

func TestAutoOnSimulatedMachines(t *testing.T) {
	machines := []int{1, 2, 16}
	if os.Getenv("OVERLAP_SIMULATE") != "" {
		machines = []int{1, 2, 4, 8, 16, 64}
	}
	for _, w := range simulated {
		t.Run(w.name, func(t *testing.T) {
			for _, cores := range machines {
				if w.calls(cores) == 0 {
					continue
				}
				run := func(executor overlap.Executor) time.Duration {
					return simulate(t, cores, w.calls(cores), w.call, executor)
				}
				best, bestLevel := time.Duration(math.MaxInt64), 0
				for _, level := range w.levels(cores) {
					if took := run(overlap.Pool(level)); took < best {
						best, bestLevel = took, level
					}
				}
				var report overlap.AutoReport
				took := run(overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r })))
				inVirtualTime[machineJob{w.name, cores}] = struct {
					level      int
					best, auto time.Duration
				}{bestLevel, best, took}
				line := fmt.Sprintf("%d cores: %v, %.3f times as long as with %d in flight (%v); %s",
					cores, took, took.Seconds()/best.Seconds(), bestLevel, best, report.Class)
				if os.Getenv("OVERLAP_SIMULATE") != "" {
					t.Log(line)
				}
				if took > time.Duration(w.within*float64(best))+2*ms {
					t.Errorf("%s, want %.2f at most: %v", line, w.within, report)
				}
				if sync := run(overlap.Sync()); took > max(sync*3/2, sync+5*time.Microsecond) {
					t.Errorf("%s; one after the other %v", line, sync)
				}
				if w.class != nil && report.Class != w.class(cores) {
					t.Errorf("%s, want %s: %v", line, w.class(cores), report)
				}
			}
		})
	}
}

// simulate runs a job on a machine of so many cores, and returns how long it took there.
func simulate(
	t *testing.T, cores, calls int, on func(simulator.Computer) simulatedCall, executor overlap.Executor,
) (took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		m := simulator.New(cores)
		overlap.SenseMachine(t, cores, m.Look, m.Measure)
		call := on(m)
		task := overlap.Func(func(ctx context.Context, i int) (int, error) { return i, call(ctx, i) })
		inputs := make([]int, calls)
		for i := range inputs {
			inputs[i] = i
		}
		begun := time.Now()
		if _, err := overlap.Map(t.Context(), executor, task, inputs); err != nil {
			t.Error(err)
		}
		took = time.Since(begun)
		time.Sleep(time.Second) // for a reading that was being taken
		synctest.Wait()
	})
	return took
}
