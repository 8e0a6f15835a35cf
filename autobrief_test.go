package overlap_test

import (
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/simulator"
	"example.com/overlap/internal/tune"
)

// To read the CPU time at the end takes longer than a few tiny calls, and says nothing of them.
func TestAutoMeasuresOnlyWhatTakesTime(t *testing.T) {
	for _, c := range []struct {
		each time.Duration
		want int
	}{{time.Microsecond, 0}, {10 * time.Millisecond, 1}} {
		synctest.Test(t, func(t *testing.T) {
			measured, told := 0, 0
			overlap.SenseMachine(t, 2, func(r *tune.Reading) { r.CPU = 0 }, func(r *tune.Reading) { measured++ })
			waits := overlap.Func(func(context.Context, int) (int, error) { time.Sleep(c.each); return 0, nil })
			auto := overlap.Auto(overlap.Explain(func(overlap.AutoReport) { told++ }))
			if _, err := overlap.Map(t.Context(), auto, waits, make([]int, 10)); err != nil {
				t.Fatal(err)
			}
			if measured != c.want || told != 1 {
				t.Errorf("calls of %v: measured %d times, want %d; explained %d times", c.each, measured, c.want, told)
			}
		})
	}
}

// Some brief calls stand by for the garbage collector. When calls take longer, so many would take the cores from one another.
func TestAutoHasNoCallsStandByOnceTheyAreLong(t *testing.T) {
	onMachine(t, 2, func(t *testing.T, m *simulator.Machine) (none struct{}) {
		task := overlap.Func(func(_ context.Context, each time.Duration) (int, error) { m.Compute(each); return 0, nil })
		calls := slices.Repeat([]time.Duration{10 * time.Microsecond}, 20_000)
		calls = append(calls, slices.Repeat([]time.Duration{5 * ms}, 200)...)
		var report overlap.AutoReport
		before := 0 // how many were in flight before some stood by
		auto := overlap.Auto(
			overlap.Explain(func(r overlap.AutoReport) { report = r }),
			overlap.ExplainSteps(func(s overlap.AutoStep) {
				if before == 0 && s.To == 6 {
					before = s.From
				}
			}),
		)
		if _, err := overlap.Map(t.Context(), auto, task, calls); err != nil {
			t.Fatal(err)
		}
		if before == 0 || report.Peak != 6 || report.Level > before {
			t.Errorf("%d were in flight, then up to %d, and %d in the end; want fewer than 6, 6, and no more than at first",
				before, report.Peak, report.Level)
		}
		return none
	})
}

// A few tiny calls are over before anything could be found out about them: one worker makes them, and nothing is looked at,
// which would take longer than they do. On a core of its own, that depends on nothing else, and in a bubble they take no time.
func TestAutoDoesNotLookAtAFewTinyCalls(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	nothing := overlap.Func(func(_ context.Context, i int) (int, error) { return i, nil })
	for _, calls := range []int{1, 2, 3, 10} {
		if looks := countLooks(t, nothing, calls); looks > 0 {
			t.Errorf("%d jobs of %d calls were looked at %d times", lookedAtJobs, calls, looks)
		}
	}
}

// So it is where tiny calls make Maps of tiny calls: the worker of a Map gives way to that of another then, and does not wait.
func TestAutoDoesNotLookAtTinyCallsOfTinyCalls(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	nothing := overlap.Func(func(_ context.Context, i int) (int, error) { return i, nil })
	three := overlap.Func(func(ctx context.Context, i int) (int, error) {
		_, err := overlap.Map(ctx, overlap.Auto(), nothing, make([]int, 3))
		return i, err
	})
	if looks := countLooks(t, three, 3); looks > lookedAtJobs/2 { // some: now and then Go runs one that gives way again before any other
		t.Errorf("%d jobs of three jobs of three calls were looked at %d times", lookedAtJobs, looks)
	}
}

const lookedAtJobs = 100

