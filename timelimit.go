package overlap

import (
	"context"
	"fmt"
	"time"
)

// TimeLimit bounds a whole job, from its start: the call of [Map] or [NewGroup], or the begin of the loop over a
// [Stream]. When d is over, the contexts of the calls that run end, nothing begins any more, and the job's error, as
// of a cancel, is a *[TimeLimitError]. A call that does not come back within its [Grace] then is abandoned, as after a
// [Timeout]; under [Sync], which cannot abandon a call, it is waited for. TimeLimit panics when d is not positive.
func TimeLimit(d time.Duration) Option {
	if d <= 0 {
		panic(fmt.Sprintf("overlap: TimeLimit: must be positive, got %v", d))
	}
	return jobOption(func(o *options) { o.timeLimit = d })
}

// TimeLimitError says that a job's [TimeLimit] was over before its calls had ended. It is context.DeadlineExceeded too.
type TimeLimitError struct{ Limit time.Duration }

func (e *TimeLimitError) Error() string {
	return fmt.Sprintf("the job's time limit of %v was over", e.Limit)
}

// Unwrap returns context.DeadlineExceeded.
func (e *TimeLimitError) Unwrap() error { return context.DeadlineExceeded }

// followTimeLimit stops the job when its time is over, until the returned function is called.
func (j *Job) followTimeLimit() (unfollow func()) {
	if j.options.timeLimit == 0 {
		return func() {}
	}
	timer := time.AfterFunc(j.options.timeLimit, func() { j.stop(&TimeLimitError{j.options.timeLimit}) })
	return func() { timer.Stop() }
}

// timeLeft is how long the job may still take, if that is limited.
func (j *Job) timeLeft() (left time.Duration, limited bool) {
	if j.options.timeLimit == 0 {
		return 0, false
	}
	return max(0, j.options.timeLimit-j.now()), true
}

// outlasted is the error of a call that outlasts the job's time limit and its own grace.
func (j *Job) outlasted(p *policy) error {
	return fmt.Errorf("did not come back within its grace of %v, and was abandoned: %w",
		p.grace, &TimeLimitError{j.options.timeLimit})
}

// endedByOption is what stopped the job by itself, a halt, the end of its time or its executor, or nil.
func (j *Job) endedByOption() error {
	if !j.stopped.Load() {
		return nil
	}
	switch cause := j.stopCause.(type) {
	case *HaltError, *TimeLimitError, *refusedLater:
		return cause
	}
	return nil
}
