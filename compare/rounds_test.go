package compare

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRoundsHoldEachStrategyOnceInShuffledOrder(t *testing.T) {
	b := behaviour{walls: []float64{1}, inFlight: 1, call: 0.1}
	behaviours := map[string]behaviour{"a": b, "b": b, "c": b, "d": b}
	order := func(seed uint64) []string {
		plan := scene(10, behaviours, "a", "b", "c", "d")
		plan.Runs, plan.Seed, plan.Warmup, plan.Workers, plan.Timeout = 8, seed, 2, 3, time.Minute
		if _, err := inBubble(t, plan); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, o := range plan.Runner.(*script).orders {
			names = append(names, o.Strategy)
			if o.Task != "wait" || o.Warmup != 2 || o.Workers != 3 || o.Timeout != time.Minute || o.Inputs.Len() != 10 {
				t.Fatalf("the order does not say what the plan does: %+v", o)
			}
		}
		return names
	}
	first := order(1)
	if len(first) != 32 {
		t.Fatalf("%d measurements, want 8 rounds of 4", len(first))
	}
	rounds := map[string]bool{}
	for round := range slices.Chunk(first, 4) {
		rounds[strings.Join(round, "")] = true
		if sorted := strings.Join(slices.Sorted(slices.Values(round)), ""); sorted != "abcd" {
			t.Errorf("a round of %v", round)
		}
	}
	if len(rounds) < 3 {
		t.Errorf("8 rounds have only %d orders: %v", len(rounds), rounds)
	}
	if !slices.Equal(first, order(1)) {
		t.Error("the same seed gives another order")
	}
	if slices.Equal(first, order(2)) {
		t.Error("another seed gives the same order")
	}
}

func TestShortCallsAreTimedUnseen(t *testing.T) {
	plan := scene(10, map[string]behaviour{
		"short": {walls: []float64{9, 1}, inFlight: 2, call: 1e-4}, "long": {walls: []float64{2}, inFlight: 1, call: 1e-2},
	}, "short", "long")
	plan.Runs = 3
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string][]bool{}
	for _, o := range plan.Runner.(*script).orders {
		seen[o.Strategy] = append(seen[o.Strategy], !o.Bare)
	}
	if want := []bool{true, false, false, false}; !slices.Equal(seen["short"], want) {
		t.Errorf("short calls were looked at in %v, want %v", seen["short"], want)
	}
	if want := []bool{true, true, true}; !slices.Equal(seen["long"], want) {
		t.Errorf("long calls were looked at in %v, want %v", seen["long"], want)
	}
	row := report.Jobs[0].Strategies[0]
	for _, m := range row.Measurements {
		if m.WallSeconds != 1 || m.PeakInFlight != 2 || m.CallTimes.Median != 1e-4 {
			t.Errorf("a run of %v s has %d in flight for %v s", m.WallSeconds, m.PeakInFlight, m.CallTimes.Median)
		}
	}
	if row.Runs != 3 || row.RecordedSeconds == nil || *row.RecordedSeconds != 9 {
		t.Errorf("%d runs, and %v", row.Runs, row.RecordedSeconds)
	}
	if long := report.Jobs[0].Strategies[1]; long.RecordedSeconds != nil {
		t.Errorf("a run of long calls was recorded besides, in %v s", *long.RecordedSeconds)
	}
}

func TestSlowStrategiesRunFewerTimes(t *testing.T) {
	for _, c := range []struct {
		name string
		wall float64
		want int
		cut  Cut
	}{
		{"far too slow, but once", 100, 1, CutByBudget},
		{"a second would not fit", 11, 1, CutByBudget},
		{"two fill the budget", 10, 2, CutByBudget},
		{"three fit", 6, 3, CutByBudget},
		{"all fit", 4, 5, ""},
	} {
		plan := scene(10, map[string]behaviour{
			"sync":  {walls: []float64{c.wall}, inFlight: 1, call: c.wall / 10},
			"async": {walls: steady(1), inFlight: 10, call: 1},
		}, "sync", "async")
		plan.Runs, plan.Budget = 5, 20*time.Second
		report, err := inBubble(t, plan)
		if err != nil {
			t.Fatal(err)
		}
		slow, fast := report.Jobs[0].Strategies[0], report.Jobs[0].Strategies[1]
		if slow.Runs != c.want || slow.Cut != c.cut || len(slow.Measurements) != c.want {
			t.Errorf("%s: %d runs, cut by %q; want %d, %q", c.name, slow.Runs, slow.Cut, c.want, c.cut)
		}
		if fast.Runs != 5 || fast.Cut != "" {
			t.Errorf("%s: the fast strategy made %d runs, cut by %q", c.name, fast.Runs, fast.Cut)
		}
	}
}

