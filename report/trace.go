package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/traceevents"
)

// WriteTrace writes a report as trace events, the JSON that Perfetto (ui.perfetto.dev) opens: a process for each
// strategy of each job, with the attempts of the run whose time is nearest the median, or of the one that was recorded
// where calls are short, and how many were in flight. Attempts that the report has merged are one event, which says how
// many there are.
func WriteTrace(w io.Writer, r *compare.Report) error {
	trace := traceevents.NewWriter(w)
	group := 0
	for _, j := range r.Jobs {
		for _, s := range drawn(j) {
			group++
			trace.NameGroup(group, fmt.Sprintf("%s: %s", heading(j), oneLine(s.Name)))
			traceStrategy(trace, group, j, s)
		}
	}
	return trace.End()
}

// spanArgs are what a trace says of a span beside its times.
type spanArgs struct {
	Call    *int     `json:"call,omitempty"`
	Input   string   `json:"input,omitempty"`
	Calls   int      `json:"attempts,omitempty"`
	Busy    *float64 `json:"busy_seconds,omitempty"`
	Failed  int      `json:"unsuccessful,omitempty"`
	Outcome string   `json:"outcome"`
}

func traceStrategy(trace *traceevents.Writer, group int, j *compare.JobReport, s *compare.StrategyReport) {
	spans := slices.Clone(spansToDraw(s.Timeline))
	slices.SortStableFunc(spans, func(a, b compare.Span) int { return cmp.Compare(a.Start, b.Start) })
	var rows traceevents.Rows // merged spans may overlap in their lanes
	last := 0
	for _, span := range spans {
		start, end := duration(span.Start), duration(span.End)
		row := rows.Take(start, end)
		if row > last {
			last = row
			trace.NameRow(group, row, fmt.Sprintf("slot %d", row))
		}
		event := traceevents.Span{
			Group: group, Row: row, Category: span.Outcome.String(), Failed: span.Failed > 0, Start: start, Length: end - start,
		}
		args := spanArgs{Failed: span.Failed, Outcome: span.Outcome.String()}
		if span.Attempts > 1 {
			event.Name = figures.Count(span.Attempts, "attempt")
			args.Calls, args.Busy = span.Attempts, new(span.Busy)
		} else {
			args.Call, args.Input = new(span.Index), shownInput(j, span.Index)
			event.Name = cmp.Or(args.Input, fmt.Sprintf("call %d", span.Index))
		}
		event.Args = args
		trace.Span(event)
	}
	part := s.Timeline.Seconds / float64(len(s.Timeline.InFlight))
	for i, n := range s.Timeline.InFlight {
		trace.Figure(group, "in flight", duration(float64(i)*part), n)
	}
	trace.Figure(group, "in flight", duration(s.Timeline.Seconds), 0)
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