// countLooks is how many times that many jobs of so many calls are looked at, on one core.
func countLooks(t *testing.T, task *overlap.Task[int, int], calls int) int64 {
	var looks atomic.Int64
	overlap.SenseMachine(t, 1, func(r *tune.Reading) { r.CPU = 0; looks.Add(1) }, func(*tune.Reading) {})
	synctest.Test(t, func(t *testing.T) {
		for range lookedAtJobs {
			if _, err := overlap.Map(t.Context(), overlap.Auto(), task, make([]int, calls)); err != nil {
				t.Fatal(err)
			}
		}
	})
	return looks.Load()
}

// Workers claim tiny calls many at a time. When slow ones follow, those of a worker's last batch do not wait for one another.
func TestAutoOfTinyCallsAndThenSlowOnes(t *testing.T) {
	for _, c := range [][2]int{{2000, 100}, {20_000, 20}, {20_000, 100}} {
		onMachine(t, 2, func(t *testing.T, m *simulator.Machine) (none struct{}) {
			waits := overlap.Func(func(_ context.Context, each time.Duration) (int, error) { time.Sleep(each); return 0, nil })
			calls := slices.Concat(make([]time.Duration, c[0]), slices.Repeat([]time.Duration{100 * ms}, c[1]))
			begun := time.Now()
			if _, err := overlap.Map(t.Context(), overlap.Auto(), waits, calls); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begun); took > 150*ms {
				t.Errorf("%d calls of nothing and %d that wait 100 ms took %v", c[0], c[1], took)
			}
			return none
		})
	}
}

// On one core a Map begins with all the workers that its level allows, so that nobody asks for a slot later on.
func TestAutoOnOneCoreHasCallsThatWaitOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseMachine(t, 1, func(r *tune.Reading) { r.CPU = 0 }, func(*tune.Reading) {})
		waits := overlap.Func(func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, nil })
		start := time.Now()
		if _, err := overlap.Map(t.Context(), overlap.Auto(), waits, make([]int, 20)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("20 calls that wait a second took %v", took)
		}
	})
}

// What holds calls up that are hardly ever in flight are neither cores nor what they wait for.
func TestAutoOfCallsThatAreHeldUp(t *testing.T) {
	const takes = 10 * time.Millisecond
	run := func(t *testing.T, options ...overlap.Option) (report overlap.AutoReport) {
		synctest.Test(t, func(t *testing.T) {
			overlap.SenseMachine(t, 2, func(r *tune.Reading) { r.CPU = 0 }, func(r *tune.Reading) { r.CPU = 0 })
			waits := overlap.Func(func(context.Context, int) (int, error) { time.Sleep(takes); return 0, nil })
			auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
			if _, err := overlap.Map(t.Context(), auto, waits, make([]int, 100), options...); err != nil {
				t.Fatal(err)
			}
		})
		return report
	}
	if r := run(t, overlap.PerKey(func(int) string { return "one" }, overlap.AtOnce(1))); r.CallTime < takes {
		t.Errorf("one at a time: a call of %v took %v", takes, r.CallTime)
	}
	perKey := overlap.PerKey(func(int) string { return "one" }, overlap.Rate(1, time.Second))
	if r := run(t, perKey); r.Class != overlap.TooFewCalls {
		t.Errorf("one a second: called %q: %v", r.Class, r)
	}
}

// Jobs that are over before their first reading leave hardly a goroutine behind, also where one core has the next job to run first.
func TestAutoLeavesNoGoroutinesOfBriefJobs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	nothing := overlap.Func(func(_ context.Context, i int) (int, error) { return i, nil })
	before, auto := runtime.NumGoroutine(), overlap.Auto()
	for range 3000 {
		g := overlap.NewGroup(t.Context(), auto)
		for i := range 3 {
			overlap.Submit(g, nothing, i)
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		if n := runtime.NumGoroutine() - before; n > 100 {
			t.Fatalf("%d goroutines are left", n)
		}
	}
}
