package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// source gives the inputs in the lines of a file or a pipe, and how many there are; -1 when that is not known.
func (in *inputs) source(r io.Reader, name string, parse parsing) (each giving, count int64, err error) {
	if file, ok := r.(*os.File); ok {
		if start, ok := rewindable(file); ok {
			each := in.parsed(file, name, parse)
			if count, err = in.check(each); err != nil {
				return nil, 0, err
			}
			if _, err := file.Seek(start, io.SeekStart); err != nil {
				return nil, 0, usageErrorf("cannot read %s a second time: %w", name, withoutPath(err))
			}
			return each, count, nil
		}
	}
	return func(yield func(any, error) bool) bool {
		r := newStoppable(r, in.stop)
		defer r.Close()
		return in.parsed(r, name, parse)(yield)
	}, -1, nil
}

// parsed gives the inputs in the lines of a reader.
func (in *inputs) parsed(r io.Reader, name string, parse parsing) giving {
	return func(yield func(any, error) bool) bool {
		for l, err := range lines(r, name) {
			var value any
			in.raw = nil
			if err == nil {
				in.raw = rawText(l.text)
				if value, err = parse(l.text); err != nil {
					err = fmt.Errorf("%s:%d: %w", name, l.number, err)
				}
			}
			if errors.Is(err, errStopped) || !yield(value, err) || err != nil {
				return false
			}
		}
		return true
	}
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
func (in *inputs) check(each giving) (count int64, err error) {
	each(func(_ any, bad error) bool {
		select {
		case <-in.stop:
			return false
		default:
		}
		if bad != nil {
			err = usageErrorf("%w", bad)
			return false
		}
		count++
		return true
	})
	select {
	case <-in.stop:
		err = errors.New("interrupted while the inputs were checked: nothing has been run")
		return 0, &statusError{status: exitInterrupted, err: err}
	default:
		return count, err
	}
}

func (in *inputs) none() error {
	return usageErrorf("there are no inputs in %s: give one a line", in.name)
}

// feeds reports whether what is written to a stream would come back as inputs: cat refuses that, too.
func (in *inputs) feeds(stream any) bool {
	to, ok := stream.(*os.File)
	if !ok {
		return false
	}
	into, err := to.Stat()
	if err != nil || !into.Mode().IsRegular() {
		return false
	}
	for _, file := range in.from {
		if os.SameFile(file.info, into) {
			return true
		}
	}
	return false
}
