package compare

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// worthCutting is from how long a run on a strategy that is slow in its first one runs no more. Shorter ones cost
// little, and are more easily slowed by something else.
const worthCutting = time.Second

// another reports whether another round is to be made, and takes strategies out that are known to be slower.
func (r *rounds) another() bool {
	switch {
	case r.plan.Runs > 0:
		return r.round < r.plan.Runs
	case r.round == 1:
		r.cutSlow()
	case r.round == r.rounds():
		return r.look()
	}
	return true
}

// cutSlow takes out the strategies that took at least 5 times as long as the fastest in the first round.
func (r *rounds) cutSlow() {
	order := r.report.inOrder()
	for _, row := range order {
		if r.spent[row] >= worthCutting && median(row.walls()) >= outFrom*median(order[0].walls()) {
			row.Cut = CutByDefeat
		}
	}
}

// look tests the runs made so far. It reports whether more of them may tell what is not known yet, and fit into the
// budget.
func (r *rounds) look() bool {
	order := r.report.inOrder()
	stand := r.report.compareStrategies(order)
	for i, row := range order {
		if stand[i].standing == beaten && row.Cut == "" {
			row.Cut, row.P, row.Ratio = CutByDefeat, stand[i].p, stand[i].ratio
		}
	}
	if r.round == looks[len(looks)-1] || decide(stand) != CannotTell {
		return false
	}
	r.round++ // as if the next had begun, for the number of rounds there are to be
	next := r.rounds()
	r.round--
	fits := true
	for i, row := range order {
		if stand[i].standing != beaten && r.expect(row, next) > r.plan.Budget {
			row.Cut, fits = CutByBudget, false
		}
	}
	if fits { // what can no longer win is done with
		for _, row := range r.report.Strategies {
			if row.Cut == "" && !slices.Contains(order, row) {
				row.Cut = CutByDefeat
			}
		}
	}
	return fits
}

// Needs is what a comparison needs to tell which strategy is the fastest.
type Needs struct {
	Runs          int     `json:"runs"` // of each strategy that may be the fastest, at least
	BudgetSeconds float64 `json:"budget_seconds"`
	Command       string  `json:"command,omitempty"` // that measures so
}

// sayHowToTell adds to the verdict of an undecided job how it can be decided.
func (j *JobReport) sayHowToTell(r *rounds) {
	if !j.undecided() {
		return
	}
	runs, budget := r.runsToTell(), r.plan.Budget
	if runs == 0 {
		j.Verdict += " More inputs, or a quieter machine, would tell."
		return
	}
	for _, name := range j.Contenders {
		budget = max(budget, roundedUp(r.expect(j.strategy(name), runs)))
	}
	j.Needs = &Needs{Runs: runs, BudgetSeconds: budget.Seconds()}
	if j.command == nil {
		j.Verdict += fmt.Sprintf(" More runs would tell: %d of each, within a budget of %v.", runs, budget)
		return
	}
	j.Needs.Command = j.command(budget)
	j.Verdict += fmt.Sprintf(" More runs would tell: %s", j.Needs.Command)
}

// runsToTell is how many runs are needed beyond those that the contenders have, 0 if more are of little use.
func (r *rounds) runsToTell() int {
	least := math.MaxInt
	for _, name := range r.report.Contenders {
		least = min(least, len(r.report.strategy(name).Measurements))
	}
	for _, look := range looks {
		if least < look {
			return look
		}
	}
	return 0
}

// roundedUp is a time that is as long or a little longer, and easier to read.
func roundedUp(t time.Duration) time.Duration {
	t += t / 5 // runs are not all as long
	step := 10 * time.Second
	if t > 10*time.Minute {
		step = time.Minute
	}
	return (t + step - 1) / step * step
}
