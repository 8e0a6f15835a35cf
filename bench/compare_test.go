package bench

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestRowsJudgeTheMedian(t *testing.T) {
	for _, test := range []struct {
		name                        string
		target                      Target
		ours, theirs                []float64
		wantCompared, want, wantMet string
	}{
		{"ratio met", Target{Against: "peer", Ratio: 0.6}, []float64{5, 6, 50}, []float64{10, 10, 10},
			"0.60 (0.50..5.00)", "≤ 0.60", "yes"},
		{"ratio missed", Target{Against: "peer", Ratio: 0.6}, []float64{5, 7, 7}, []float64{10, 10, 10},
			"0.70 (0.50..0.70)", "≤ 0.60", "no"},
		{"added nanoseconds met", Target{Against: "peer", Added: 60}, []float64{50, 45, 70}, []float64{10, 10, 10},
			"+40.0 ns (+35.0 ns..+60.0 ns)", "≤ +60.0 ns", "yes"},
		{"added nanoseconds missed", Target{Against: "peer", Added: 60}, []float64{80, 80}, []float64{10, 10},
			"+70.0 ns (+70.0 ns..+70.0 ns)", "≤ +60.0 ns", "no"},
		{"less than without is met", Target{Against: "peer", Added: 60}, []float64{5, 20}, []float64{10, 10},
			"+2.50 ns (-5.00 ns..+10.0 ns)", "≤ +60.0 ns", "yes"},
		{"no target", Target{}, []float64{5}, []float64{10}, "0.50 (0.50..0.50)", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			contest := Contest{Target: test.target, Contenders: []Contender{{Name: "overlap"}, {Name: "peer"}}}
			rounds := make([]float64, len(test.ours))
			rows := contest.Rows([]Series{{test.ours, rounds, rounds}, {test.theirs, rounds, rounds}})
			if len(rows) != 1 || len(rows[0]) != len(Heading) {
				t.Fatalf("want one row with a cell for each of %q, got %q", Heading, rows)
			}
			if got, want := rows[0][4:7], []string{test.wantCompared, test.want, test.wantMet}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// A window as small as the number of calls at once leaves no room to spare: that is where a Stream is slowest.
func TestSmallWindowHasATarget(t *testing.T) {
	for _, contest := range Contests() {
		if contest.Name == "stream-window" {
			if want := (Target{Against: "conc stream", Ratio: 0.4}); contest.Target != want {
				t.Errorf("the target is %+v, want %+v", contest.Target, want)
			}
			return
		}
	}
	t.Error("there is no contest stream-window")
}

func TestMeasureAlternates(t *testing.T) {
	var order strings.Builder
	contender := func(name string) Contender {
		return Contender{name, func() error { order.WriteString(name); return nil }}
	}
	contest := Contest{Calls: 1, Runs: 2, Contenders: []Contender{contender("a"), contender("b")}}
	all, err := contest.Measure(3)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := order.String(), "ab"+"aabb"+"bbaa"+"aabb"; got != want {
		t.Errorf("ran in the order %s, want %s: one warm-up each, then rounds there and back", got, want)
	}
	for i, series := range all {
		if len(series.Nanoseconds) != 3 || len(series.Bytes) != 3 || len(series.Allocations) != 3 {
			t.Errorf("series %d has not one value a round: %+v", i, series)
		}
	}
}

func TestMeasureStopsAtAWrongAnswer(t *testing.T) {
	wrong := errors.New("2 is not 3")
	contest := Contest{Name: "sums", Calls: 1, Runs: 1, Contenders: []Contender{{"peer", func() error { return wrong }}}}
	_, err := contest.Measure(1)
	if !errors.Is(err, wrong) || !strings.Contains(err.Error(), "sums") || !strings.Contains(err.Error(), "peer") {
		t.Errorf("got %v, want the contest, the contender and %v", err, wrong)
	}
}