// Strategies run as often as it takes to tell, and those that are known to be slower no more.
func TestRunsAreMadeUntilItIsKnown(t *testing.T) {
	unsteady := func(wall float64) []float64 {
		var walls []float64
		for i := range looks[len(looks)-1] {
			walls = append(walls, wall*(1+0.1*float64(i%3)))
		}
		return walls
	}
	for _, c := range []struct {
		name     string
		walls    map[string][]float64
		budget   float64
		runs     map[string]int
		decision Decision
		says     string
	}{
		{"clear after 6", map[string][]float64{"a": steady(1), "b": steady(1.2), "c": {8}}, 100,
			map[string]int{"a": 6, "b": 6, "c": 1}, Won, "a won with 1.00 s: 1.20 times as fast as the runner-up, b (1.20 s)."},
		{"a short run is no sign", map[string][]float64{"a": steady(0.01), "b": {0.08, 0.01, 0.02}}, 100,
			map[string]int{"a": 12, "b": 12}, Won, "a won"},
		{"within 5 %", map[string][]float64{"a": steady(1), "b": steady(1.001), "c": steady(2)}, 100,
			map[string]int{"a": 6, "b": 6, "c": 6}, Tied, "a and b tie: b takes 0.997 to 1.01 times as long as a (1.00 s), " +
				"so either will do."},
		{"never", map[string][]float64{"a": unsteady(1), "b": unsteady(1.02), "c": steady(2)}, 100,
			map[string]int{"a": 24, "b": 24, "c": 6}, CannotTell, "Which of a and b is the fastest cannot be told from " +
				"24 runs of each: compared with a, which has the lowest median (1.10 s), b takes 0.935 to 1.11 times as long. " +
				"More inputs, or a quieter machine, would tell."},
		{"no time for 12", map[string][]float64{"a": unsteady(1), "b": unsteady(1.02), "c": steady(2)}, 13,
			map[string]int{"a": 6, "b": 6, "c": 6}, CannotTell, "More runs would tell: 12 of each, within a budget of 20s."},
		{"no time for 6", map[string][]float64{"a": steady(5), "b": steady(4), "c": {30}}, 20,
			map[string]int{"a": 3, "b": 4, "c": 1}, TooFewRuns, "Too few runs to tell which of b and a is the fastest: " +
				"3 runs of each, of which b has the lowest median (4.00 s); it takes 6. More runs would tell: 6 of each, " +
				"within a budget of 40s."},
	} {
		behaviours := map[string]behaviour{}
		for name, walls := range c.walls {
			behaviours[name] = behaviour{walls: walls, inFlight: 1, call: 0.01}
		}
		plan := scene(10, behaviours, slices.Sorted(maps.Keys(behaviours))...)
		plan.Budget = seconds(c.budget)
		report, err := inBubble(t, plan)
		if err != nil {
			t.Fatal(err)
		}
		j := report.Jobs[0]
		for name, want := range c.runs {
			if s := j.strategy(name); s.Runs != want {
				t.Errorf("%s: %d runs of %s, want %d; cut by %q", c.name, s.Runs, name, want, s.Cut)
			}
		}
		if j.Decision != c.decision || !strings.Contains(j.Verdict, c.says) {
			t.Errorf("%s: %q, want %q and %q:\n%s", c.name, j.Decision, c.decision, c.says, j.Verdict)
		}
	}
}

func TestVerdictNamesTheCommandThatWouldTell(t *testing.T) {
	plan := scene(10, map[string]behaviour{
		"a": {walls: steady(5), inFlight: 1, call: 1}, "b": {walls: steady(4), inFlight: 1, call: 1}}, "a", "b")
	plan.Budget = 8 * time.Second
	plan.Command = func(budget time.Duration) string { return "again --budget " + budget.String() }
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	j := report.Jobs[0]
	if !strings.HasSuffix(j.Verdict, " More runs would tell: again --budget 40s") || j.Needs == nil || j.Needs.Runs != 6 {
		t.Errorf("%+v, %s", j.Needs, j.Verdict)
	}
}

