package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"example.com/overlap/source"
)

// inputs finds the inputs that the user gave: arguments, lists, files, or standard input when that is no terminal.
// Those that are there already, arguments and the lines of regular files that are not too large, are all checked, so
// that nothing runs if one of them is bad. The end of ctx ends that. workers is how many there are for chunks.
func (p *program) inputs(
	ctx context.Context, reader inputReader, args []string, f *inputFlags, workers int,
) (*source.Source, error) {
	in, err := p.items(ctx, reader, args, f, workers)
	if err != nil {
		return nil, err
	}
	if err = checkInputs(ctx, in, reader.check); err == nil {
		in, err = f.shuffled(ctx, in)
	}
	if err != nil {
		_ = in.Close() // it was only read
		return nil, err
	}
	return in, nil
}

// checkInputs reads the inputs that are there already, and says what is wrong with the first that is bad.
func checkInputs(ctx context.Context, in *source.Source, parse func(source.Item) (any, error)) error {
	err := in.Check(ctx, parse)
	switch {
	case ctx.Err() != nil:
		err = errors.New("interrupted while the inputs were checked: nothing has been run")
		return &statusError{status: exitInterrupted, err: err}
	case err != nil:
		return badInput("%w", err)
	case in.Count == 0:
		return noInputs(in)
	}
	return nil
}

// badInput is an error about one of the inputs, with what the user can do about it.
func badInput(format string, err error) *statusError {
	usage := usageErrorf(format, err)
	if _, ok := errors.AsType[*source.TooLongError](err); ok {
		return usage.withHint("--max-line SIZE allows longer lines")
	}
	return usage
}

// items opens the source of the inputs that the user gave, of which none but arguments is looked at.
func (p *program) items(
	ctx context.Context, reader inputReader, args []string, f *inputFlags, workers int,
) (*source.Source, error) {
	if err := f.check(p.lists); err != nil {
		return nil, err
	}
	switch read := append(slices.Clone(f.from), f.glob...); {
	case f.pipe && len(args) > 0:
		return nil, usageErrorf("the inputs are given twice, as arguments and by --pipe: give one of the two")
	case f.pipe:
		return p.pieces(ctx, f)
	case len(args) > 0 && len(read) > 0:
		return nil, usageErrorf("the inputs are given twice, as arguments and by %s: give one of the two", f.fromFlag())
	case len(args) > 0 && len(p.lists) > 0:
		return nil, usageErrorf("%s comes after other inputs: write ::: before %s as well, to combine the two",
			p.lists[0], args[0])
	case len(args) > 0:
		return p.arguments(reader, args, f)
	case len(p.lists) > 0:
		return p.combined(ctx, reader, f)
	case len(read) == 0 && isTerminal(p.stdin):
		return nil, usageErrorf("there are no inputs for task %s: "+
			"give them as arguments, with --from FILE, or through a pipe", reader.name)
	case f.chunk != chunkSize{}:
		return p.chunks(f, workers)
	}
	return p.files(ctx, f)
}

// fromFlag is the flag that says where inputs are read, with its first value.
func (f *inputFlags) fromFlag() string {
	if len(f.from) > 0 {
		return "--from " + f.from[0]
	}
	return "--glob " + f.glob[0]
}

// arguments are inputs that the command line has.
func (p *program) arguments(reader inputReader, args []string, f *inputFlags) (*source.Source, error) {
	split, err := f.split()
	switch {
	case err != nil:
		return nil, err
	case f.csv:
		return f.rows("the arguments", args)
	case split != nil:
		return f.columns(source.Texts("the arguments", args...), split), nil
	}
	in, err := reader.arguments(args)
	if err != nil {
		return nil, p.badArgument(err)
	}
	return in, nil
}

// columns divides texts into columns, where the user asked for that.
func (f *inputFlags) columns(texts *source.Source, split func(string) []string) *source.Source {
	if split == nil {
		return texts
	}
	items := texts.Items
	texts.Items = func(yield func(source.Item, error) bool) {
		for item, err := range items {
			if err == nil {
				item.Value = source.Row{Fields: split(item.Text)}
			}
			if !yield(item, err) {
				return
			}
		}
	}
	return texts
}

// rows are the rows of CSV that texts are: each is one, or several where it has line ends, as GNU parallel reads them.
func (f *inputFlags) rows(name string, texts []string) (*source.Source, error) {
	format, err := f.format()
	if err != nil {
		return nil, err
	}
	rows := source.Texts(name, texts...)
	rows.Items = func(yield func(source.Item, error) bool) {
		format(strings.NewReader(strings.Join(texts, "\n")), "arguments")(yield)
	}
	rows.Count = 0
	for range rows.Items {
		rows.Count++
	}
	return rows, nil
}

// badArgument adds the command line that was meant, where an argument is nearly a range.
func (p *program) badArgument(err error) error {
	usage := usageErrorf("%w", err)
	if bad, ok := errors.AsType[*source.ArgumentError](err); ok && bad.Meant != "" {
		return usage.withHint("did you mean: " + p.corrected(bad.Text, bad.Meant))
	}
	return usage
}

// errNoInputs is what is wrong where there are none.
var errNoInputs = errors.New("give one a line")

func noInputs(in *source.Source) error {
	return usageErrorf("there are no inputs in %s: %w", in.Name, errNoInputs)
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
