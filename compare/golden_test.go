package compare

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// exampleReport has everything that a report can show: a job that waits, one that computes, a strategy that fails.
func exampleReport(t *testing.T) *Report {
	t.Helper()
	waits := scene(100, waiting, append([]string{"broken"}, everyStrategy...)...)
	waits.Runs, waits.Budget = 6, seconds(14)
	waits.Strategies[1].Note = "16.3 s in the article"
	waits.Jobs[0].Title = "100 GETs of the target | 160 ms each"
	computes := scene(15000, computing, everyStrategy...)
	computes.Runs = 6
	computes.Jobs[0].Task = "square"
	computes.Jobs[0].Title = "square of 1..15000"
	report, err := inBubble(t, waits)
	if err != nil {
		t.Fatal(err)
	}
	second, err := inBubble(t, computes)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range second.Jobs[0].Strategies { // as earlier versions had them, and small
		s.Timeline.Spans, s.Timeline.LaneCount, s.Timeline.Band = nil, 0, 0
	}
	second.Jobs[0].Inputs = nil
	report.Jobs = append(report.Jobs, second.Jobs...)
	report.Date = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	return report
}

// The reports as JSON. Package report shows the example in all its ways.
func TestGolden(t *testing.T) {
	for name, report := range map[string]*Report{"example.json": exampleReport(t), "report.json": shortReport(t)} {
		got, err := json.MarshalIndent(report, "", "  ")
		if name == "example.json" { // which is long, and read by programs alone
			got, err = json.Marshal(report)
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.ReplaceAll(string(want), "\r\n", "\n"); string(got) != want {
			t.Errorf("differs from %s; if that is right, run the test with -update\n%s", path, got)
		}
	}
}

// shortReport is small enough for its JSON to be read.
func shortReport(t *testing.T) *Report {
	plan := scene(4, waiting, "async", "broken")
	plan.Runs = 2
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	report.Date = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	report.Jobs[0].strategy("async").Timeline, report.Jobs[0].Inputs = nil, nil
	return report
}

// The names that other programs read.
func TestJSONNames(t *testing.T) {
	written, err := json.Marshal(exampleReport(t))
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Seed    uint64
		Machine struct{ Cores int }
		Jobs    []struct {
			Task        string
			Class       string
			Winner      string
			Tied        []string
			SameAnswers *bool `json:"same_answers"`
			Strategies  []struct {
				Name          string
				Runs          int
				MedianSeconds *float64 `json:"median_seconds"`
				Speedup       *float64
				Measurements  []struct {
					WallSeconds float64 `json:"wall_seconds"`
				}
			}
		}
	}
	if err := json.Unmarshal(written, &read); err != nil {
		t.Fatal(err)
	}
	first, second := read.Jobs[0], read.Jobs[1]
	if first.Task != "wait" || first.Class != "io-bound" || first.Winner != "async" || first.Tied == nil ||
		!*first.SameAnswers {
		t.Errorf("%+v", first)
	}
	if second.Class != "cpu-bound" || second.Winner != "pool" || read.Seed != 7 || read.Machine.Cores != 2 {
		t.Errorf("%+v", second)
	}
	broken, async := first.Strategies[0], first.Strategies[4]
	if broken.Name != "broken" || broken.Runs != 0 || broken.MedianSeconds != nil || broken.Measurements == nil {
		t.Errorf("%+v", broken)
	}
	if async.Name != "async" || async.Runs != 6 || *async.MedianSeconds < 0.17 || *async.Speedup < 90 ||
		len(async.Measurements) != 6 {
		t.Errorf("%+v", async)
	}
}