func TestFailingStrategyKeepsNoOtherFromBeingMeasured(t *testing.T) {
	plan := scene(10, map[string]behaviour{
		"sync": {walls: steady(10), inFlight: 1, call: 1}, "async": {walls: steady(1), inFlight: 10, call: 1},
	}, "sync", "async", "broken", "breaks")
	plan.Runs = 5
	fake := plan.Runner.(*script)
	fake.runs["broken"] = []scripted{{err: errors.New("refuses the job")}}
	fake.runs["breaks"] = append(behaviour{walls: []float64{0.5}, inFlight: 10, call: 0.5}.script(10),
		scripted{err: errors.New("it died")})
	var told []error
	plan.Progress = func(p Progress) {
		if p.Err != nil {
			told = append(told, p.Err)
		}
	}
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	job := report.Jobs[0]
	if s := job.strategy("broken"); s.Error != "refuses the job" || s.measured() || s.Runs != 0 || s.Cut != CutByFailure {
		t.Errorf("%+v", s)
	}
	if s := job.strategy("breaks"); s.Error != "it died" || s.Runs != 1 || s.Cut != CutByFailure {
		t.Errorf("%+v", s)
	}
	if job.Winner != "async" {
		t.Errorf("%s won: a strategy that died must not, however fast it was", job.Winner)
	}
	if fake.made["broken"] != 1 || fake.made["breaks"] != 2 || fake.made["sync"] != 5 {
		t.Errorf("measurements: %v", fake.made)
	}
	if len(told) != 2 {
		t.Errorf("progress told of %v", told)
	}
	if !job.SameAnswers {
		t.Error("a strategy without answers makes the others' differ")
	}
}

func TestAllStrategiesFailing(t *testing.T) {
	plan := scene(10, nil, "sync", "async")
	fake := plan.Runner.(*script)
	fake.runs["sync"] = []scripted{{err: errors.New("no such file")}}
	fake.runs["async"] = behaviour{walls: []float64{1}, inFlight: 10, call: 1, failed: 10}.script(10)
	plan.Jobs = append(plan.Jobs, Job{Task: "square", Inputs: Integers(1, 3)})
	report, err := inBubble(t, plan)
	const why = "sync: no such file; async: 10 of 10 calls failed, the first: wait[0] 1: no luck"
	if err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("the error does not say why: %v", err)
	}
	if report == nil || len(report.Jobs) != 2 {
		t.Fatalf("the other job is not in the report: %+v", report)
	}
	job := report.Jobs[0]
	if job.Winner != "" || job.Class != UnknownClass || !strings.Contains(job.Verdict, "nothing to compare") {
		t.Errorf("winner %q, class %q, verdict %q", job.Winner, job.Class, job.Verdict)
	}
	for name := range fake.runs {
		fake.runs[name] = []scripted{{err: errors.New("the same")}}
	}
	_, err = inBubble(t, plan)
	if err == nil || strings.Count(err.Error(), "wait failed under every strategy: the same") != 1 {
		t.Errorf("one reason for all is said so: %v", err)
	}
}

func TestCancelReturnsWhatWasMeasured(t *testing.T) {
	cause := errors.New("enough")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		plan := scene(10, map[string]behaviour{
			"sync": {walls: steady(10), inFlight: 1, call: 1}, "async": {walls: steady(1), inFlight: 10, call: 1},
		}, "sync", "async")
		plan.Runs = 5
		time.AfterFunc(30*time.Second, func() { cancel(cause) })
		report, err := Run(ctx, plan)
		if !errors.Is(err, cause) {
			t.Errorf("%v, want the cause", err)
		}
		if report == nil || !report.Interrupted {
			t.Fatalf("%+v", report)
		}
		sync, async := report.Jobs[0].Strategies[0], report.Jobs[0].Strategies[1]
		if sync.Cut != CutByInterrupt || sync.Error != "" || sync.Runs < 2 || sync.Runs > 3 || async.Runs < 2 {
			t.Errorf("after 30 s: sync %d runs, cut by %q (%s); async %d", sync.Runs, sync.Cut, sync.Error, async.Runs)
		}
		if report.Jobs[0].Winner != "async" {
			t.Errorf("%q won", report.Jobs[0].Winner)
		}
	})
	done, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	plan := scene(1, map[string]behaviour{"sync": {walls: steady(1), inFlight: 1, call: 1}}, "sync")
	if report, err := Run(done, plan); report != nil || !errors.Is(err, cause) {
		t.Errorf("canceled before the start: %+v, %v", report, err)
	}
}

