package cli

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"example.com/overlap"
)

// inputs are those of a job.
type inputs struct {
	count int64         // -1 when it is not known before they have been read
	name  string        // where they come from, for messages
	file  *os.File      // that they come from, or nil
	close func()        // may be called twice
	stop  chan struct{} // closed when no more are to be given
	each  func(yield func(any, error) bool)
}

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

// inputs finds the inputs that the user gave: arguments, a file, or standard input when that is no terminal. Those that
// are there already, arguments and the lines of a regular file, are all checked, so that nothing runs if one of them is
// bad. interrupted ends that.
func (p *program) inputs(task overlap.AnyTask, args []string, from string, stop chan struct{}) (*inputs, error) {
	switch {
	case len(args) > 0 && from != "":
		return nil, usageErrorf("the inputs are given twice, as arguments and by --from %s: give one of the two", from)
	case len(args) > 0:
		return p.arguments(task, args, stop)
	case from != "" && from != "-":
		file, err := os.Open(from)
		if err != nil {
			return nil, usageErrorf("cannot read the inputs: %w", err)
		}
		return p.stream(task, file, from, stop)
	case from == "-" || !isTerminal(p.stdin):
		return p.stream(task, p.stdin, "standard input", stop)
	}
	return nil, usageErrorf("there are no inputs for task %s: give them as arguments, with --from FILE, or through a pipe",
		task.Name())
}

// arguments are inputs from the command line.
func (p *program) arguments(task overlap.AnyTask, args []string, stop chan struct{}) (*inputs, error) {
	given, err := p.parseArguments(task, args)
	if err != nil {
		return nil, err
	}
	in := &inputs{name: "the arguments", close: func() {}, stop: stop}
	for _, g := range given {
		if in.count += g.count(); in.count < 0 {
			return nil, usageErrorf("the ranges have more numbers than can be counted")
		}
	}
	in.each = func(yield func(any, error) bool) {
		for _, g := range given {
			for value := range g.values() {
				if !yield(value, nil) {
					return
				}
			}
		}
	}
	return in, nil
}

// stream are inputs from the lines of a file or a pipe.
func (p *program) stream(task overlap.AnyTask, r io.Reader, name string, stop chan struct{}) (*inputs, error) {
	in := &inputs{count: -1, name: name, close: func() {}, stop: stop}
	parse := parser(task)
	each := func(r io.Reader) func(yield func(any, error) bool) {
		return func(yield func(any, error) bool) {
			for l, err := range lines(r, name) {
				var value any
				if err == nil {
					if value, err = parse(l.text); err != nil {
						err = fmt.Errorf("%s:%d: %w", name, l.number, err)
					}
				}
				if errors.Is(err, errStopped) {
					return
				}
				if !yield(value, err) || err != nil {
					return
				}
			}
		}
	}
	if file, ok := r.(*os.File); ok {
		in.file = file
		in.close = func() {
			if file != p.stdin {
				_ = file.Close() // it was only read
			}
		}
		if start, ok := rewindable(file); ok {
			in.each = each(file)
			if err := in.check(); err != nil {
				in.close()
				return nil, err
			}
			if _, err := file.Seek(start, io.SeekStart); err != nil {
				in.close()
				return nil, usageErrorf("cannot read %s a second time: %w", name, err)
			}
			return in, nil
		}
	}
	in.each = func(yield func(any, error) bool) {
		r := newStoppable(r, stop)
		defer r.Close()
		each(r)(yield)
	}
	return in, nil
}

// rewindable reports whether the file is one that can be read twice, and from where.
func rewindable(file *os.File) (start int64, ok bool) {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	start, err = file.Seek(0, io.SeekCurrent)
	return start, err == nil
}

// check reads all inputs once, and counts them.
func (in *inputs) check() error {
	in.count = 0
	for _, err := range in.seq() {
		if err != nil {
			return usageErrorf("%w", err)
		}
		in.count++
	}
	select {
	case <-in.stop:
		err := errors.New("interrupted while the inputs were checked: nothing has been run")
		return &statusError{status: exitInterrupted, err: err}
	default:
	}
	if in.count == 0 {
		return in.none()
	}
	return nil
}

func (in *inputs) none() error {
	return usageErrorf("there are no inputs in %s: give one a line", in.name)
}
