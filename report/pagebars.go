package report

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
)

// bars are the times of strategies, the fastest first.
type bars struct {
	Title        string
	IntervalName string
	Rows         []bar
	Note         string
}

// bar is the time of one. Places on the axis are in percent of its length, with the sign, as SVG has them.
type bar struct {
	Colour    int
	Class     string
	Name      string
	Length    string // "" for what has not been measured
	Low, High string // the ends of its interval; "" for none
	Runs      []string
	Median    string
	Interval  string
	Speedup   string
}

// mostDots is how many runs are drawn one by one.
const mostDots = 50

// closeUp is how many times as slow as the fastest a strategy may be to be shown beside it, where another is slower yet.
const closeUp = 3

// newBars makes those of all strategies, and where some are much slower than others, those of the fastest once more.
// There are none where nothing has been measured.
func newBars(j *compare.JobReport) []*bars {
	order := slices.Clone(j.Strategies)
	slices.SortStableFunc(order, func(a, b *compare.StrategyReport) int {
		if measured(a) != measured(b) {
			return cmp.Compare(b.Runs, a.Runs)
		}
		return cmp.Compare(medianOf(a), medianOf(b))
	})
	all := barsOf(j, order)
	if all == nil {
		return nil
	}
	all.Title = "How long it took"
	near, slowest := 0, 0.0
	for _, s := range order {
		if measured(s) && medianOf(s) <= closeUp*medianOf(order[0]) {
			near++
		}
		slowest = max(slowest, medianOf(s))
	}
	if near < 2 || slowest < 2*closeUp*medianOf(order[0]) {
		return []*bars{all}
	}
	closer := barsOf(j, order[:near])
	closer.Title, closer.Note = "The fastest, closer", "The same on an axis of their own, which begins at 0 as well."
	return []*bars{all, closer}
}

// barsOf makes the bars of strategies in their order, nil where nothing has been measured.
func barsOf(j *compare.JobReport, order []*compare.StrategyReport) *bars {
	longest, anyInterval := 0.0, false
	for _, s := range order {
		if measured(s) {
			longest = max(longest, *s.MaxSeconds)
			anyInterval = anyInterval || s.Interval != nil
		}
	}
	if longest <= 0 {
		return nil
	}
	b := &bars{IntervalName: "range"}
	if anyInterval {
		b.IntervalName = "95 % interval"
	}
	for _, s := range order {
		b.Rows = append(b.Rows, newBar(j, s, longest))
	}
	b.Note = "A bar is as long as the median of the runs, each dot is a run"
	if anyInterval {
		b.Note += ", and the line is where the median lies with a confidence of 95 %"
	}
	b.Note += ". The axis begins at 0."
	return b
}

func medianOf(s *compare.StrategyReport) float64 {
	if s.MedianSeconds == nil {
		return 0
	}
	return *s.MedianSeconds
}

func newBar(j *compare.JobReport, s *compare.StrategyReport, longest float64) bar {
	made := bar{Colour: colourOf(j, s), Class: rowClass(j, s), Name: oneLine(s.Name), Median: "failed"}
	if !measured(s) {
		if s.Cut == compare.CutByInterrupt {
			made.Median = "not run"
		}
		return made
	}
	unit, scale := timeUnit(j)
	// The longest leaves room for its dot.
	place := func(seconds float64) string { return fmt.Sprintf("%.2f%%", max(0, min(1, seconds/longest))*98) }
	made.Length, made.Median = place(*s.MedianSeconds), figures.Digits(*s.MedianSeconds/scale)+" "+unit
	if s.Interval != nil {
		made.Low, made.High = place(s.Interval.Low), place(s.Interval.High)
		made.Interval = figures.Digits(s.Interval.Low/scale) + " .. " + figures.Digits(s.Interval.High/scale)
	} else if s.Runs > 1 {
		made.Interval = figures.Digits(*s.MinSeconds/scale) + " .. " + figures.Digits(*s.MaxSeconds/scale)
	}
	if s.Speedup != nil {
		made.Speedup = figures.Digits(*s.Speedup) + "x"
	}
	for _, m := range s.Measurements[:min(mostDots, len(s.Measurements))] {
		made.Runs = append(made.Runs, place(m.WallSeconds))
	}
	return made
}

// colourOf numbers the colours that a strategy has in all pictures of a job.
func colourOf(j *compare.JobReport, s *compare.StrategyReport) int {
	return slices.Index(j.Strategies, s) % pageColours
}

// pageColours is how many there are, in page.css and main.js.
const pageColours = 9
