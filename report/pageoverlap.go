package report

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/plain"
)

// overlapping is what there is in tables of how calls ran, beside the pictures.
type overlapping struct {
	Slowest  []slowCall
	Tenths   []string
	InFlight []inFlightRow
	Note     string
}

type slowCall struct {
	Strategy, Index, Input, Start, Took, Outcome string
	Failed                                       bool
}

type inFlightRow struct {
	Name, Took string
	Figures    []string
}

const (
	tenths        = 10
	slowestListed = 5 // of each strategy
)

// newOverlapping makes it, nil where no run has a timeline.
func newOverlapping(j *compare.JobReport) *overlapping {
	o := &overlapping{}
	for tenth := range tenths {
		o.Tenths = append(o.Tenths, fmt.Sprintf("%d %%", (tenth+1)*100/tenths))
	}
	merged := 0
	for _, s := range drawn(j) {
		row := inFlightRow{Name: oneLine(s.Name), Took: figures.Seconds(s.Timeline.Seconds)}
		for tenth := range tenths {
			row.Figures = append(row.Figures, figures.DigitsUpTo(meanInFlight(s.Timeline, tenth, tenths), 1))
		}
		o.InFlight = append(o.InFlight, row)
		o.Slowest = append(o.Slowest, slowestCalls(j, s)...)
		for _, span := range s.Timeline.Spans {
			if span.Attempts > 1 {
				merged++
			}
		}
	}
	if len(o.InFlight) == 0 {
		return nil
	}
	o.Note = "Of each strategy, the run whose time is nearest the median, on one axis."
	if recorded := recordedSentence(j, "the picture is"); recorded != "" {
		o.Note = "Of each strategy one run, on one axis. " + recorded
	}
	o.Note += " A row is a place for one call at a time."
	if merged > 0 {
		o.Note += " Attempts are merged with their neighbours where there are too many to draw: the stronger the colour, " +
			"the more of the time is taken. The slowest 1,000 of a run are always drawn one by one."
	}
	return o
}

// drawn are the strategies of a job of which there is a picture.
func drawn(j *compare.JobReport) []*compare.StrategyReport {
	var all []*compare.StrategyReport
	for _, s := range j.Strategies {
		if s.Timeline != nil && s.Timeline.Seconds > 0 && len(s.Timeline.InFlight) > 0 {
			all = append(all, s)
		}
	}
	return all
}

func slowestCalls(j *compare.JobReport, s *compare.StrategyReport) []slowCall {
	var single []compare.Span
	for _, span := range s.Timeline.Spans {
		if span.Attempts == 1 {
			single = append(single, span)
		}
	}
	slices.SortStableFunc(single, func(a, b compare.Span) int { return cmp.Compare(b.End-b.Start, a.End-a.Start) })
	var listed []slowCall
	for _, span := range single[:min(slowestListed, len(single))] {
		listed = append(listed, slowCall{
			Strategy: oneLine(s.Name), Index: figures.Grouped(int64(span.Index)), Input: shownInput(j, span.Index),
			Start: figures.Seconds(span.Start), Took: figures.Seconds(span.End - span.Start),
			Outcome: span.Outcome.String(), Failed: span.Outcome != overlap.Succeeded,
		})
	}
	return listed
}

// shownInput is the input of a call, "" where it is not known.
func shownInput(j *compare.JobReport, index int) string {
	return plain.Shorten(oneLine(j.Inputs[index]), 80)
}
