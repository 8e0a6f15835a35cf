package overlap

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// RetryPolicy says which failed attempts are made again, how often and when. It is an option of tasks and of jobs.
//
// The wait before extra attempt n (from 1) is random between 0 and min(Max, Base·2^(n-1)), which is called full jitter
// (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015). An error that has a method
// RetryAfter() (time.Duration, bool) sets the wait itself; it is kept whole, even above Max. A call that waits for its
// next attempt holds no worker.
type RetryPolicy struct {
	Extra int              // extra attempts: 2 means at most 3 in all
	Base  time.Duration    // 0 means 100 ms
	Max   time.Duration    // longest random wait; 0 means 30 s
	If    func(error) bool // whether a failure is worth an extra attempt; nil means DefaultRetryable
}

// Retry is a [RetryPolicy] of at most extra attempts more, with its defaults. It panics when extra is negative.
func Retry(extra int) RetryPolicy { return RetryPolicy{Extra: extra} }

// DefaultRetryable is the predicate of a [RetryPolicy] that names none: every failure and timeout, but not a panic, not
// a call that ended its goroutine, and not an error with a method Retryable() bool that says false.
func DefaultRetryable(err error) bool {
	if said, ok := errors.AsType[interface {
		error
		Retryable() bool
	}](err); ok {
		return said.Retryable()
	}
	if _, ok := errors.AsType[*PanicError](err); ok {
		return false
	}
	return !errors.Is(err, ErrGoexit)
}

func (p RetryPolicy) check() {
	if p.Extra < 0 || p.Base < 0 || p.Max < 0 {
		panic(fmt.Sprintf("overlap: RetryPolicy: negative values make no sense: Extra %d, Base %v, Max %v", p.Extra, p.Base, p.Max))
	}
}

func (p RetryPolicy) applyToTask(to *policy) { p.check(); to.retry, to.retrySet = p, true }
func (p RetryPolicy) applyToJob(to *options) { p.applyToTask(&to.policy) }

// again reports whether a call whose attempt (from 1) ended so gets another, and after which wait.
func (p *RetryPolicy) again(attempt int, o Outcome, err error, repeats bool) (time.Duration, bool) {
	if attempt > p.Extra {
		return 0, false
	}
	switch o {
	case WorkerDied:
		if !repeats {
			return 0, false
		}
	case Failed, Panicked, TimedOut: // an abandoned attempt still runs: another beside it could do harm
	default:
		return 0, false
	}
	if p.If != nil && !p.If(err) || p.If == nil && !DefaultRetryable(err) {
		return 0, false
	}
	if said, ok := errors.AsType[interface {
		error
		RetryAfter() (time.Duration, bool)
	}](err); ok {
		if wait, ok := said.RetryAfter(); ok {
			return max(0, wait), true
		}
	}
	base, most := p.Base, p.Max
	if base == 0 {
		base = 100 * time.Millisecond
	}
	if most == 0 {
		most = 30 * time.Second
	}
	ceiling := most
	if shift := attempt - 1; shift < 40 && base<<shift > 0 && base<<shift < most {
		ceiling = base << shift
	}
	return rand.N(ceiling + 1), true
}
