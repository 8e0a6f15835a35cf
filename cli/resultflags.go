package cli

import (
	"github.com/spf13/cobra"

	"example.com/overlap/durable"
)

// resultFlags are about where results go, in which order, and what becomes of those that are there.
type resultFlags struct {
	output    string
	jobLog    string
	trace     string
	keepOrder bool
	key       string

	resume, fresh, retryFailed, atMostOnce bool

	isKept bool                   // in a file that is replaced when the job is over
	given  func(flag string) bool // whether the user did
}

func (f *resultFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	f.given = set.Changed
	set.BoolVarP(&f.keepOrder, "keep-order", "k", false, "write the results in the order of the inputs")
	set.StringVarP(&f.output, "output", "o", "", "write the results to this `file` instead of standard output, and go on "+
		"where a run that did not finish has stopped")
	set.BoolVar(&f.resume, "resume", false, "make only the calls of inputs that have no result in FILE yet, or in what an "+
		"unfinished run has left: those that are new or changed")
	set.BoolVar(&f.fresh, "fresh", false, "throw away what an unfinished run has left")
	set.BoolVar(&f.retryFailed, "retry-failed", false, "make the calls again that failed, and keep the other results")
	set.StringVar(&f.key, "key", "", "two inputs are the same when this `field` of them is, instead of all of them")
	set.BoolVar(&f.atMostOnce, "at-most-once", false, "note each call before it starts; one that was cut off then is a "+
		"failure (\"it may have run\") instead of being made again")
	set.StringVar(&f.jobLog, "joblog", "", "write a line for each call that ended to this `file`, as GNU parallel does; "+
		"+FILE appends to it, and so does a run that goes on from what an earlier one left")
	set.StringVar(&f.trace, "export-trace", "", "write when each call ran, and on which worker, to this `file`, as trace "+
		"events, which ui.perfetto.dev shows")
}

// check refuses flags that contradict each other.
func (f *resultFlags) check() error {
	if f.given("output") && f.output == "" {
		return usageErrorf("-o '' names no file: give one, or - for standard output")
	}
	for _, flag := range []string{"resume", "fresh", "retry-failed", "key", "at-most-once"} {
		switch {
		case !f.given(flag) || f.isKept:
		case f.output == "":
			return usageErrorf("--%s is about results in a file: give -o FILE as well", flag)
		default:
			return usageErrorf("--%s is about results in a file, and %s is none: give -o another one", flag, f.output)
		}
	}
	if f.fresh && (f.resume || f.retryFailed) {
		return usageErrorf("--fresh throws away the results that --resume and --retry-failed keep: give one of them")
	}
	return nil
}

// waits reports whether results wait for their turn.
func (f *resultFlags) waits() bool { return f.keepOrder && !f.isKept }

// file is what the flags say of the file.
func (f *resultFlags) file() durable.File {
	return durable.File{
		Name: f.output, Ordered: f.keepOrder, KeyField: f.key,
		Resume: f.resume, Fresh: f.fresh, RetryFailed: f.retryFailed, AtMostOnce: f.atMostOnce,
	}
}
