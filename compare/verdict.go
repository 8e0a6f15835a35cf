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
	if j.Decision == Withheld {
		return j.loadSentence()
	}
	sentences := []string{j.classSentence(), j.decisionSentence(order)}
	if len(order) > 1 {
		sentences = append(sentences, j.why(order)...)
	}
	return strings.Join(sentences, " ")
}

// classSentence says what the calls spend their time on, with the evidence.
func (j *JobReport) classSentence() string {
	if j.loud() {
		return "Whether the job is IO-bound or CPU-bound cannot be told: other programs used the machine."
	}
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
	share, without := figures.Percent(*j.CPUShare), ""
	if *j.CoreWait >= 0.05 {
		without = fmt.Sprintf(", without the %s or so in which they waited for one", figures.Percent(*j.CoreWait))
	}
	switch {
	case j.Class == IOBound:
		return fmt.Sprintf("IO-bound: %s the calls spent %s of their time on a CPU%s and waited for the rest.", under, share,
			without)
	case j.Class == CPUBound && *j.CPUShare < cpuBoundFrom:
		busy := figures.Digits(*j.strategy(j.ClassBasis).CoresBusy)
		return fmt.Sprintf("CPU-bound: %s the calls kept %s of %s busy.", under, busy, j.cores())
	case j.Class == CPUBound:
		return fmt.Sprintf("CPU-bound: %s the calls spent %s of their time on a CPU%s.", under, share, without)
	}
	return fmt.Sprintf("Mixed: %s the calls spent %s of their time on a CPU%s and waited for the rest.", under, share,
		without)
}

// decisionSentence says who won, who tie, or that it is not known, and by how much.
func (j *JobReport) decisionSentence(order []*StrategyReport) string {
	fastest := order[0]
	switch {
	case len(order) == 1:
		return j.aloneSentence(fastest)
	case j.Decision == Tied:
		return j.tieSentence(fastest)
	case j.Decision == CannotTell:
		return j.unclearSentence(fastest)
	case j.Decision == TooFewRuns:
		return j.tooFewSentence(fastest)
	}
	text := fmt.Sprintf("%s won with %s: ", fastest.Name, figures.Seconds(*fastest.MedianSeconds))
	runnerUp := order[1]
	if over := overSync(fastest); over != "" && runnerUp.Name != "sync" {
		text += over + ", and "
	}
	text += times(*runnerUp.MedianSeconds / *fastest.MedianSeconds)
	return fmt.Sprintf("%s as fast as the runner-up, %s (%s).", text, runnerUp.Name,
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
	if len(j.Strategies) == 1 {
		return fmt.Sprintf("Only %s was measured, so there is nothing to compare it with: %s.", s.Name, took)
	}
	return fmt.Sprintf("Only %s was measured without failing: %s.", s.Name, took)
}

func (j *JobReport) tieSentence(fastest *StrategyReport) string {
	others := Interval{math.Inf(1), 0}
	for _, name := range j.Tied {
		if ratio := j.strategy(name).Ratio; ratio != nil {
			others = Interval{min(others.Low, ratio.Low), max(others.High, ratio.High)}
		}
	}
	whichever, take := "any", "the others take"
	if len(j.Tied) == 2 {
		whichever, take = "either", j.Tied[1]+" takes"
	}
	text := fmt.Sprintf("%s tie: %s %s times as long as %s (%s), so %s will do",
		figures.List(j.Tied), take, fromTo(others), fastest.Name, figures.Seconds(*fastest.MedianSeconds), whichever)
	if over := overSync(fastest); over != "" && !slices.Contains(j.Tied, "sync") {
		text += fmt.Sprintf("; %s is %s", fastest.Name, over)
	}
	if frugal := j.mostFrugal(); frugal != "" {
		text += "; " + frugal
	}
	return text + "."
}

// unclearSentence is of strategies whose runs differ too much.
func (j *JobReport) unclearSentence(fastest *StrategyReport) string {
	var others []string
	runs := fastest.Runs
	for _, name := range j.Contenders {
		if s := j.strategy(name); s != fastest && s.Ratio != nil {
			others = append(others, fmt.Sprintf("%s takes %s times", name, fromTo(*s.Ratio)))
			runs = min(runs, s.Runs)
		}
	}
	return fmt.Sprintf("Which of %s is the fastest cannot be told from %s of each: compared with %s, which has the "+
		"lowest median (%s), %s as long.", figures.List(j.Contenders), figures.Count(runs, "run"), fastest.Name,
		figures.Seconds(*fastest.MedianSeconds), figures.List(others)) + j.allOverSync()
}

// tooFewSentence is of strategies that have not been tested.
func (j *JobReport) tooFewSentence(fastest *StrategyReport) string {
	runs := fastest.Runs
	for _, name := range j.Contenders {
		runs = min(runs, j.strategy(name).Runs)
	}
	return fmt.Sprintf("Too few runs to tell which of %s is the fastest: %s of each, of which %s has the lowest median "+
		"(%s); it takes %d.", figures.List(j.Contenders), figures.Count(runs, "run"), fastest.Name,
		figures.Seconds(*fastest.MedianSeconds), looks[0]) + j.allOverSync()
}

// allOverSync says how much faster than sync those that may be the fastest are, all of them.
func (j *JobReport) allOverSync() string {
	least := math.Inf(1)
	for _, name := range j.Contenders {
		s := j.strategy(name)
		if overSync(s) == "" {
			return ""
		}
		least = min(least, *s.Speedup)
	}
	return fmt.Sprintf(" Each of them is at least %s as fast as sync.", times(least))
}

// fromTo prints an interval of ratios, or one number where both ends look the same.
func fromTo(of Interval) string {
	low, high := figures.Digits(of.Low), figures.Digits(of.High)
	if low == high {
		return "about " + low
	}
	return low + " to " + high
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
