package compare

import (
	"slices"
	"strings"
	"testing"
)

// measuredAs is a report of strategies that took so long in their runs.
func measuredAs(t *testing.T, walls map[string][]float64, names ...string) *Report {
	t.Helper()
	behaviours := map[string]behaviour{}
	for name, times := range walls {
		behaviours[name] = behaviour{walls: times, inFlight: 1, call: 0.1}
	}
	plan := scene(10, behaviours, names...)
	plan.Runs = len(walls[names[0]])
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func stretched(walls []float64, factors ...float64) []float64 {
	all := make([]float64, len(walls))
	for i := range walls {
		all[i] = walls[i] * factors[i%len(factors)]
	}
	return all
}

func TestChangesSinceTheBaseline(t *testing.T) {
	names := []string{"worse", "better", "same", "noisy"}
	then := measuredAs(t, map[string][]float64{
		"worse": steady(1), "better": steady(1), "same": steady(1), "noisy": stretched(steady(1), 1, 1.3)}, names...)
	now := measuredAs(t, map[string][]float64{
		"worse": steady(1.2), "better": steady(0.8), "same": steady(1.001), "noisy": stretched(steady(1), 1.25, 1)}, names...)
	now.CompareWith(then)
	j := now.Jobs[0]
	for name, want := range map[string]ChangeKind{
		"worse": Worse, "better": Better, "same": NotChanged, "noisy": NotTold,
	} {
		c := j.strategy(name).Change
		if c.Kind != want || c.Ratio == nil || c.Ratio.Low > c.Ratio.High {
			t.Errorf("%s: %+v, want %s", name, c, want)
		}
	}
	if c := j.strategy("worse").Change.Ratio; c.Low < 1.18 || c.High > 1.22 {
		t.Errorf("the interval of what is 1.2 times as slow is %+v", *c)
	}
	want := "worse: worse (takes 1.19 to 1.21 times as long); better: better (takes 0.79"
	if !strings.Contains(j.SinceBaseline, want) || !strings.Contains(j.SinceBaseline, "cannot be told: noisy (takes 0.7") {
		t.Errorf("%s\nhas no %q", j.SinceBaseline, want)
	}
	if len(now.Baseline.Differences) > 0 {
		t.Errorf("there are differences: %q", now.Baseline.Differences)
	}
}

func TestWhatCannotBeToldOfABaseline(t *testing.T) {
	then := measuredAs(t, map[string][]float64{"a": steady(1)[:2], "b": steady(1)[:2]}, "a", "b")
	now := measuredAs(t, map[string][]float64{"a": steady(1), "c": steady(1)}, "a", "c")
	now.CompareWith(then)
	j := now.Jobs[0]
	if c := j.strategy("a").Change; c.Kind != NotTold || c.Why != "it ran 2 times then and 6 times now, and it takes 4" {
		t.Errorf("%+v", c)
	}
	if c := j.strategy("c").Change; c.Kind != NotTold || c.Why != "it is not in the baseline" {
		t.Errorf("%+v", c)
	}
	then.Jobs[0].Calls++
	now.CompareWith(then)
	if !strings.Contains(j.SinceBaseline, "The baseline has no job of the task wait with 10 calls") {
		t.Error(j.SinceBaseline)
	}
}

func TestDifferencesOfABaseline(t *testing.T) {
	then := measuredAs(t, map[string][]float64{"a": steady(1)}, "a")
	now := measuredAs(t, map[string][]float64{"a": steady(1)}, "a")
	now.Machine.Cores, now.Machine.GoVersion, now.Workers = 8, "go1.27", 4
	now.Jobs[0].Strategies[0].Answers = "others"
	now.CompareWith(then)
	want := []string{"the number of cores is 8, then 2", "Go is go1.27, then go1.26.0",
		"the number of calls at once is 4, then each strategy's own"}
	if !slices.Equal(now.Baseline.Differences, want) {
		t.Errorf("%q, want %q", now.Baseline.Differences, want)
	}
	if !strings.HasSuffix(now.Jobs[0].SinceBaseline, "The answers under a are not those of the baseline.") {
		t.Error(now.Jobs[0].SinceBaseline)
	}
}

// A limit is exceeded where the lower end of the interval is, and untold where only the upper end is.
func TestSlowerThan(t *testing.T) {
	then := measuredAs(t, map[string][]float64{"a": steady(1), "b": steady(1), "c": steady(1)}, "a", "b", "c")
	now := measuredAs(t, map[string][]float64{
		"a": steady(1.2), "b": stretched(steady(1), 1, 1.2), "c": steady(0.9)}, "a", "b", "c")
	if found := now.SlowerThan(0.05); len(found.Untold) != 3 {
		t.Errorf("without a baseline: %+v", found)
	}
	now.CompareWith(then)
	found := now.SlowerThan(0.05)
	if len(found.Slower) != 1 || !strings.HasPrefix(found.Slower[0], "wait under a takes about 1.20 times as long") ||
		!slices.Equal(found.Untold, []string{"wait under b"}) {
		t.Errorf("%+v", found)
	}
	if found := now.SlowerThan(0.5); len(found.Slower)+len(found.Untold) > 0 {
		t.Errorf("a limit of 50 %%: %+v", found)
	}
}
