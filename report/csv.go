package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"example.com/overlap/compare"
)

// csvColumns are the columns of WriteCSV: its head, and the cell of a strategy.
var csvColumns = []struct {
	head string
	cell func(j *compare.JobReport, s *compare.StrategyReport) any
}{
	{"task", func(j *compare.JobReport, _ *compare.StrategyReport) any { return oneLine(j.Task) }},
	{"strategy", func(_ *compare.JobReport, s *compare.StrategyReport) any { return oneLine(s.Name) }},
	{"calls", func(j *compare.JobReport, _ *compare.StrategyReport) any { return j.Calls }},
	{"runs", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.Runs }},
	{"failed", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.Failed }},
	{"median", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.MedianSeconds }},
	{"min", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.MinSeconds }},
	{"max", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.MaxSeconds }},
	{"median_low_95", func(_ *compare.JobReport, s *compare.StrategyReport) any { return low(s.Interval) }},
	{"median_high_95", func(_ *compare.JobReport, s *compare.StrategyReport) any { return high(s.Interval) }},
	{"speedup", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.Speedup }},
	{"calls_per_second", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.CallsPerSecond }},
	{"peak_in_flight", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.PeakInFlight }},
	{"cpu_seconds", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.CPUSeconds }},
	{"cores_busy", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.CoresBusy }},
	{"peak_memory_bytes", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.PeakMemoryBytes }},
	{"same_answers", func(_ *compare.JobReport, s *compare.StrategyReport) any { return s.SameAnswers }},
	{"ran_on_processes", func(_ *compare.JobReport, s *compare.StrategyReport) any { return places(s).Processes }},
	{"ran_on_threads", func(_ *compare.JobReport, s *compare.StrategyReport) any { return places(s).Threads }},
	{"ran_on_goroutines", func(_ *compare.JobReport, s *compare.StrategyReport) any { return places(s).Goroutines }},
	{"change", func(_ *compare.JobReport, s *compare.StrategyReport) any { return change(s) }},
	{"change_low_95", func(_ *compare.JobReport, s *compare.StrategyReport) any { return low(changeRatio(s)) }},
	{"change_high_95", func(_ *compare.JobReport, s *compare.StrategyReport) any { return high(changeRatio(s)) }},
}

// WriteCSV writes a report as CSV: a line of heads, and one for each strategy of each job. Times are in seconds; what
// is not known is empty. Columns are only ever added, at the end. w gets everything in one Write.
func WriteCSV(w io.Writer, r *compare.Report) error {
	var b bytes.Buffer
	lines := csv.NewWriter(&b)
	line := func(cell func(column int) string) {
		cells := make([]string, len(csvColumns))
		for i := range cells {
			cells[i] = cell(i)
		}
		_ = lines.Write(cells) // into memory
	}
	line(func(column int) string { return csvColumns[column].head })
	for _, j := range r.Jobs {
		for _, s := range j.Strategies {
			line(func(column int) string { return csvCell(csvColumns[column].cell(j, s)) })
		}
	}
	lines.Flush()
	_, err := w.Write(b.Bytes())
	return err
}

// csvCell is a figure with all its digits.
func csvCell(v any) string {
	switch v := v.(type) {
	case *float64:
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'g', -1, 64)
	case *int64:
		if v == nil {
			return ""
		}
		return strconv.FormatInt(*v, 10)
	}
	return fmt.Sprint(v)
}

// places are what the calls ran on, 0 for what is not known.
func places(s *compare.StrategyReport) compare.RanOn {
	if s.RanOn == nil {
		return compare.RanOn{}
	}
	return *s.RanOn
}

func low(of *compare.Interval) *float64 {
	if of == nil {
		return nil
	}
	return &of.Low
}

func high(of *compare.Interval) *float64 {
	if of == nil {
		return nil
	}
	return &of.High
}

func change(s *compare.StrategyReport) compare.ChangeKind {
	if s.Change == nil {
		return ""
	}
	return s.Change.Kind
}

func changeRatio(s *compare.StrategyReport) *compare.Interval {
	if s.Change == nil {
		return nil
	}
	return s.Change.Ratio
}
