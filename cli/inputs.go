package cli

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"example.com/overlap/source"
)

// inputFlags are about where the inputs of a job come from.
type inputFlags struct{ from []string }

func (f *inputFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.from, "from", nil, "read the inputs from this `file`, one a line; - is standard input; "+
		"given again, the next file's follow")
}

// inputs finds the inputs that the user gave: arguments, files, or standard input when that is no terminal. Those that
// are there already, arguments and the lines of regular files that are not too large, are all checked, so that nothing
// runs if one of them is bad. The end of ctx ends that.
func (p *program) inputs(ctx context.Context, reader inputReader, args, from []string) (*source.Source, error) {
	switch {
	case len(args) > 0 && len(from) > 0:
		return nil, usageErrorf("the inputs are given twice, as arguments and by --from %s: give one of the two", from[0])
	case len(args) > 0:
		in, err := reader.arguments(args)
		if err != nil {
			return nil, p.badArgument(err)
		}
		return in, nil
	case len(from) == 0 && isTerminal(p.stdin):
		return nil, usageErrorf("there are no inputs for task %s: "+
			"give them as arguments, with --from FILE, or through a pipe", reader.name)
	case len(from) == 0:
		from = []string{"-"}
	}
	in, err := source.Open(ctx, source.Lines, p.stdin, from...)
	if err != nil {
		return nil, usageErrorf("%w", err)
	}
	err = in.Check(ctx, reader.check)
	switch {
	case ctx.Err() != nil:
		err = errors.New("interrupted while the inputs were checked: nothing has been run")
		err = &statusError{status: exitInterrupted, err: err}
	case err != nil:
		err = usageErrorf("%w", err)
	case in.Count == 0:
		err = noInputs(in)
	default:
		return in, nil
	}
	_ = in.Close() // it was only read
	return nil, err
}

// badArgument adds the command line that was meant, where an argument is nearly a range.
func (p *program) badArgument(err error) error {
	usage := usageErrorf("%w", err)
	if bad, ok := errors.AsType[*source.ArgumentError](err); ok && bad.Meant != "" {
		return usage.withHint("did you mean: " + p.corrected(bad.Text, bad.Meant))
	}
	return usage
}

func noInputs(in *source.Source) error {
	return usageErrorf("there are no inputs in %s: give one a line", in.Name)
}

// feeds reports whether what is written to a stream would come back as inputs from one of the files: cat refuses that,
// too.
func feeds(files []source.File, stream any) bool {
	to, ok := stream.(*os.File)
	if !ok {
		return false
	}
	into, err := to.Stat()
	if err != nil || !into.Mode().IsRegular() {
		return false
	}
	for _, file := range files {
		if os.SameFile(file.Info, into) {
			return true
		}
	}
	return false
}
