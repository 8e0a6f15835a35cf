package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
)

// column is one of the table's, with a cell for each strategy.
type column struct {
	head  string
	right bool // numbers stand at the right
	cells []string
}

// columns are everything the table shows: "cores" are those busy on average, "ran on" is the processes, threads and
// goroutines, "memory" is the peak, "same" whether the answers are. Cells are ASCII but for names and notes, so that
// they line up anywhere.
func columns(j *compare.JobReport, runsWanted int) []column {
	unit, scale := timeUnit(j)
	seconds := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return figures.Digits(*v/scale) + " " + unit
	}
	number := func(v *float64, decimals int) string {
		if v == nil {
			return "-"
		}
		return figures.DigitsUpTo(*v, decimals)
	}
	anyPython := false
	all := []column{{head: "strategy"}, {head: "median"}, {head: "range"}, {head: "speed-up"}, {head: "calls/s"},
		{head: "in flight"}, {head: "CPU s"}, {head: "cores"}, {head: "ran on"}, {head: "memory"}, {head: "runs"},
		{head: "same"}, {head: "answers, in Python"}}
	for _, s := range j.Strategies {
		cells := []string{s.Name, seconds(s.MedianSeconds), "-", "-", number(s.CallsPerSecond, 2), "-",
			number(s.CPUSeconds, 3), number(s.CoresBusy, 2), ranOn(s.RanOn), "-", fmt.Sprint(s.Runs), "-", python(s)}
		if measured(s) {
			if s.Runs > 1 {
				cells[2] = figures.Digits(*s.MinSeconds/scale) + " .. " + figures.Digits(*s.MaxSeconds/scale)
			}
			cells[5] = fmt.Sprint(s.PeakInFlight)
			cells[11] = mark(s.SameAnswers)
		} else {
			cells[1] = "failed"
			if s.Cut == compare.CutByInterrupt {
				cells[1] = "not run"
			}
		}
		if s.Speedup != nil {
			cells[3] = figures.Digits(*s.Speedup) + "x"
		}
		if s.PeakMemoryBytes != nil {
			cells[9] = figures.Bytes(*s.PeakMemoryBytes)
		}
		if s.Runs < runsWanted {
			cells[10] = fmt.Sprintf("%d of %d", s.Runs, runsWanted)
		}
		anyPython = anyPython || python(s) != ""
		for i := range all {
			all[i].cells = append(all[i].cells, oneLine(cells[i]))
		}
	}
	for i := 1; i < 12; i++ {
		all[i].right = true
	}
	if !anyPython {
		all = all[:12]
	}
	return all
}

// ranOn is on how many processes, threads and goroutines the calls ran, "2 x 3 x 6", as far as is known.
func ranOn(on *compare.RanOn) string {
	if on == nil {
		return "-"
	}
	count := func(n int) string {
		switch {
		case n == 0:
			return "?"
		case n == on.Sample: // each of the calls that were looked at had its own
			return fmt.Sprintf(">%d", n)
		}
		return fmt.Sprint(n)
	}
	text := fmt.Sprint(on.Processes)
	if on.Threads > 0 || on.Goroutines > 0 {
		text += " x " + count(on.Threads)
	}
	if on.Goroutines > 0 {
		text += " x " + count(on.Goroutines)
	}
	return text
}

// measured reports whether there are figures of a strategy.
func measured(s *compare.StrategyReport) bool { return s.MedianSeconds != nil }

func mark(same bool) string {
	if same {
		return "yes"
	}
	return "NO"
}

// python is what the strategy answers, with its note.
func python(s *compare.StrategyReport) string {
	if s.Note == "" || s.Python == "" {
		return s.Python + s.Note
	}
	return fmt.Sprintf("%s (%s)", s.Python, s.Note)
}

// timeUnit is one unit for all times of the table, which makes them easy to compare: that of the slowest.
func timeUnit(j *compare.JobReport) (unit string, scale float64) {
	slowest := 0.0
	for _, s := range j.Strategies {
		if measured(s) {
			slowest = max(slowest, *s.MedianSeconds)
		}
	}
	switch {
	case slowest >= 1:
		return "s", 1
	case slowest >= 1e-3:
		return "ms", 1e-3
	}
	return "us", 1e-6
}

// width is of the column's widest cell, in characters.
func (c column) width() int {
	widest := utf8.RuneCountInString(c.head)
	for _, cell := range c.cells {
		widest = max(widest, utf8.RuneCountInString(cell))
	}
	return widest
}

// pad brings text to the column's width.
func (c column) pad(text string) string {
	space := strings.Repeat(" ", c.width()-utf8.RuneCountInString(text))
	if c.right {
		return space + text
	}
	return text + space
}

// table prints the columns; what does not fit into the width follows below, behind the strategies' names again.
func table(j *compare.JobReport, runsWanted int, style Style) string {
	return blocks(j, columns(j, runsWanted), style)
}

// blocks prints columns, of which the first are the strategies' names, in as many blocks as the width takes.
func blocks(j *compare.JobReport, all []column, style Style) string {
	names, rest := all[0], all[1:]
	var b strings.Builder
	for len(rest) > 0 {
		used, fit := names.width(), 0
		for fit < len(rest) && (fit == 0 || style.Width <= 0 || used+2+rest[fit].width() <= style.Width) {
			used += 2 + rest[fit].width()
			fit++
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		writeBlock(&b, j, append([]column{names}, rest[:fit]...), style)
		rest = rest[fit:]
	}
	return b.String()
}

// writeBlock prints some of the columns.
func writeBlock(b *strings.Builder, j *compare.JobReport, some []column, style Style) {
	line := func(paint func(string) string, text func(column) string) {
		var cells []string
		for _, c := range some {
			cells = append(cells, c.pad(text(c)))
		}
		fmt.Fprintln(b, paint(strings.TrimRight(strings.Join(cells, "  "), " ")))
	}
	line(style.dim, func(c column) string { return c.head })
	for i, s := range j.Strategies {
		paint := func(text string) string { return text }
		switch {
		case s.Name == j.Winner:
			paint = style.green
		case !measured(s) || s.Failed > 0 || !s.SameAnswers:
			paint = style.red
		}
		line(paint, func(c column) string { return c.cells[i] })
	}
}
