package compare

import "time"

const (
	timelineSlices = 200 // of a run: more than a terminal has columns
	timelineLanes  = 8   // rows of a picture; a run with at most this many in flight can show each attempt
	timelineBars   = 400 // attempts that are kept one by one
)

// Timeline is how the attempts of a run overlapped, small enough to keep and to draw.
type Timeline struct {
	Seconds float64 `json:"seconds"` // of the run

	// InFlight is the mean number of attempts that ran in each of 200 equal parts of the run.
	InFlight []float64 `json:"in_flight"`

	// Lanes are the attempts one by one, each in the first lane that was free when it started. Kept when at most 8 ran
	// at a time and there were at most 400.
	Lanes [][]Bar `json:"lanes,omitempty"`

	// Spans are the attempts for a larger picture: one by one where there are at most 4,000 of them. Of more, the 1,000
	// that took longest are spans of their own, and the others are merged with their neighbours in lane and time.
	// LaneCount is how many lanes there are; a merged span stands for Band of them, from its Lane on.
	LaneCount int   `json:"lane_count,omitempty"`
	Band      int   `json:"band,omitempty"`
	Spans     Spans `json:"spans,omitempty"`
}

// Bar is one attempt in a lane, in seconds since the run's start.
type Bar struct {
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

// newTimeline makes the picture of a run of the spans, which are sorted by start.
func newTimeline(spans []span, wall time.Duration) *Timeline {
	if wall <= 0 {
		return nil
	}
	t := &Timeline{Seconds: wall.Seconds(), InFlight: inFlight(spans, wall)}
	if len(spans) <= timelineBars {
		t.Lanes = lanes(spans)
	}
	return t
}

func inFlight(spans []span, wall time.Duration) []float64 {
	slices := make([]float64, timelineSlices)
	width := float64(wall) / timelineSlices
	for _, s := range spans {
		start, end := float64(s.start)/width, min(float64(s.end)/width, timelineSlices)
		for i := int(start); i < timelineSlices && float64(i) < end; i++ {
			slices[i] += min(end, float64(i+1)) - max(start, float64(i))
		}
	}
	for i, n := range slices {
		slices[i] = float64(int64(n*1000+0.5)) / 1000 // three digits after the point keep the JSON small
	}
	return slices
}

// lanes puts each span into the first lane that is free, nil if more than 8 are needed.
func lanes(spans []span) [][]Bar {
	var all [][]Bar
	var free []time.Duration // when each lane is
	for _, s := range spans {
		lane := 0
		for lane < len(free) && free[lane] > s.start {
			lane++
		}
		if lane == len(free) {
			if lane == timelineLanes {
				return nil
			}
			all, free = append(all, nil), append(free, 0)
		}
		all[lane] = append(all[lane], Bar{s.start.Seconds(), s.end.Seconds()})
		free[lane] = s.end
	}
	return all
}
