package cli

import (
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/internal/timespan"
)

// attemptFlags are about the attempts at a call.
type attemptFlags struct {
	timeout           timeoutFlag
	grace, retryDelay time.Duration
	retries           int
	retryShare        float64 // as in RetryPolicy
	retryIf           func(error) bool
}

// mostRetryDelay is the longest wait before an extra attempt, unless --retry-delay is longer.
const mostRetryDelay = 30 * time.Second

func (f *attemptFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.Var(&f.timeout, "timeout", "stop an attempt after this long; 200% is twice the median of the attempts that "+
		"succeeded, once 5 have")
	timespan.Var(set, &f.grace, "grace", time.Second,
		"give up an attempt that is still running this long after its timeout")
	set.IntVar(&f.retries, "retries", 0, "make up to this many extra attempts at a call that fails, or whose worker "+
		"died if its task is idempotent: 3 means 4 attempts in all")
	timespan.Var(set, &f.retryDelay, "retry-delay", 100*time.Millisecond, "wait up to this long before the first extra "+
		"attempt, and up to twice as long as that before each further one; the time is random; 0 for no wait")
}

// options are those of the job, or an error about flags that make no sense. given reports whether a flag was.
func (f attemptFlags) options(given func(flag string) bool) ([]overlap.Option, error) {
	switch {
	case tooMany("--retries", f.retries) != nil:
		return nil, tooMany("--retries", f.retries)
	case f.timeout.check() != nil:
		return nil, f.timeout.check()
	case f.grace < 0:
		return nil, usageErrorf("--grace %v makes no sense: give 0 or a positive time", f.grace)
	case given("retry-delay") && f.retries == 0:
		return nil, usageErrorf("--retry-delay is about extra attempts, and there are none: add --retries N")
	case f.retryDelay < 0:
		return nil, usageErrorf("--retry-delay %v makes no sense: give a time such as 2 for two seconds, or 0 for no wait",
			f.retryDelay)
	case f.retries < 0:
		return nil, usageErrorf("--retries %d makes no sense: give the number of extra attempts", f.retries)
	}
	var options []overlap.Option
	if timeout := f.timeout.option(); timeout != nil {
		options = append(options, timeout)
	}
	if given("grace") {
		options = append(options, overlap.Grace(f.grace))
	}
	if given("retries") {
		base, most := f.retryDelay, max(mostRetryDelay, f.retryDelay)
		if base == 0 { // which a RetryPolicy takes for its own
			base, most = 1, 1
		}
		options = append(options, overlap.RetryPolicy{
			Extra: times(f.retries, 1), Base: base, Max: most,
			Share: f.retryShare, If: f.retryIf,
		})
	}
	return options, nil
}
