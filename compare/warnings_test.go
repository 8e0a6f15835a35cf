package compare

import (
	"slices"
	"strings"
	"testing"
)

func TestWarnings(t *testing.T) {
	async := func(change func(*behaviour)) map[string]behaviour { return with(waiting, "async", change) }
	for _, c := range []struct {
		name       string
		behaviours map[string]behaviour
		strategies []string
		kind       WarningKind // "" means none at all
		about      []string
		says       string
	}{
		{"none", waiting, []string{"async", "loop"}, "", nil, ""},
		{"first run slow", async(func(b *behaviour) { b.walls = append([]float64{0.9}, steady(0.171)[1:]...) }),
			[]string{"async", "loop"}, FirstRunSlow, []string{"async"}, "the first run of async took 900 ms, the median 171 ms"},
		{"a later outlier", async(func(b *behaviour) { b.walls = steady(0.171); b.walls[3] = 0.9 }),
			[]string{"async", "loop"}, Outliers, []string{"async"},
			"1 of 6 runs of async lie far from the others (170 ms to 900 ms)"},
		{"a quick first run is not slow", async(func(b *behaviour) { b.walls = steady(0.171); b.walls[0] = 0.01 }),
			[]string{"async", "loop"}, Outliers, []string{"async"}, "1 of 6"},
		{"drift up", async(func(b *behaviour) { b.walls = []float64{0.1, 0.11, 0.12, 0.13, 0.14, 0.15} }),
			[]string{"async", "loop"}, Drift, []string{"async"}, "async became 27 % slower"},
		{"drift down", async(func(b *behaviour) { b.walls = []float64{0.15, 0.14, 0.13, 0.12, 0.11, 0.1} }),
			[]string{"async", "loop"}, Drift, []string{"async"}, "async became 21 % faster"},
		{"calls failed", async(func(b *behaviour) { b.failed, b.answers = 3, "holes" }),
			[]string{"async", "loop", "pool"}, CallsFailed, []string{"async"},
			"async: 3 of 100 calls failed, the first: wait[0] 1: no luck"},
		{"answers differ", async(func(b *behaviour) { b.answers = "wrong" }),
			[]string{"async", "loop", "pool"}, AnswersDiffer, []string{"async"},
			"under async differ from those under loop and pool"},
		{"sync is right even if alone", with(waiting, "sync", func(b *behaviour) { b.answers = "other" }),
			[]string{"async", "loop", "sync"}, AnswersDiffer, []string{"async", "loop"},
			"under async and loop differ from those under sync"},
		{"too fast", async(func(b *behaviour) { b.walls = steady(0.004) }),
			[]string{"async", "loop"}, TooFast, []string{"async"}, "under async the job took less than 5.00 ms"},
		{"a busy machine", async(func(b *behaviour) { b.others = 0.7 }),
			[]string{"async"}, BusyMachine, nil, "other programs kept 0.700 of 2 cores busy meanwhile"},
		{"idle cores", map[string]behaviour{
			"pool": {walls: steady(1), inFlight: 6, call: 0.001, cpu: 0.9},
			"sync": {walls: steady(1), inFlight: 1, call: 0.01, cpu: 0.95}},
			[]string{"pool", "sync"}, IdleCores, []string{"pool"},
			"pool had up to 6 calls at once but kept only 0.900 of 2 cores busy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := scene(100, c.behaviours, c.strategies...)
			plan.Runs, plan.Budget = 6, seconds(16.3)
			report, err := inBubble(t, plan)
			if err != nil {
				t.Fatal(err)
			}
			j := report.Jobs[0]
			if c.kind == "" {
				if len(j.Warnings) > 0 {
					t.Errorf("warned of %+v", j.Warnings)
				}
				return
			}
			i := slices.IndexFunc(j.Warnings, func(w Warning) bool { return w.Kind == c.kind })
			if i < 0 {
				t.Fatalf("no warning of %s, only %+v", c.kind, j.Warnings)
			}
			if w := j.Warnings[i]; !slices.Equal(w.Strategies, c.about) || !strings.Contains(w.Text, c.says) {
				t.Errorf("%v: %q; want one about %v that says %q", w.Strategies, w.Text, c.about, c.says)
			}
			if c.kind == AnswersDiffer && j.SameAnswers {
				t.Error("and yet all answers are the same")
			}
		})
	}
}

func TestAnswersThatDifferFromRunToRun(t *testing.T) {
	plan := scene(100, waiting, "async", "loop")
	fake := plan.Runner.(*script)
	fake.runs["async"][1].m.Answers = "other"
	plan.Runs = 6
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	j := report.Jobs[0]
	async, loop := j.strategy("async"), j.strategy("loop")
	if j.SameAnswers || async.SameAnswers || async.Answers != "" || !loop.SameAnswers {
		t.Errorf("same: job %v, async %v %q, loop %v", j.SameAnswers, async.SameAnswers, async.Answers, loop.SameAnswers)
	}
	if !hasWarning(j, AnswersDiffer) || !strings.Contains(j.Warnings[0].Text, "under async differ from run to run") {
		t.Errorf("%+v", j.Warnings)
	}
}
