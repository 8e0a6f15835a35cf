package overlap_test

import (
	"context"
	"slices"
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
		auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
		if _, err := overlap.Map(t.Context(), auto, task, calls); err != nil {
			t.Fatal(err)
		}
		if report.Peak <= 3 || report.Level > 3 {
			t.Errorf("up to %d were in flight, and %d in the end, want more than 3 and at most 3", report.Peak, report.Level)
		}
		return none
	})
}
