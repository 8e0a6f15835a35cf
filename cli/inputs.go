package cli

import (
	"iter"
	"os"
	"slices"
	"strings"

	"example.com/overlap"
)

// inputs are those of a job.
type inputs struct {
	count int64         // -1 when it is not known before they have been read
	name  string        // where they come from, for messages
	from  []inputFile   // those among them that are files
	close func()        // may be called twice
	stop  chan struct{} // closed when no more are to be given
	each  giving
	raw   []byte // what the last one was given as, if that is not UTF-8
}

// inputFile is one that inputs come from.
type inputFile struct {
	name string
	info os.FileInfo
}

// giving hands over inputs, an error as the last. It reports whether there may be more after these.
type giving func(yield func(any, error) bool) bool

// parsing makes an input of a text, see parser.
type parsing func(text string) (any, error)

const fromHelp = "read the inputs from this `file`, one a line; - is standard input; given again, " +
	"the next file's follow"

// seq gives the inputs until stop is closed. An error is the last that it gives.
func (in *inputs) seq() iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		in.each(func(value any, err error) bool {
			select {
			case <-in.stop:
				return false
			default:
				return yield(value, err)
			}
		})
	}
}

// inputs finds the inputs that the user gave: arguments, files, or standard input when that is no terminal. Those that
// are there already, arguments and the lines of regular files, are all checked, so that nothing runs if one of them is
// bad. stop ends that.
func (p *program) inputs(
	task overlap.AnyTask, parse parsing, args, from []string, stop chan struct{},
) (*inputs, error) {
	switch {
	case len(args) > 0 && len(from) > 0:
		return nil, usageErrorf("the inputs are given twice, as arguments and by --from %s: give one of the two", from[0])
	case len(args) > 0:
		return p.arguments(task, parse, args, stop)
	case len(from) == 0 && isTerminal(p.stdin):
		return nil, usageErrorf("there are no inputs for task %s: "+
			"give them as arguments, with --from FILE, or through a pipe", task.Name())
	case len(from) == 0:
		from = []string{"-"}
	}
	in := &inputs{stop: stop}
	var opened []*os.File
	in.close = func() {
		for _, file := range opened {
			_ = file.Close() // it was only read
		}
	}
	err := p.sources(in, parse, from, &opened)
	if err != nil {
		in.close()
	}
	return in, err
}

// arguments are inputs from the command line.
func (p *program) arguments(
	task overlap.AnyTask, parse parsing, args []string, stop chan struct{},
) (*inputs, error) {
	given, err := p.parseArguments(task, parse, args)
	if err != nil {
		return nil, err
	}
	in := &inputs{name: "the arguments", close: func() {}, stop: stop}
	for _, g := range given {
		if in.count += g.count(); in.count < 0 {
			return nil, usageErrorf("the ranges have more numbers than can be counted")
		}
	}
	in.each = func(yield func(any, error) bool) bool {
		for _, g := range given {
			in.raw = g.raw
			for value := range g.values() {
				if !yield(value, nil) {
					return false
				}
			}
		}
		return true
	}
	return in, nil
}

// sources opens the files that the user named, and has their inputs follow one another.
func (p *program) sources(in *inputs, parse parsing, names []string, opened *[]*os.File) error {
	var all []giving
	var shown []string
	known := true
	for _, name := range names {
		r, called := p.stdin, "standard input"
		if name == "-" && slices.Contains(shown, called) {
			return usageErrorf("standard input is given twice, and can be read once: leave one --from - out")
		}
		if name != "-" {
			file, err := os.Open(name)
			if err != nil {
				return usageErrorf("cannot read the inputs: %w", err)
			}
			*opened = append(*opened, file)
			r, called = file, name
		}
		if file, ok := r.(*os.File); ok {
			if info, err := file.Stat(); err == nil {
				in.from = append(in.from, inputFile{called, info})
			}
		}
		each, count, err := in.source(r, called, parse)
		if err != nil {
			return err
		}
		in.count += count
		known = known && count >= 0
		all, shown = append(all, each), append(shown, called)
	}
	in.name = strings.Join(shown, ", ")
	switch {
	case !known:
		in.count = -1
	case in.count == 0:
		return in.none()
	}
	in.each = func(yield func(any, error) bool) bool {
		for _, each := range all {
			if !each(yield) {
				return false
			}
		}
		return true
	}
	return nil
}
