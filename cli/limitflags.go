package cli

import (
	"github.com/spf13/cobra"

	"example.com/overlap"
)

// limitFlags are about what keeps calls from starting, and what ends a job early.
type limitFlags struct {
	halt haltFlag
}

func (f *limitFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.Var(&f.halt, "halt", "end the job early, by a `policy` such as now,fail=1 or soon,success=10%: now cancels the "+
		"calls that run, soon lets them end; fail, success or done is which calls count, N or N% how many it takes")
}

// options are those of the job of so many calls, negative where that is not known.
func (f *limitFlags) options(calls int64) []overlap.Option {
	var options []overlap.Option
	if policy, ok := f.halt.policy(calls); ok {
		options = append(options, policy)
	}
	return options
}
