package overlap

import "fmt"

// freeExtra is how many extra attempts a job has, whatever the Share of its RetryPolicy.
const freeExtra = 100

// RetryBudgetError is of a call that got no further attempt since those of its job were used up ([RetryPolicy].Share).
// It wraps what the last attempt failed with.
type RetryBudgetError struct {
	Extra int // how many extra attempts the job had made
	Calls int // how many calls it had
	Err   error
}

func (e *RetryBudgetError) Error() string {
	return fmt.Sprintf("%s; not tried again: %d extra attempts at %d calls are as many as may be",
		textOf(e.Err), e.Extra, e.Calls)
}

// Unwrap returns Err.
func (e *RetryBudgetError) Unwrap() error { return e.Err }

// takeExtra takes an extra attempt from the job's budget. err is how the call's attempt ended, and the error that is
// returned how the call has, if there is none left.
func (j *Job) takeExtra(p *RetryPolicy, err error) (bool, error) {
	if p.Share == 0 {
		return true, nil
	}
	calls := j.callSet.known()
	if made := j.extra.Add(1); float64(made) > freeExtra+p.Share*float64(calls) {
		j.extra.Add(-1)
		return false, &RetryBudgetError{Extra: int(made - 1), Calls: calls, Err: err}
	}
	return true, nil
}
