package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/overlap/compare"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// read reads one of the reports that package compare has written in its tests.
func read(t *testing.T, name string) *compare.Report {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "compare", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var r compare.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// example has everything that a report can show: a job that waits, one that computes, a strategy that fails.
func example(t *testing.T) *compare.Report { return read(t, "example.json") }

func TestGolden(t *testing.T) {
	r, short := example(t), read(t, "report.json")
	short.CompareWith(read(t, "report.json"))
	short.Baseline.Differences = []string{"the number of cores is 2, then 8"}
	law := &compare.USL{Lambda: 20, Sigma: 0.02, Kappa: 0.0005, Residual: 0.011}
	short.Jobs[0].Scaling = []*compare.Scaling{{Strategy: "async", Best: 4, Knee: 2, Law: law, Levels: []compare.Level{
		{AtOnce: 1, MedianSeconds: 0.6, CallsPerSecond: 6.6}, {AtOnce: 2, MedianSeconds: 0.172, CallsPerSecond: 23.2},
		{AtOnce: 4, MedianSeconds: 0.171, CallsPerSecond: 23.3, CoresBusy: &law.Lambda},
	}, Sentence: "async needs no more than 2 at once."}}
	for name, write := range map[string]func(io.Writer) error{
		"wide.txt":                           func(w io.Writer) error { return WriteText(w, r, Style{}) },
		"narrow.txt":                         func(w io.Writer) error { return WriteText(w, r, Style{Width: 80}) },
		"colour.txt":                         func(w io.Writer) error { return WriteText(w, r, Style{Width: 120, Color: true}) },
		"report.csv":                         func(w io.Writer) error { return WriteCSV(w, r) },
		"scaling.txt":                        func(w io.Writer) error { return WriteText(w, short, Style{Width: 80}) },
		"by_time.md":                         func(w io.Writer) error { return WriteMarkdown(w, ByTime(short)) },
		"report.md":                          func(w io.Writer) error { return WriteMarkdown(w, r) },
		"../../compare/testdata/report.json": func(w io.Writer) error { return WriteJSON(w, read(t, "report.json")) },
	} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
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

func TestNothingIsWiderThanAsked(t *testing.T) {
	r := example(t)
	for _, width := range []int{80, 100, 132, 200} {
		var b bytes.Buffer
		if err := WriteText(&b, r, Style{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%d characters where there is room for %d: %s", n, width, line)
			}
		}
	}
}

func TestWhatTasksSayCannotBreakTheMarkdown(t *testing.T) {
	r := example(t)
	r.Jobs[0].Warnings = []compare.Warning{{Text: "a | b\n\n# <script>`*_"}}
	var b bytes.Buffer
	if err := WriteMarkdown(&b, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "a \\| b \\# \\<script\\>\\`\\*\\_") {
		t.Error(b.String())
	}
}

// What tasks say in their errors reaches neither a terminal nor a Markdown page as anything but text.
func TestReportsArePlain(t *testing.T) {
	hostile := "\x1b[31m\r\u202e\u009b\x00\xff"
	r := &compare.Report{Jobs: []*compare.JobReport{{
		Task: hostile, Title: hostile, Verdict: hostile, Warnings: []compare.Warning{{Text: hostile}},
		Scaling:    []*compare.Scaling{{Strategy: hostile, Sentence: hostile, Levels: []compare.Level{{AtOnce: 1}}}},
		Strategies: []*compare.StrategyReport{{Name: hostile, Python: hostile, Note: hostile}},
	}}}
	for name, write := range map[string]func(io.Writer) error{
		"text":     func(w io.Writer) error { return WriteText(w, r, Style{}) },
		"narrow":   func(w io.Writer) error { return WriteText(w, r, Style{Width: 40}) },
		"Markdown": func(w io.Writer) error { return WriteMarkdown(w, r) },
		"JSON":     func(w io.Writer) error { return WriteJSON(w, r) },
		"page":     func(w io.Writer) error { return WriteHTML(w, r) },
	} {
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if strings.ContainsAny(got, "\x1b\r\u202e\u009b\x00") || !utf8.ValidString(got) || !strings.Contains(got, "[31m") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
