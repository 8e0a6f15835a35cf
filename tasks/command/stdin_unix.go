//go:build unix

package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// openStdin makes what the command reads from.
func (s *streams) openStdin(in *Stdin) error {
	switch {
	case in == nil:
		return nil
	case in.File == "":
		return s.openText(string(in.Text))
	case in.Offset < 0 || in.Length < 0:
		return fail(BadInput, "", nil,
			"the span of %s from %d, %d bytes long, makes no sense", Quote(string(in.File)), in.Offset, in.Length)
	}
	file, err := os.Open(string(in.File))
	if err != nil {
		return fail(BadInput, "", err, "standard input: %v", err)
	}
	read, to, err := os.Pipe()
	if err != nil {
		_ = file.Close()
		return err
	}
	widen(to)
	fd, err := syscall.Dup(int(read.Fd()))
	_ = read.Close()
	if err != nil {
		return errors.Join(err, file.Close(), to.Close())
	}
	syscall.CloseOnExec(fd)
	s.files[0], s.theirs = uintptr(fd), append(s.theirs, fd)
	s.feeding = &feeding{in: in, from: file, to: to, done: make(chan error, 1)}
	return nil
}

// openText has the command read a text from a file that has no name, so that nobody has to feed it.
func (s *streams) openText(text string) error {
	fd, err := openNameless(s.runner.options.TempDir)
	if err != nil {
		return err
	}
	s.files[0], s.theirs = uintptr(fd), append(s.theirs, fd)
	for at := 0; at < len(text); {
		n, err := syscall.Pwrite(fd, []byte(text[at:min(len(text), at+1<<20)]), int64(at))
		if err != nil {
			return fmt.Errorf("keeping its standard input in %s: %w", s.runner.options.TempDir, err)
		}
		at += n
	}
	return nil
}

// feeding gives a command a span of a file.
type feeding struct {
	in   *Stdin
	from *os.File
	to   *os.File
	done chan error
}

func (f *feeding) feed() {
	_, err := io.WriteString(f.to, string(f.in.Header))
	if err == nil {
		err = copySpan(f.to, f.from, f.in.Offset, f.in.Length)
	}
	_ = f.to.Close()
	f.done <- err
}

// end is when the command has ended, which need not have read all.
func (f *feeding) end() error {
	_ = f.to.SetWriteDeadline(time.Now())
	err := <-f.done
	_ = f.from.Close()
	if err == nil || errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return fail(BadInput, "", err, "standard input: %s: %v", Quote(string(f.in.File)), err)
}

func (f *feeding) discard() { _ = errors.Join(f.from.Close(), f.to.Close()) }

// errShort is a span that its file does not have any more.
func errShort(missing int64) error {
	return fmt.Errorf("the file has become shorter: %s of the span are missing", bytesText(missing))
}
