package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/overlap/internal/figures"
)

// verdict is the report in one paragraph: what the job is, which strategy won, by how much, and why.
func (j *JobReport) verdict() string {
	order := j.inOrder()
	if len(order) == 0 {
		return "No strategy got a single call right, so there is nothing to compare."
	}
	sentences := []string{j.classSentence(), j.winnerSentence(order)}
	if len(order) > 1 {
		sentences = append(sentences, j.why(order)...)
	}
	return strings.Join(sentences, " ")
}

// classSentence says what the calls spend their time on, with the evidence.
func (j *JobReport) classSentence() string {
	if j.Class == UnknownClass {
		return "Whether the job is IO-bound or CPU-bound is not known: the system does not tell CPU times."
	}
	under := "under " + j.ClassBasis
	switch {
	case j.ClassSample > 0:
		under = fmt.Sprintf("under sync, with %d of the inputs,", j.ClassSample)
	case j.ClassBasis != "sync":
		under += " (sync was not measured)"
	}
	share := figures.Percent(*j.CPUShare)
	switch {
	case j.Class == IOBound:
		return fmt.Sprintf("IO-bound: %s the calls spent %s of their time on a CPU and waited for the rest.", under, share)
	case j.Class == CPUBound && *j.CPUShare < cpuBoundFrom:
		busy := figures.Digits(*j.strategy(j.ClassBasis).CoresBusy)
		return fmt.Sprintf("CPU-bound: %s the calls kept %s of %s busy.", under, busy, j.cores())
	case j.Class == CPUBound:
		return fmt.Sprintf("CPU-bound: %s the calls spent %s of their time on a CPU.", under, share)
	}
	return fmt.Sprintf("Mixed: %s the calls spent %s of their time on a CPU and waited for the rest.", under, share)
}

// winnerSentence says who won, or who tie, and by how much.
func (j *JobReport) winnerSentence(order []*StrategyReport) string {
	fastest := order[0]
	if j.Winner == Tie {
		return j.tieSentence(order)
	}
	text := fmt.Sprintf("%s won with %s", fastest.Name, figures.Seconds(*fastest.MedianSeconds))
	if len(order) == 1 {
		return j.aloneSentence(fastest)
	}
	runnerUp := order[1]
	ratio := *runnerUp.MedianSeconds / *fastest.MedianSeconds
	if over := overSync(fastest); over != "" && runnerUp.Name != "sync" {
		return fmt.Sprintf("%s: %s, and %s as fast as the runner-up, %s (%s).", text, over,
			times(ratio), runnerUp.Name, figures.Seconds(*runnerUp.MedianSeconds))
	}
	return fmt.Sprintf("%s: %s as fast as the runner-up, %s (%s).", text, times(ratio), runnerUp.Name,
		figures.Seconds(*runnerUp.MedianSeconds))
}

// aloneSentence is of the one strategy that can win.
func (j *JobReport) aloneSentence(s *StrategyReport) string {
	took := figures.Seconds(*s.MedianSeconds)
	switch {
	case s.Failed > 0 && len(j.Strategies) > 1:
		return fmt.Sprintf("%s took %s, and the fewest calls failed under it, %d of %d: "+
			"see why before you choose by the times.", s.Name, took, s.Failed, j.Calls)
	case s.Failed > 0:
		return fmt.Sprintf("Only %s was measured: %s, and %d of %s failed.", s.Name, took, s.Failed,
			figures.Count(j.Calls, "call"))
	}
	return fmt.Sprintf("Only %s was measured without failing: %s.", s.Name, took)
}

func (j *JobReport) tieSentence(order []*StrategyReport) string {
	low, high := *order[0].MedianSeconds, *order[0].MedianSeconds
	for _, name := range j.Tied {
		high = max(high, *j.strategy(name).MedianSeconds)
	}
	any := "either"
	if len(j.Tied) > 2 {
		any = "any"
	}
	text := fmt.Sprintf("%s tie: their medians, %s, differ by less than 5 %% or by no more than chance, so %s will do",
		figures.List(j.Tied), fromTo(low, high), any)
	if over := overSync(order[0]); over != "" && !slices.Contains(j.Tied, "sync") {
		text += ", " + over
	}
	if frugal := j.mostFrugal(); frugal != "" {
		text += "; " + frugal
	}
	return text + "."
}

// fromTo prints two times, or one where both look the same.
func fromTo(low, high float64) string {
	if figures.Seconds(low) == figures.Seconds(high) {
		return "about " + figures.Seconds(low)
	}
	return figures.Seconds(low) + " to " + figures.Seconds(high)
}

// overSync says how much faster than sync a strategy is, "" where that says nothing.
func overSync(s *StrategyReport) string {
	if s.Name == "sync" || s.Speedup == nil || *s.Speedup < worthSaying {
		return ""
	}
	return times(*s.Speedup) + " as fast as sync"
}

// mostFrugal names the one of a tie that takes clearly less memory than the others.
func (j *JobReport) mostFrugal() string {
	var least *StrategyReport
	second := int64(math.MaxInt64)
	for _, name := range j.Tied {
		s := j.strategy(name)
		switch {
		case s.PeakMemoryBytes == nil:
			return ""
		case least == nil:
			least = s
		case *s.PeakMemoryBytes < *least.PeakMemoryBytes:
			least, second = s, *least.PeakMemoryBytes
		default:
			second = min(second, *s.PeakMemoryBytes)
		}
	}
	if least == nil || float64(second) < 1.2*float64(*least.PeakMemoryBytes) {
		return ""
	}
	return fmt.Sprintf("%s takes the least memory (%s, the next %s)", least.Name, figures.Bytes(*least.PeakMemoryBytes),
		figures.Bytes(second))
}

func (j *JobReport) cores() string { return figures.Count(j.machine.GOMAXPROCS, "core") }
