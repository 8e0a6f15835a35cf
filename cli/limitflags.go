package cli

import (
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/internal/timespan"
)

// limitFlags are about what keeps calls from starting, and what ends a job early.
type limitFlags struct {
	halt  haltFlag
	rate  rateFlag
	delay time.Duration

	load       loadLimit
	memoryFree byteSize
}

func (f *limitFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.Var(&f.halt, "halt", "end the job early, by a `policy` such as now,fail=1 or soon,success=10%: now cancels the "+
		"calls that run, soon lets them end; fail, success or done is which calls count, N or N% how many it takes")
	set.Var(&f.rate, "rate", "start at most so many calls in a time, evenly, retries included: 100/s, 5/m, 1/2s")
	timespan.Var(set, &f.delay, "delay", 0, "let at least this long pass between the starts of two calls")
	set.Var(&f.load, "load", "begin no call while more threads than this `number` run or wait for a processor on this "+
		"machine, which is looked at each second: N, or N% of the cores; Linux only")
	set.Var(&f.memoryFree, "memfree", "begin no call while less memory than this `size` is free, such as 1GiB; Linux only")
}

// check refuses values that make no sense.
func (f *limitFlags) check() error {
	if f.delay < 0 {
		return usageErrorf("--delay %v makes no sense: give a positive time, such as 2 for two seconds", f.delay)
	}
	return nil
}

// options are those of the job of so many calls, negative where that is not known.
func (f *limitFlags) options(calls int64) []overlap.Option {
	var options []overlap.Option
	if policy, ok := f.halt.policy(calls); ok {
		options = append(options, policy)
	}
	if limit := f.rate.limit(); limit != nil {
		options = append(options, limit)
	}
	if f.delay > 0 {
		options = append(options, overlap.Spacing(f.delay))
	}
	return options
}
