package overlap_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
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
