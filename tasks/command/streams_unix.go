//go:build unix

package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// streams are what a command reads from and writes to.
type streams struct {
	runner  *Runner
	files   [3]uintptr // for the command
	theirs  []int      // of those, what is closed here once the command has them
	feeding *feeding   // what is fed to its standard input; nil for nothing
	outputs [2]stream
}

// A stream is where one output of a command goes; all zero if that is none of our business.
type stream struct {
	fd   int    // of a temporary file, or of one with a name
	path string // its name
	pump *pump  // for those who want outputs as they come
	open bool
}

// open makes the streams of a command.
func (r *Runner) open(name string, in Input) (*streams, error) {
	s := &streams{runner: r}
	s.files[0] = uintptr(r.system.null)
	err := s.openStdin(in.Stdin)
	if err == nil {
		err = s.openOutputs(in)
	}
	if err == nil {
		return s, nil
	}
	s.discard()
	if e, ok := errors.AsType[*Error](err); ok {
		e.Command = name
		return nil, e
	}
	return nil, fail(CannotStart, name, err, "%s could not be started: %v", Quote(name), err)
}

func (s *streams) openOutputs(in Input) error {
	o := &s.runner.options
	switch {
	case o.Live != nil:
		stdout, stderr := o.Live(in)
		for i, to := range []io.WriteCloser{stdout, stderr} {
			pump, fd, err := newPump(to)
			if err != nil {
				return err
			}
			s.theirs = append(s.theirs, fd)
			s.files[i+1] = uintptr(fd)
			s.outputs[i] = stream{pump: pump}
		}
		return nil
	case o.Stdout != nil || o.Stderr != nil:
		for i, file := range []*os.File{o.Stdout, o.Stderr} {
			if s.files[i+1] = uintptr(s.runner.system.null); file != nil {
				s.files[i+1] = file.Fd()
			}
		}
		return nil
	}
	folder := ""
	if in.Results != "" {
		number := in.Number
		if number <= 0 {
			return fail(BadInput, "", nil, "the input has no Number to name its folder of results by")
		}
		folder = filepath.Join(string(in.Results), strconv.FormatInt(number, 10))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
	}
	for i, name := range []string{"stdout", "stderr"} {
		var err error
		out := stream{open: true}
		if folder != "" {
			out.path = filepath.Join(folder, name)
			out.fd, err = openResult(out.path)
		} else {
			out.fd, err = openNameless(o.TempDir)
		}
		if err != nil {
			return err
		}
		s.outputs[i] = out
		s.files[i+1] = uintptr(out.fd)
	}
	return nil
}

// openResult makes a new file in the place of one that an earlier attempt may still write to.
func openResult(path string) (int, error) {
	_ = os.Remove(path)
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_TRUNC|syscall.O_CLOEXEC, 0o666)
	if err != nil {
		return -1, &os.PathError{Op: "create", Path: path, Err: err}
	}
	return fd, nil
}

// openAndDelete makes a file that has no name any more.
func openAndDelete(dir string) (int, error) {
	for try := 0; ; try++ {
		name := filepath.Join(dir, fmt.Sprintf("overlap-%d-%d", os.Getpid(), time.Now().UnixNano()))
		fd, err := syscall.Open(name, syscall.O_RDWR|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, 0o600)
		if err == nil {
			return fd, os.Remove(name)
		}
		if err != syscall.EEXIST && err != syscall.EINTR || try > 100 {
			return -1, &os.PathError{Op: "create", Path: name, Err: err}
		}
	}
}

// started is when the command has its streams.
func (s *streams) started() {
	s.closeTheirs()
	if s.feeding != nil {
		go s.feeding.feed()
	}
	for _, out := range s.outputs {
		if out.pump != nil {
			go out.pump.run()
		}
	}
}

func (s *streams) closeTheirs() {
	for _, fd := range s.theirs {
		_ = syscall.Close(fd)
	}
	s.theirs = nil
}

// discard is for a command that has not run.
func (s *streams) discard() {
	s.closeTheirs()
	if s.feeding != nil {
		s.feeding.discard()
	}
	for _, out := range s.outputs {
		if out.pump != nil {
			out.pump.end()
		}
		if out.open {
			_ = syscall.Close(out.fd)
		}
	}
}

// collect takes what the command printed, once it has ended.
func (s *streams) collect(v *Value, in Input) error {
	var err error
	if s.feeding != nil {
		err = s.feeding.end()
	}
	for i, to := range []*Output{&v.Stdout, &v.Stderr} {
		out := s.outputs[i]
		switch {
		case out.pump != nil:
			out.pump.begun = true
			err = errors.Join(err, out.pump.end())
		case out.open:
			err = errors.Join(err, s.take(out, to))
		}
	}
	return err
}

// take makes an output of a file.
func (s *streams) take(out stream, to *Output) error {
	var info syscall.Stat_t
	err := syscall.Fstat(out.fd, &info)
	switch {
	case err != nil:
	case out.path != "":
		*to = Output{path: Text(out.path), size: info.Size}
	case info.Size == 0:
	case s.runner.options.Files && info.Size > mostInMemory:
		*to = Output{file: os.NewFile(uintptr(out.fd), "output of a command"), size: info.Size, space: s.runner.spaceOf(s.runner.options.TempDir)}
		return nil
	case info.Size > s.runner.options.MaxOutput:
		err = fail(OutputTooBig, "", nil, "it printed %s, and a result holds no more than %s of one output: "+
			"give --results DIR, which has outputs in files", bytesText(info.Size), bytesText(s.runner.options.MaxOutput))
	default:
		b := make([]byte, info.Size)
		for n := 0; n < len(b) && err == nil; {
			var more int
			if more, err = syscall.Pread(out.fd, b[n:], int64(n)); more == 0 && err == nil {
				err = io.ErrUnexpectedEOF
			}
			n += max(more, 0)
		}
		*to = inMemory(b)
	}
	_ = syscall.Close(out.fd)
	return err
}
