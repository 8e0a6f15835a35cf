package cli

import "github.com/spf13/cobra"

// resultFlags are about where results go, and in which order.
type resultFlags struct {
	output    string
	jobLog    string
	keepOrder bool
}

func (f *resultFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.BoolVarP(&f.keepOrder, "keep-order", "k", false, "write the results in the order of the inputs")
	set.StringVarP(&f.output, "output", "o", "", "write the results to this `file` instead of standard output")
	set.StringVar(&f.jobLog, "joblog", "", "write a line for each call that ended to this `file`, as GNU parallel does; "+
		"+FILE appends to it")
}
