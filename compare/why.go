package compare

import (
	"fmt"
	"math"
	"slices"

	"example.com/overlap/internal/figures"
)

// why explains the order of the strategies, from what was measured: how many calls were in flight, how long one took,
// how many cores were busy.
func (j *JobReport) why(order []*StrategyReport) []string {
	fastest := order[0]
	var sentences []string
	if fastest.Name == "sync" {
		sentences = append(sentences, j.gilSentence(order))
		sentences = append(sentences, j.whySync(order)...)
		sentences = append(sentences, j.whyEngine(), j.whyAuto(fastest))
		return slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
	}
	if j.Class != CPUBound {
		sentences = append(sentences, j.whyOverlap(fastest))
	}
	if j.Class != IOBound {
		sentences = append(sentences, j.whyCores(fastest)...)
	}
	sentences = append(sentences, j.whyContended(fastest)...)
	sentences = append(sentences, j.whyLimited(order)...)
	sentences = append(sentences, j.whySlower(order)...)
	if j.Class == CPUBound {
		sentences = append(sentences, j.gilSentence(order))
		sentences = append(sentences, j.whyOneCore(order)...)
	}
	sentences = append(sentences, j.whyEngine(), j.whyAuto(fastest))
	return slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
}

// tinyCall is the time in seconds below which starting a goroutine for a call is a noticeable part of it.
const tinyCall = 10e-6

// typicalCall is the median time of a call under a strategy, median of its runs.
func (s *StrategyReport) typicalCall() float64 {
	return median(s.each(func(m *Measurement) float64 { return m.CallTimes.Median }))
}

// waves is how many times a strategy had to fill its places to make all calls.
func (j *JobReport) waves(s *StrategyReport) int {
	return (j.Calls + s.PeakInFlight - 1) / max(1, s.PeakInFlight)
}

// whyOverlap says what overlapping the waiting saved.
func (j *JobReport) whyOverlap(s *StrategyReport) string {
	if s.PeakInFlight < 2 {
		return ""
	}
	waits := figures.Count(j.waves(s), "wait")
	if j.waves(s) == 1 {
		return fmt.Sprintf("All %d calls were in flight at once, so together they cost about %s of %s instead of %d one "+
			"after another.", j.Calls, waits, figures.Seconds(s.typicalCall()), j.Calls)
	}
	return fmt.Sprintf("Up to %d calls were in flight at once, so they cost about %s of %s instead of %d.",
		s.PeakInFlight, waits, figures.Seconds(s.typicalCall()), j.Calls)
}

// whyCores says how much of the machine the fastest used.
func (j *JobReport) whyCores(s *StrategyReport) []string {
	if s.CoresBusy == nil {
		return nil
	}
	busy := fmt.Sprintf("%s kept %s of %s busy", s.Name, figures.Digits(*s.CoresBusy), j.cores())
	switch {
	case j.machine.GOMAXPROCS == 1:
		return []string{"There is one core, so computing cannot overlap."}
	case j.saturates(s) && j.Class == CPUBound:
		return []string{busy + "; more workers than cores change nothing."}
	case j.saturates(s):
		return []string{busy + "; computing, not waiting, is now the limit."}
	}
	return []string{busy + "."}
}

// whyLimited says what kept strategies with fewer calls in flight than the fastest behind, where their limit explains
// the time they took.
func (j *JobReport) whyLimited(order []*StrategyReport) []string {
	if j.Class == CPUBound {
		return nil
	}
	var sentences []string
	for _, s := range order[1:] {
		if s.PeakInFlight < 2 || s.PeakInFlight >= order[0].PeakInFlight || slices.Contains(j.Contenders, s.Name) {
			continue
		}
		predicted := float64(j.waves(s)) * s.typicalCall()
		if math.Abs(predicted / *s.MedianSeconds - 1) > 0.25 {
			continue
		}
		sentences = append(sentences, fmt.Sprintf("%s was held back by its limit: %d at once make %s of %s, %s.",
			s.Name, s.PeakInFlight, figures.Count(j.waves(s), "wave"), figures.Seconds(s.typicalCall()),
			figures.Seconds(predicted)))
	}
	return sentences
}

// whyOneCore names the strategies that computed on a single core where there were more.
func (j *JobReport) whyOneCore(order []*StrategyReport) []string {
	var names []string
	for _, s := range order[1:] {
		if s.PeakInFlight == 1 && !slices.Contains(j.Contenders, s.Name) {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 || j.machine.GOMAXPROCS == 1 || order[0].PeakInFlight == 1 {
		return nil
	}
	return []string{fmt.Sprintf("%s ran one call at a time, on one core.", figures.List(names))}
}

// whySync says why nothing beat the plain loop.
func (j *JobReport) whySync(order []*StrategyReport) []string {
	fastest := order[0]
	switch {
	case j.Calls == 1:
		return []string{"With a single call there is nothing to overlap."}
	case j.machine.GOMAXPROCS == 1 && j.Class == CPUBound:
		return []string{"There is one core, so computing cannot overlap."}
	}
	for _, s := range order[1:] {
		if contended := j.whyContended(s); len(contended) > 0 {
			return contended
		}
	}
	if call := fastest.typicalCall(); call < tinyCall {
		return []string{fmt.Sprintf("A call takes only %s: handing it to another goroutine costs about as much as it saves.",
			figures.Seconds(call))}
	}
	return nil
}

// whyContended says that calls which wait got in each other's way: each took longer than under sync.
func (j *JobReport) whyContended(s *StrategyReport) []string {
	sync := j.strategy("sync")
	if j.Class != IOBound || sync == nil || !sync.worked() || s.PeakInFlight < 2 || sync.typicalCall() <= 0 {
		return nil
	}
	ratio := s.typicalCall() / sync.typicalCall()
	if ratio < 1.5 {
		return nil
	}
	return []string{fmt.Sprintf("Under %s a call took %s as long as under sync (%s instead of %s): "+
		"what the calls wait for is a limit of its own.",
		s.Name, times(ratio), figures.Seconds(s.typicalCall()), figures.Seconds(sync.typicalCall()))}
}

// whySlower says which strategies cost more than they save, by the CPU time they used beyond sync's.
func (j *JobReport) whySlower(order []*StrategyReport) []string {
	sync := j.strategy("sync")
	if sync == nil || sync.CPUSeconds == nil {
		return nil
	}
	var sentences []string
	for _, s := range order {
		slower := s.measured() && *s.MinSeconds > *sync.MaxSeconds && !slices.Contains(j.Contenders, s.Name)
		if !slower || s.CPUSeconds == nil || *s.CPUSeconds < 1.5**sync.CPUSeconds {
			continue
		}
		sentences = append(sentences, fmt.Sprintf("%s is slower than sync: with %s it used %s of CPU time where sync "+
			"used %s.",
			s.Name, figures.AtOnce(s.PeakInFlight, j.Calls), figures.Seconds(*s.CPUSeconds), figures.Seconds(*sync.CPUSeconds)))
	}
	return sentences
}

// times says by what factor something is faster.
func times(factor float64) string { return figures.Digits(factor) + " times" }
