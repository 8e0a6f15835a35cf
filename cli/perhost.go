package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/internal/timespan"
	"example.com/overlap/tasks/fetch"
)

// perHostFlags are what the requests to each host are held to.
type perHostFlags struct {
	atOnce        int
	rate          rateFlag
	maxRetryAfter time.Duration
	maxDown       time.Duration
	retryBudget   int // in percent
}

// usualPerHost is how many requests are made to one host at once that is not this machine, where neither --per-host nor
// -j says how many.
const usualPerHost = 8

func (f *perHostFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.IntVar(&f.atOnce, "per-host", 0, "make at most this `number` of requests to one host and port at once, while "+
		"others go to other hosts (default 8, but for hosts that are this machine and where -j is given)")
	set.Var(&f.rate, "per-host-rate", "begin at most so many requests to one host and port in a time, evenly, retries "+
		"included: 100/s, 5/m, 1/2s")
	timespan.Var(set, &f.maxRetryAfter, "max-retry-after", 5*time.Minute, "wait for a host that answers 429 or 503 for as long "+
		"as its Retry-After says, if that is no more than this; else its requests fail and say when to come back")
	timespan.Var(set, &f.maxDown, "max-down", 5*time.Minute, "have requests to a host that cannot be reached, or refuses all, wait "+
		"for so long, and one after another try it; then they fail")
	set.IntVar(&f.retryBudget, "retry-budget", 20, "make at most 100 extra attempts and this `percentage` of the calls, all "+
		"together; beyond that calls fail instead, so that an outage does not multiply the requests")
}

// check refuses what makes no sense. given reports whether a flag was.
func (f *perHostFlags) check(given func(flag string) bool) error {
	switch {
	case given("per-host") && f.atOnce < 1:
		return usageErrorf("--per-host %d makes no sense: give at least 1", f.atOnce)
	case tooMany("--per-host", f.atOnce) != nil:
		return tooMany("--per-host", f.atOnce)
	case f.retryBudget < 0:
		return usageErrorf("--retry-budget %d makes no sense: give a percentage, 0 or more", f.retryBudget)
	case f.maxRetryAfter <= 0:
		return usageErrorf("--max-retry-after %v makes no sense: give a positive time, such as 5m", f.maxRetryAfter)
	case f.maxDown <= 0:
		return usageErrorf("--max-down %v makes no sense: give a positive time, such as 5m", f.maxDown)
	}
	return nil
}

// retryShare is the budget as a RetryPolicy has it.
func (f *perHostFlags) retryShare() float64 { return max(float64(f.retryBudget)/100, 1e-9) }

// isWorthRetrying is whether a failed request is made again for --retries. One whose server asks for more patience than
// --max-retry-after is not, whatever its status: the wait would have no end that anybody has agreed to.
func (f *perHostFlags) isWorthRetrying(err error) bool {
	type patient interface {
		error
		RetryAfter() (time.Duration, bool)
	}
	if asks, ok := errors.AsType[patient](err); ok {
		if after, said := asks.RetryAfter(); said && after > f.maxRetryAfter {
			return false
		}
	}
	return overlap.DefaultRetryable(err)
}

// limits are those of the job. usual is whether the usual number at once to a host holds.
func (f *perHostFlags) limits(usual bool, tell func(fetch.HostNews)) *overlap.KeyLimits {
	polite := fetch.Politeness{MaxRetryAfter: f.maxRetryAfter, MaxDown: f.maxDown, Tell: tell}
	if usual {
		polite.AtOnce = usualPerHost
	}
	limits := []overlap.KeyLimit{fetch.Polite(polite)}
	if f.atOnce > 0 {
		limits = append(limits, overlap.AtOnce(times(f.atOnce, 1)))
	}
	if f.rate.n > 0 {
		limits = append(limits, overlap.Rate(f.rate.n, f.rate.per))
	}
	return overlap.PerKey(func(in any) string {
		r, _ := in.(fetch.Request)
		return r.HostKey()
	}, limits...)
}
