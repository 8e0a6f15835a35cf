package compare

import (
	"cmp"
	"slices"
)

// Tie is the winner of a job in which strategies tie.
const Tie = "tie"

// Decision is what a comparison of strategies comes to.
type Decision string

// The decisions.
const (
	Won        Decision = "winner"       // one is more than 5 % faster than each other one, beyond chance
	Tied       Decision = "tie"          // those that are not slower are measured to be within 5 %
	TooFewRuns Decision = "too-few-runs" // some that may be the fastest have fewer than 6 runs
	CannotTell Decision = "cannot-tell"  // runs differ too much for what was measured
	Withheld   Decision = "withheld"     // other programs used too much of the machine
	NoDecision Decision = ""             // nothing has succeeded
)

// rank finds the winner, or those that may be the fastest.
func (j *JobReport) rank() {
	order := j.inOrder()
	stand := j.compareStrategies(order)
	j.Decision = decide(stand)
	for i, s := range order {
		if s.Cut != CutByDefeat { // which has those of the look that it lost at
			s.P, s.Ratio = stand[i].p, stand[i].ratio
		}
		if stand[i].standing != beaten {
			j.Contenders = append(j.Contenders, s.Name)
		}
	}
	switch {
	case j.loud() && len(order) > 1:
		j.Decision = Withheld
	case j.Decision == Won:
		j.Winner = j.Contenders[0]
	case j.Decision == Tied:
		j.Winner, j.Tied = Tie, j.Contenders
	}
}

// compareStrategies is how those of an order stand, the fastest first.
func (j *JobReport) compareStrategies(order []*StrategyReport) []against {
	all := make([]contender, len(order))
	for i, s := range order {
		all[i] = contender{walls: s.walls(), beaten: s.Cut == CutByDefeat}
	}
	_, stand := compareAll(all, j.atLooks)
	return stand
}

// inOrder are the strategies that can win, fastest first: those that made every measurement asked of them and whose
// calls failed no more often than any other's, since failing is quick.
func (j *JobReport) inOrder() []*StrategyReport {
	fewest := -1
	var order []*StrategyReport
	for _, s := range j.Strategies {
		if s.canWin() && (fewest < 0 || s.mostFailed() < fewest) {
			fewest = s.mostFailed()
		}
	}
	for _, s := range j.Strategies {
		if s.canWin() && s.mostFailed() == fewest {
			order = append(order, s)
		}
	}
	slices.SortStableFunc(order, func(a, b *StrategyReport) int {
		if aOut, bOut := a.Cut == CutByDefeat, b.Cut == CutByDefeat; aOut != bOut {
			if aOut {
				return +1
			}
			return -1
		}
		return cmp.Compare(median(a.walls()), median(b.walls()))
	})
	return order
}

func (s *StrategyReport) canWin() bool { return s.worked() && s.Cut != CutByFailure }

// mostFailed is how many calls failed in the worst run.
func (s *StrategyReport) mostFailed() int {
	most := 0
	for _, m := range s.Measurements {
		most = max(most, m.Failed)
	}
	return most
}

// undecided reports whether a strategy may be the fastest, or not be, and nothing is known yet.
func (j *JobReport) undecided() bool { return j.Decision == TooFewRuns || j.Decision == CannotTell }
