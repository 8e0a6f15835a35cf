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

// onMachine runs fn in a bubble with a machine of so many cores that Auto sees, and returns what fn returns.
func onMachine[T any](t *testing.T, cores int, fn func(*testing.T, *simulator.Machine) T) (result T) {
	synctest.Test(t, func(t *testing.T) {
		m := simulator.New(cores)
		overlap.SenseMachine(t, cores, m.Look, m.Measure)
		result = fn(t, m)
		time.Sleep(time.Second) // for a reading that was being taken
		synctest.Wait()
	})
	return result
}

// makeCalls makes so many calls and returns how long that took.
func makeCalls(t *testing.T, ctx context.Context, executor overlap.Executor, calls int, call func(context.Context)) time.Duration {
	task := overlap.Func(func(ctx context.Context, _ int) (struct{}, error) { call(ctx); return struct{}{}, nil })
	begun := time.Now()
	if _, err := overlap.Map(ctx, executor, task, make([]int, calls)); err != nil {
		t.Error(err)
	}
	return time.Since(begun)
}

// A job that computes and one that waits do not compete, so neither is to keep the other from what it needs. The one that
// waits finds that out by trying, and its calls wait for cores: it took 3.5 times as long as alone before it tried.
func TestAutoJobsSideBySide(t *testing.T) {
	type times struct{ computing, waiting time.Duration }
	run := func(newExecutor func() overlap.Executor, computes, waits bool) times {
		return onMachine(t, 2, func(t *testing.T, m *simulator.Machine) (took times) {
			var jobs sync.WaitGroup
			if computes {
				jobs.Go(func() {
					took.computing = makeCalls(t, t.Context(), newExecutor(), 1000, func(context.Context) { m.Compute(5 * ms) })
				})
			}
			if waits {
				jobs.Go(func() {
					took.waiting = makeCalls(t, t.Context(), newExecutor(), 10_000, func(context.Context) { time.Sleep(160 * ms) })
				})
			}
			jobs.Wait()
			return took
		})
	}
	auto := func() overlap.Executor { return overlap.Auto() }
	alone := times{run(auto, true, false).computing, run(auto, false, true).waiting}
	beside := run(auto, true, true)
	if beside.computing > alone.computing*105/100 || beside.waiting > alone.waiting*2 {
		t.Errorf("alone %v, side by side %v", alone, beside)
	}
}

// Jobs that compute have no use for more than one call a core, and little harm comes of trying.
func TestComputingAutoJobsSideBySide(t *testing.T) {
	took := onMachine(t, 2, func(t *testing.T, m *simulator.Machine) time.Duration {
		var jobs sync.WaitGroup
		begun := time.Now()
		for range 2 {
			auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) {
				if r.Class != overlap.CPUBound || r.Level > 8 {
					t.Errorf("%v", r)
				}
			}))
			jobs.Go(func() {
				makeCalls(t, t.Context(), auto, 1000, func(context.Context) { m.Compute(5 * ms) })
			})
		}
		jobs.Wait()
		return time.Since(begun)
	})
	if ideal := 5 * time.Second; took > ideal*105/100 {
		t.Errorf("%v for what takes the cores %v", took, ideal)
	}
}

// Jobs within the calls of a job look at the same cores, and do not keep each other from using them by that.
func TestAutoJobsWithinOne(t *testing.T) {
	run := func(executor overlap.Executor) time.Duration {
		return onMachine(t, 2, func(t *testing.T, m *simulator.Machine) time.Duration {
			return makeCalls(t, t.Context(), executor, 10, func(ctx context.Context) {
				makeCalls(t, ctx, executor, 100, func(context.Context) { time.Sleep(10 * ms) })
			})
		})
	}
	if best, took := run(overlap.Pool(1010)), run(overlap.Auto()); took > best+5*ms {
		t.Errorf("%v, with as many in flight as there are %v", took, best)
	}
}
