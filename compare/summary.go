package compare

import (
	"fmt"
	"math"
	"slices"
)

// summarize sets every figure of a strategy's that needs its own measurements alone.
func (s *StrategyReport) summarize() {
	s.Runs = len(s.Measurements)
	if !s.measured() {
		return
	}
	walls := s.walls()
	s.MedianSeconds = new(median(walls))
	s.MinSeconds, s.MaxSeconds = new(slices.Min(walls)), new(slices.Max(walls))
	if low, high, ok := medianInterval(walls); ok {
		s.Interval = &Interval{low, high}
	}
	if *s.MedianSeconds > 0 {
		s.CallsPerSecond = new(float64(s.Measurements[0].Calls) / *s.MedianSeconds)
	}
	s.CPUSeconds = s.medianKnown(func(m *Measurement) *float64 { return m.CPUSeconds })
	s.CoresBusy = s.medianKnown(func(m *Measurement) *float64 { return m.CoresBusy })
	if memory := s.medianKnown(func(m *Measurement) *float64 {
		if m.PeakMemoryBytes == nil {
			return nil
		}
		return new(float64(*m.PeakMemoryBytes))
	}); memory != nil {
		s.PeakMemoryBytes = new(int64(*memory))
	}
	s.Answers = s.Measurements[0].Answers
	for i := range s.Measurements {
		m := &s.Measurements[i]
		if m.Failed > s.Failed {
			s.Failed = m.Failed
			if s.Error == "" || s.Cut != CutByFailure {
				s.Error = failureText(m)
			}
		}
		if m.Answers != s.Answers {
			s.Answers = ""
		}
	}
	s.keepTypicalRun()
}

// failureText says how the calls of a run failed, by the first of them.
func failureText(m *Measurement) string {
	text := fmt.Sprintf("%d of %d calls failed", m.Failed, m.Calls)
	if len(m.FailureSample) > 0 {
		text += ", the first: " + m.FailureSample[0]
	}
	return text
}

// medianKnown is the median of a figure that may be unknown, nil if any is.
func (s *StrategyReport) medianKnown(figure func(*Measurement) *float64) *float64 {
	all := make([]float64, len(s.Measurements))
	for i := range s.Measurements {
		v := figure(&s.Measurements[i])
		if v == nil {
			return nil
		}
		all[i] = *v
	}
	return new(median(all))
}

// typicalRun is the run nearest the median: what is said of how calls ran is of this one, so that it fits together.
func (s *StrategyReport) typicalRun() *Measurement {
	distance := func(m *Measurement) float64 { return math.Abs(m.WallSeconds - *s.MedianSeconds) }
	nearest := &s.Measurements[0]
	for i := range s.Measurements {
		if m := &s.Measurements[i]; distance(m) < distance(nearest) {
			nearest = m
		}
	}
	return nearest
}

// keepTypicalRun keeps what the run nearest the median shows, and drops the timelines of the others, which say the
// same.
func (s *StrategyReport) keepTypicalRun() {
	typical := s.typicalRun()
	s.PeakInFlight, s.RanOn, s.Where, s.Timeline = typical.PeakInFlight, typical.RanOn, typical.Where, typical.Timeline
	if typical.seen != nil {
		s.RecordedSeconds = new(typical.seen.WallSeconds)
	}
	for i := range s.Measurements {
		s.Measurements[i].Timeline = nil
	}
}

// summarize sets everything that follows from the measurements of all strategies.
func (j *JobReport) summarize() {
	for _, s := range j.Strategies {
		s.summarize()
	}
	if sync := j.strategy("sync"); sync != nil && sync.worked() && *sync.MedianSeconds > 0 {
		for _, s := range j.Strategies {
			if s.measured() && *s.MedianSeconds > 0 {
				s.Speedup = new(*sync.MedianSeconds / *s.MedianSeconds)
			}
		}
	}
	j.compareAnswers()
	j.addLoad()
	j.classify()
	j.rank()
	j.Verdict = j.verdict()
	j.Warnings = j.warnings()
}

// compareAnswers sets who gave the same answers. What counts is what sync gave, the plain loop that every other
// strategy stands in for; where that is not known, what most strategies gave.
func (j *JobReport) compareAnswers() {
	right := j.rightAnswers()
	j.SameAnswers = right != ""
	for _, s := range j.Strategies {
		s.SameAnswers = s.measured() && s.Answers != "" && s.Answers == right
		if s.measured() && !s.SameAnswers {
			j.SameAnswers = false
		}
	}
}

func (j *JobReport) rightAnswers() string {
	if sync := j.strategy("sync"); sync != nil && sync.Answers != "" && sync.Failed == 0 {
		return sync.Answers
	}
	right, most, votes := "", 0, map[string]int{}
	for _, s := range j.Strategies {
		if s.Answers == "" {
			continue
		}
		if votes[s.Answers]++; votes[s.Answers] > most {
			right, most = s.Answers, votes[s.Answers]
		}
	}
	return right
}