func TestPlansThatCannotBeMeasured(t *testing.T) {
	for _, c := range []struct {
		name string
		job  Job
		want string
	}{
		{"unknown task", Job{Task: "nothing", Inputs: Integers(1, 2)}, `no task "nothing"`},
		{"no inputs", Job{Task: "wait"}, "no inputs"},
		{"empty range", Job{Task: "wait", Inputs: Integers(2, 1)}, "no inputs"},
		{"wrong input", Job{Task: "wait", Inputs: Values(json.RawMessage("1"), json.RawMessage("true"))}, "input 1, true"},
	} {
		plan := scene(1, map[string]behaviour{"sync": {walls: steady(1), inFlight: 1, call: 1}}, "sync")
		plan.Jobs = append(plan.Jobs, c.job)
		report, err := Run(t.Context(), plan)
		if err == nil || !strings.Contains(err.Error(), c.want) || report != nil {
			t.Errorf("%s: %v, %v; want an error with %q", c.name, report, err, c.want)
		}
		if made := plan.Runner.(*script).made; made != nil {
			t.Errorf("%s: measured %v all the same", c.name, made)
		}
	}
}

func TestPlansThatMakeNoSensePanic(t *testing.T) {
	good := func() Plan {
		return scene(1, map[string]behaviour{"sync": {walls: steady(1), inFlight: 1, call: 1}}, "sync")
	}
	for name, spoil := range map[string]func(*Plan){
		"no jobs":         func(p *Plan) { p.Jobs = nil },
		"no strategies":   func(p *Plan) { p.Strategies = nil },
		"no Runner":       func(p *Plan) { p.Runner = nil },
		"negative values": func(p *Plan) { p.Runs = -1 },
		"twice":           func(p *Plan) { p.Strategies = append(p.Strategies, p.Strategies[0]) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "compare: ") || !strings.Contains(text, name) {
					t.Errorf("%s: panic %q", name, text)
				}
			}()
			plan := good()
			spoil(&plan)
			_, _ = Run(t.Context(), plan)
		}()
	}
}

func TestServerCPUIsChargedToTheRun(t *testing.T) {
	plan := scene(10, map[string]behaviour{
		"sync":  {walls: steady(10), inFlight: 1, call: 1, cpu: 0.1},
		"async": {walls: steady(1), inFlight: 10, call: 1, cpu: 0.5},
	}, "sync", "async")
	plan.Warmup = 1
	used := 0.0
	plan.Jobs[0].ServerCPU = func() (float64, bool) { used += 1.5; return used, true }
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	job := report.Jobs[0]
	// 1.5 s for the run and its warm-up: 0.75 s each. With 0.5 s of calls that is 1.25 of 2 cores.
	if m := job.strategy("async").Measurements[0]; m.ServerCPUSeconds == nil || *m.ServerCPUSeconds != 0.75 {
		t.Errorf("%+v", m.ServerCPUSeconds)
	}
	if hasWarning(job, SharedCores) {
		t.Errorf("warned of %v", job.Warnings)
	}
	plan.Warmup = 0 // 1.5 s and 0.5 s in 1 s: both cores
	if report, err = inBubble(t, plan); err != nil {
		t.Fatal(err)
	}
	if !hasWarning(report.Jobs[0], SharedCores) {
		t.Errorf("no warning of %v", report.Jobs[0].Warnings)
	}
}

func hasWarning(j *JobReport, kind WarningKind) bool {
	return slices.ContainsFunc(j.Warnings, func(w Warning) bool { return w.Kind == kind })
}

func TestProbeSeesTheClassWhereSyncIsNoStrategy(t *testing.T) {
	inputs := Integers(1, 1000)
	if got := inputs.sample(4); got.Len() != 4 || string(got.Values[3]) != "751" {
		t.Errorf("sample(4) of 1..1000 is %s", got.Values)
	}
	if got := inputs.sample(5000); got.Range == nil || got.Len() != 1000 {
		t.Errorf("a sample larger than the inputs is %v", got)
	}
}
