package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"example.com/overlap/compare"
)

// The status is 3 where a strategy is slower by more than the limit, beyond chance, and nothing else can be the reason.
func TestFailIfSlower(t *testing.T) {
	for _, c := range []struct {
		name        string
		ratio       *compare.Interval
		why         string // why it cannot be told, where there is no ratio
		differences []string
		status      int // 0: no error
		says        string
	}{
		{"slower", &compare.Interval{Low: 1.06, High: 1.2}, "", nil, exitSlower,
			"slower than in then.json by more than 5%: nap under sync takes 1.06 to 1.20 times as long"},
		{"within the limit", &compare.Interval{Low: 1.01, High: 1.04}, "", nil, 0, ""},
		{"cannot be told", &compare.Interval{Low: 0.9, High: 1.3}, "", nil, 0, "warning: whether these are slower than in then.json"},
		{"too few runs", nil, "it ran twice", nil, 0, "cannot be told: nap under sync (it ran twice); more --runs"},
		{"a busy machine", nil, compare.OthersUsedIt, nil, 0, "used the machine); measure both while nothing else runs\n"},
		{"not in the baseline", nil, "it is not in the baseline", nil, 0, "nap under sync (it is not in the baseline)\n"},
		{"another machine", &compare.Interval{Low: 2, High: 3}, "", []string{"the number of cores is 8, then 2"}, 0,
			"but that may have other reasons: the number of cores is 8, then 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var told bytes.Buffer
			p := &program{name: "mine", messages: &messages{to: &told, prefix: "mine: "}}
			measured := &compare.Report{
				Baseline: &compare.Baseline{Differences: c.differences},
				Jobs: []*compare.JobReport{{Task: "nap", Strategies: []*compare.StrategyReport{
					{Name: "sync", Change: &compare.Change{Ratio: c.ratio, Why: c.why, TooFew: c.why == "it ran twice"}},
				}}},
			}
			f := baselineFlags{file: "then.json"}
			if err := f.limit.Set("5%"); err != nil {
				t.Fatal(err)
			}
			err := p.sayIfSlower(measured, f)
			status := 0
			if said, ok := errors.AsType[*statusError](err); ok {
				status = said.status
				told.WriteString(err.Error())
			}
			if status != c.status || !strings.Contains(told.String(), c.says) || c.says == "" && told.Len() > 0 {
				t.Errorf("status %d, want %d; told %q, want %q", status, c.status, told.String(), c.says)
			}
		})
	}
}
