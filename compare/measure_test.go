package compare

import (
	"context"
	"strings"
	"testing"

	"example.com/overlap"
)

var double = overlap.Define("double", func(_ context.Context, n int) (int, error) { return 2 * n, nil })

// Every strategy is measured in a process of its own, which is this program again.
func TestMeasureRunsAllStrategies(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each strategy")
	}
	plan, err := planOf(double, []int{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	plan.Runs = 1
	report, err := Run(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	j := report.Jobs[0]
	if len(j.Strategies) != len(StandardStrategies()) || !j.SameAnswers || j.Title != "double on 3 inputs" {
		t.Errorf("%+v", j)
	}
	for _, s := range j.Strategies {
		if s.Runs != 1 || s.Failed > 0 || s.Error != "" {
			t.Errorf("%s: %d runs, %d failed, %s", s.Name, s.Runs, s.Failed, s.Error)
		}
	}
}

func TestMeasureRefusesWhatItCannotMeasure(t *testing.T) {
	panics := func(want string, f func()) {
		t.Helper()
		defer func() {
			if text, _ := recover().(string); !strings.HasPrefix(text, "compare: ") || !strings.Contains(text, want) {
				t.Errorf("panic %q, want one with %q", text, want)
			}
		}()
		f()
	}
	unnamed := overlap.Func(func(_ context.Context, n int) (int, error) { return n, nil })
	panics("overlap.Define", func() { _, _ = Measure(t.Context(), unnamed, 1) })
	mainCalled.Store(false)
	defer mainCalled.Store(true)
	panics("compare.Main", func() { _, _ = Measure(t.Context(), double, 1) })
}
