package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
)

// Format gives the items in what a reader gives, as [Lines] does. An error is the last that it gives; from is what is
// read, for messages and for the items' From.
type Format func(r io.Reader, from string) iter.Seq2[Item, error]

// File is a file that items are read from.
type File struct {
	Name string // as the user gave it, or "standard input"
	Info os.FileInfo
}

const standardInput = "standard input"

// Open opens files whose items follow one another, each in the given format; "-" is stdin, which may be there once and
// need not be a file. A file that cannot be opened is an error now.
//
// When ctx ends, so do the items, with the cause as their error. The goroutine of a read that is waiting then, for what
// comes through a pipe or from a terminal, is left behind, since nothing can interrupt it: it ends when the read does.
func Open(ctx context.Context, format Format, stdin io.Reader, names ...string) (*Source, error) {
	var parts []*Source
	var failure error
	stdinGiven := false
	for _, name := range names {
		switch {
		case name != "-":
			file, err := os.Open(name)
			if err != nil {
				failure = fmt.Errorf("cannot read the inputs: %w", err)
				break
			}
			part := read(ctx, format, file, name)
			part.closer = file
			parts = append(parts, part)
		case stdinGiven:
			failure = errors.New("standard input is given twice, and can be read once: leave one - out")
		default:
			stdinGiven = true
			parts = append(parts, read(ctx, format, stdin, standardInput))
		}
		if failure != nil {
			_ = Join(parts...).Close() // they were only read
			return nil, failure
		}
	}
	return Join(parts...), nil
}

// read makes a source of a reader, which may be a file.
func read(ctx context.Context, format Format, r io.Reader, from string) *Source {
	s := &Source{Name: from, Count: Unknown}
	if file, isFile := r.(*os.File); isFile {
		if info, err := file.Stat(); err == nil {
			s.Files = []File{{from, info}}
		}
		if start, ok := rewindable(file); ok {
			s.repeatable, s.Items = true, fromStart(ctx, format, file, start, from)
			return s
		}
	}
	s.Items = func(yield func(Item, error) bool) {
		r := newInterruptible(ctx, r)
		defer r.Close()
		format(r, from)(yield)
	}
	return s
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

// fromStart gives the items of a regular file, each time from the place where it stood at first.
func fromStart(ctx context.Context, format Format, file *os.File, start int64, from string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if _, err := file.Seek(start, io.SeekStart); err != nil {
			yield(Item{}, fmt.Errorf("cannot read %s from its start: %w", from, withoutPath(err)))
			return
		}
		format(untilDone{ctx, file}, from)(yield)
	}
}

// untilDone reads until a context has ended.
type untilDone struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (u untilDone) Read(to []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.Reader.Read(to)
}

// withoutPath is an error about a file without its name, which is not the one that the user gave.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
