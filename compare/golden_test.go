package compare

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
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
	report.Jobs = append(report.Jobs, second.Jobs...)
	report.Date = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	return report
}

func TestGolden(t *testing.T) {
	report := exampleReport(t)
	for name, show := range map[string]func(io.Writer) error{
		"wide.txt":    func(w io.Writer) error { return report.WriteTerminal(w, Style{}) },
		"narrow.txt":  func(w io.Writer) error { return report.WriteTerminal(w, Style{Width: 80}) },
		"colour.txt":  func(w io.Writer) error { return report.WriteTerminal(w, Style{Width: 120, Color: true}) },
		"report.md":   report.WriteMarkdown,
		"report.json": func(w io.Writer) error { return shortReport(t).WriteJSON(w) },
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := show(&got); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := WriteFile(path, func(w io.Writer) error { _, err := w.Write(got.Bytes()); return err }); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.ReplaceAll(string(want), "\r\n", "\n"); got.String() != want {
				t.Errorf("differs from %s; if that is right, run the test with -update\n%s", path, got.String())
			}
		})
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
	report.Jobs[0].strategy("async").Timeline = nil
	return report
}

func TestNothingIsWiderThanAsked(t *testing.T) {
	report := exampleReport(t)
	for _, width := range []int{80, 100, 132, 200} {
		var b bytes.Buffer
		if err := report.WriteTerminal(&b, Style{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%d characters where there is room for %d: %s", n, width, line)
			}
		}
	}
}

// The names that other programs read.
func TestJSONNames(t *testing.T) {
	var b bytes.Buffer
	if err := exampleReport(t).WriteJSON(&b); err != nil {
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
	if err := json.Unmarshal(b.Bytes(), &read); err != nil {
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

func TestWhatTasksSayCannotBreakTheMarkdown(t *testing.T) {
	plan := scene(4, waiting, "sync", "odd")
	plan.Runner.(*script).runs["odd"] = []scripted{{err: plainError("a | b\n\n# <script>`*_")}}
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "a \\| b \\# \\<script\\>\\`\\*\\_") {
		t.Error(b.String())
	}
}

type plainError string

func (e plainError) Error() string { return string(e) }

func TestFormat(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{duration(16.34), "16.3 s"}, {duration(0.9999), "1.00 s"}, {duration(0.99949), "999 ms"},
		{duration(0.0001234), "123 us"},
		{duration(5e-7), "500 ns"}, {duration(0), "0 ns"}, {duration(9.999), "10.0 s"}, {duration(99.96), "100 s"},
		{duration(1234), "1234 s"}, {memory(9_500_000), "9.50 MB"}, {memory(999), "0.999 kB"},
		{memory(2_000_000_000), "2.00 GB"},
		{percent(0), "0 %"}, {percent(1), "100 %"}, {percent(0.0031), "0.3 %"}, {percent(0.00001), "less than 0.1 %"},
		{list(nil), ""}, {list([]string{"a"}), "a"}, {list([]string{"a", "b"}), "a and b"},
		{list([]string{"a", "b", "c"}), "a, b and c"},
		{count(1, "run"), "1 run"}, {count(2, "run"), "2 runs"}, {digitsUpTo(0.00071, 2), "0.00"}, {digits(-0.5), "-0.500"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
