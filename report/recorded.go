package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
)

const (
	worthTelling = 0.1 // from which share on it is said by how much a run that is recorded differs from the others
	mostTold     = 3   // of how many strategies
)

// recordedSentence says that the times of a job are of runs in which nothing was recorded, and what of another one: what
// is the part of the report that shows it, with its verb. It is "" where calls are not so short.
func recordedSentence(j *compare.JobReport, what string) string {
	var names, told []string
	var differ []*compare.StrategyReport
	some := false // strategies whose runs that were timed are recorded
	for _, s := range j.Strategies {
		switch {
		case !measured(s):
		case s.RecordedSeconds == nil:
			some = true
		default:
			names = append(names, oneLine(s.Name))
			if recordedDiffers(s) > worthTelling {
				differ = append(differ, s)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	of := "each strategy"
	if some {
		of = figures.List(names)
	}
	text := fmt.Sprintf("Calls are short, so the times in the table are of runs in which nothing is recorded, and %s of one "+
		"more, recorded run of %s", what, of)
	slices.SortStableFunc(differ, func(a, b *compare.StrategyReport) int {
		return cmp.Compare(recordedDiffers(b), recordedDiffers(a))
	})
	for _, s := range differ[:min(mostTold, len(differ))] {
		told = append(told, fmt.Sprintf("%s under %s (%s in the table)", figures.Seconds(*s.RecordedSeconds), oneLine(s.Name),
			figures.Seconds(*s.MedianSeconds)))
	}
	if more := len(differ) - mostTold; more > 0 {
		told = append(told, fmt.Sprintf("more than 10 %% longer or shorter under %s", figures.Counted(more, "other", "others")))
	}
	if len(told) > 0 {
		text += ", which took " + figures.List(told)
	}
	return text + "."
}

// recordedDiffers is by which share the run that was recorded took longer or shorter than those that were timed.
func recordedDiffers(s *compare.StrategyReport) float64 {
	if *s.MedianSeconds <= 0 {
		return 0
	}
	return math.Abs(*s.RecordedSeconds / *s.MedianSeconds - 1)
}
