package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// showFlags are about what is told while a job runs, and at its end.
type showFlags struct {
	progress, bar, eta, quiet, verbose, dryRun bool
	ui                                         string // the address of the page; "" for none
}

func (f *showFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.BoolVar(&f.progress, "progress", false, "tell where the job stands, each second, also where a line cannot be "+
		"drawn anew: in a file, or on the terminal that the results go to")
	set.BoolVar(&f.bar, "bar", false, "the same as --progress")
	set.BoolVar(&f.eta, "eta", false, "the same as --progress")
	set.BoolVar(&f.quiet, "quiet", false, "tell neither where the job stands nor how it went; failures are told")
	set.BoolVar(&f.verbose, "verbose", false, "tell each step of --on auto: how many calls may run at once from then on, and why")
	addUI(set, &f.ui, "job")
	set.BoolVar(&f.dryRun, "dry-run", false, "run nothing, and print what would run: a command line, or an "+
		"input, for each call")
}

// addUI adds the flag by which what runs is shown.
func addUI(set *pflag.FlagSet, address *string, what string) {
	set.StringVar(address, "ui", "", "show the "+what+" while it runs on a page for a browser on this machine, whose address "+
		"is told; --ui=127.0.0.1:7000 serves it at this `address`")
	set.Lookup("ui").NoOptDefVal = "127.0.0.1:0"
}

// check refuses flags that contradict each other. auto is whether calls run under that strategy.
func (f *showFlags) check(auto bool) error {
	if f.verbose && !auto {
		return usageErrorf("--verbose tells what --on auto does: leave it out, or -j and --on")
	}
	if f.quiet && f.verbose {
		return usageErrorf("--quiet and --verbose exclude each other: give one of the two")
	}
	if f.quiet && f.told() {
		return usageErrorf("--quiet and --progress exclude each other: give one of the two")
	}
	return nil
}

// told reports whether the user wants to be told where the job stands.
func (f *showFlags) told() bool { return f.progress || f.bar || f.eta }
