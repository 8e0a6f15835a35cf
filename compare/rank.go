package compare

import (
	"cmp"
	"slices"
)

// Tie is the winner of a job that has no clear one.
const Tie = "tie"

const (
	significant = 0.05 // the p-value up to which a difference counts
	worthSaying = 1.05 // by what factor a winner must be faster: less than 5 % is not worth choosing by
	testFrom    = 4    // runs on each side from which on the test can give p ≤ 0.05
	oneRunRange = 0.1  // a single run counts as a range of 10 % to both sides, more than most machines' noise
)

// rank finds the winner, or those that tie with the fastest.
func (j *JobReport) rank() {
	order := j.inOrder()
	if len(order) == 0 {
		return
	}
	fastest := order[0]
	j.test(fastest)
	tied := []string{fastest.Name}
	for _, other := range order[1:] {
		if !clearlyFaster(fastest, other) {
			tied = append(tied, other.Name)
		}
	}
	if len(tied) == 1 {
		j.Winner = fastest.Name
		return
	}
	j.Winner, j.Tied = Tie, tied
}

// inOrder are the strategies that can win, fastest first: those that made every measurement asked of them and whose
// calls failed no more often than any other's, since failing is quick.
func (j *JobReport) inOrder() []*StrategyReport {
	fewest := -1
	var order []*StrategyReport
	for _, s := range j.Strategies {
		if s.worked() && s.Cut != CutByFailure && (fewest < 0 || s.Failed < fewest) {
			fewest = s.Failed
		}
	}
	for _, s := range j.Strategies {
		if s.worked() && s.Cut != CutByFailure && s.Failed == fewest {
			order = append(order, s)
		}
	}
	slices.SortStableFunc(order, func(a, b *StrategyReport) int { return cmp.Compare(*a.MedianSeconds, *b.MedianSeconds) })
	return order
}

// test sets the p-values of all strategies against the fastest. With few runs and many strategies even complete
// separation would not pass after the correction: then there is no p-value, and the ranges decide.
func (j *JobReport) test(fastest *StrategyReport) {
	var tested []*StrategyReport
	for _, s := range j.Strategies {
		if s != fastest && s.worked() && s.Runs >= testFrom && fastest.Runs >= testFrom {
			tested = append(tested, s)
		}
	}
	values := make([]float64, len(tested))
	for i, s := range tested {
		values[i] = mannWhitney(fastest.walls(), s.walls())
	}
	for i, p := range holm(values) {
		if leastP(fastest.Runs, tested[i].Runs)*float64(len(tested)) <= significant {
			tested[i].P = new(p)
		}
	}
}

// clearlyFaster reports whether other is slower than the fastest beyond chance, and by enough to choose by.
func clearlyFaster(fastest, other *StrategyReport) bool {
	_, slowest := fastest.spread()
	quickest, _ := other.spread()
	beyondChance := slowest < quickest
	if other.P != nil {
		beyondChance = *other.P <= significant
	}
	return beyondChance && *other.MedianSeconds > worthSaying**fastest.MedianSeconds
}

// spread is the range of a strategy's times.
func (s *StrategyReport) spread() (low, high float64) {
	if s.Runs == 1 {
		return *s.MedianSeconds * (1 - oneRunRange), *s.MedianSeconds * (1 + oneRunRange)
	}
	return *s.MinSeconds, *s.MaxSeconds
}
