package report

import (
	"errors"
	"fmt"

	"example.com/overlap/compare"
)

// check says what keeps a report that was read from being shown: it may have been written by anybody.
func check(r *compare.Report) error {
	if len(r.Jobs) == 0 {
		return errors.New("it has no jobs")
	}
	for _, j := range r.Jobs {
		if j == nil {
			return errors.New("one of its jobs is null")
		}
		for _, s := range j.Scaling {
			if s == nil || len(s.Levels) == 0 || s.Levels[0].AtOnce < 1 {
				return errors.New("it has a strategy that was swept, and no number at once")
			}
		}
		for _, s := range j.Strategies {
			if s == nil {
				return errors.New("one of its strategies is null")
			}
			if err := checkStrategy(s); err != nil {
				return fmt.Errorf("strategy %s: %w", oneLine(s.Name), err)
			}
		}
	}
	return nil
}

func checkStrategy(s *compare.StrategyReport) error {
	if s.MedianSeconds != nil && (s.MinSeconds == nil || s.MaxSeconds == nil) {
		return errors.New("it has a median and no range")
	}
	t := s.Timeline
	if t == nil {
		return nil
	}
	within := func(start, end float64) bool { return start >= 0 && start <= end && end <= 2*t.Seconds+1 }
	for _, n := range t.InFlight {
		if n < 0 || n > mostLanes {
			return errors.New("it has a timeline with an impossible number of calls in flight")
		}
	}
	for _, lane := range t.Lanes {
		for _, b := range lane {
			if !within(b.Start, b.End) {
				return errors.New("it has a bar that is not within its run")
			}
		}
	}
	lanes := 0
	for _, span := range t.Spans {
		if !within(span.Start, span.End) || span.Lane < 0 || span.Attempts < 1 || span.Failed < 0 || span.Busy < 0 {
			return errors.New("it has a span that makes no sense")
		}
		lanes = max(lanes, span.Lane+1)
	}
	if t.Seconds < 0 || t.LaneCount < lanes || t.LaneCount > mostLanes || t.Band < 0 || t.Band > mostLanes {
		return errors.New("it has a timeline with an impossible number of lanes")
	}
	return nil
}

// mostLanes is more than any comparison has calls.
const mostLanes = 1 << 31
