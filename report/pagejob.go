package report

import (
	"fmt"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/plain"
)

// headline is what a job came to, in a few words.
func headline(j *compare.JobReport) (kind, text string) {
	switch {
	case j.Decision == compare.Won:
		return "won", oneLine(j.Winner) + " is the fastest" + bySoMuch(j)
	case j.Decision == compare.Tied:
		var names []string
		for _, name := range j.Tied {
			names = append(names, oneLine(name))
		}
		return "tied", figures.List(names) + " are equally fast"
	case j.Decision == compare.TooFewRuns:
		return "unclear", "Too few runs to tell which is the fastest"
	case j.Decision == compare.CannotTell:
		return "unclear", "Which is the fastest cannot be told: runs differ too much"
	case j.Decision == compare.Withheld:
		return "unclear", "No verdict: other programs used the machine"
	}
	return "none", "No strategy got a call right"
}

// bySoMuch is how much faster the winner is than the plain loop, "" where that is not known.
func bySoMuch(j *compare.JobReport) string {
	for _, s := range j.Strategies {
		if s.Name == j.Winner && s.Speedup != nil && s.Name != "sync" {
			return fmt.Sprintf(": %s times as fast as one after another", figures.Digits(*s.Speedup))
		}
	}
	return ""
}

// pageTable is the table that the text has as well.
type pageTable struct {
	Head []pageCell
	Rows []pageRow
}

type pageRow struct {
	Class string // best, bad or ""
	Cells []pageCell
}

type pageCell struct {
	Text  string
	Right bool
}

// newPageTable makes it of columns that have a cell for each strategy.
func newPageTable(j *compare.JobReport, all []column) pageTable {
	var t pageTable
	for _, c := range all {
		t.Head = append(t.Head, pageCell{c.head, c.right})
	}
	for i, s := range j.Strategies {
		row := pageRow{Class: rowClass(j, s)}
		for _, c := range all {
			row.Cells = append(row.Cells, pageCell{c.cells[i], c.right})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func rowClass(j *compare.JobReport, s *compare.StrategyReport) string {
	switch {
	case s.Name == j.Winner:
		return "best"
	case !measured(s) || s.Failed > 0 || !s.SameAnswers:
		return "bad"
	}
	return ""
}

// howMeasured is how a report was measured.
type howMeasured struct {
	Differences string // from the baseline's conditions; "" for none
	Facts       []fact
	Command     string // that measures again; "" for none
}

type fact struct{ Name, Text string }

func newHowMeasured(r *compare.Report) howMeasured {
	h := howMeasured{Differences: differences(r), Command: plain.Line(r.Command)}
	add := func(name, text string) {
		if text != "" {
			h.Facts = append(h.Facts, fact{name, oneLine(text)})
		}
	}
	add("measured", r.Date.Format("2006-01-02 15:04 MST"))
	add("machine", fmt.Sprintf("%s/%s, %s (GOMAXPROCS %d)", r.Machine.OS, r.Machine.Arch,
		figures.Count(r.Machine.Cores, "core"), r.Machine.GOMAXPROCS))
	add("processor", r.Machine.CPU)
	add("Go", r.Machine.GoVersion)
	add("Overlap", r.Machine.Overlap)
	add("Python", r.Python)
	add("method", method(r))
	return h
}
