package overlap

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// RetryPolicy says which failed attempts are made again, how often and when. It is an option of tasks and of jobs.
//
// The wait before extra attempt n (from 1) is random between 0 and min(Max, Base·2^(n-1)), which is called full
// jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015). An error that has a method RetryAfter()
// (time.Duration, bool) sets the wait itself; it is kept whole, even above Max. A call that waits for its next
// attempt holds no worker; if the job ends meanwhile, the call ends as its last attempt did, with an error that is
// [ErrAttemptsLeft], too. If the predicate or a method of the error panics or ends its goroutine, the call is not
// made again, and its error wraps a *[PanicError] or [ErrGoexit] as well.
type RetryPolicy struct {
	Extra int              // extra attempts: 2 means at most 3 in all
	Base  time.Duration    // 0 means 100 ms
	Max   time.Duration    // longest random wait; 0 means 30 s
	If    func(error) bool // whether a failure is worth an extra attempt; nil means DefaultRetryable

	// Share bounds the extra attempts of all calls of a job together, so that an outage does not multiply what is asked:
	// they are at most 100 and this share of the calls that there are, 0.2 for a fifth. A call that would need one beyond
	// fails with a *[RetryBudgetError]. 0 means no bound.
	Share float64
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
	if p.Extra < 0 || p.Base < 0 || p.Max < 0 || !(p.Share >= 0) {
		panic(fmt.Sprintf("overlap: RetryPolicy: negative values make no sense: Extra %d, Base %v, Max %v, Share %v",
			p.Extra, p.Base, p.Max, p.Share))
	}
}

func (p RetryPolicy) applyToTask(to *policy) { p.check(); to.retry, to.retrySet = p, true }
func (p RetryPolicy) applyToJob(to *options) { p.applyToTask(&to.policy) }

// next reports whether a call whose attempt (from 1) ended so gets another, and after which wait. The error is how
// the call has failed if it gets none: as its attempt did, or because the user's code that was asked panicked or
// ended its goroutine.
func (p *RetryPolicy) next(attempt int, o Outcome, err error, repeats bool) (time.Duration, bool, error) {
	if attempt > p.Extra {
		return 0, false, err
	}
	switch o {
	case WorkerDied:
		if !repeats {
			return 0, false, err
		}
	case Failed, Panicked, TimedOut: // an abandoned attempt still runs: another beside it could do harm
	default:
		return 0, false, err
	}
	var worth, said bool
	var wait time.Duration
	asking := p.If != nil
	broken := guarded(func() {
		if asking {
			worth = p.If(err)
			asking = false
		} else {
			worth = DefaultRetryable(err)
		}
		if worth {
			wait, said = retryAfter(err)
		}
	})
	switch {
	case broken != nil && asking:
		return 0, false, fmt.Errorf("RetryPolicy.If: %w, asked about: %w", broken, err)
	case broken != nil: // a method of err, which is not kept: whoever looked into it would break as well
		return 0, false, fmt.Errorf("asking a %T whether the call is worth another attempt: %w", err, broken)
	case !worth:
		return 0, false, err
	case said:
		return max(0, wait), true, nil
	}
	return randomUpTo(p.ceiling(attempt)), true, nil
}

// retryAfter is the wait that an error asks for itself.
func retryAfter(err error) (time.Duration, bool) {
	said, ok := errors.AsType[interface {
		error
		RetryAfter() (time.Duration, bool)
	}](err)
	if !ok {
		return 0, false
	}
	return said.RetryAfter()
}

// ceiling is the longest random wait after an attempt.
func (p *RetryPolicy) ceiling(attempt int) time.Duration {
	base, most := p.Base, p.Max
	if base == 0 {
		base = 100 * time.Millisecond
	}
	if most == 0 {
		most = 30 * time.Second
	}
	if shift := attempt - 1; shift < 63 && base <= most>>shift { // else base<<shift is more, or overflows
		return base << shift
	}
	return most
}

// randomUpTo is evenly spread from 0 to d.
func randomUpTo(d time.Duration) time.Duration {
	if d == math.MaxInt64 {
		return time.Duration(rand.Int64())
	}
	return rand.N(d + 1)
}

// later is the sum of two times that are not negative, or the latest time there is: 292 years are as good as for ever.
func later(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
