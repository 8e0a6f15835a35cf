//go:build unix

package command

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"example.com/overlap/source"
)

// openStdin makes what the command reads from.
func (s *streams) openStdin(in *Stdin) error {
	switch {
	case in == nil:
		return nil
	case in.Chunk == nil:
		return s.openText(string(in.Text))
	}
	if _, err := os.Stat(in.Chunk.File); err != nil {
		return fail(BadInput, "", err, "standard input: %v", err)
	}
	read, to, err := os.Pipe()
	if err != nil {
		return err
	}
	fd, err := plainDescriptor(read)
	if err != nil {
		return errors.Join(err, to.Close())
	}
	s.files[0], s.theirs = uintptr(fd), append(s.theirs, fd)
	s.feeding = &feeding{chunk: in.Chunk, to: to, done: make(chan error, 1)}
	return nil
}

// plainDescriptor turns one end of a pipe into a descriptor that blocks, as programs expect of theirs.
func plainDescriptor(end *os.File) (int, error) {
	defer end.Close()
	fd, err := unix.FcntlInt(end.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	return fd, err
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

// feeding gives a command a chunk of a file.
type feeding struct {
	chunk *source.Chunk
	to    *os.File
	done  chan error
}

func (f *feeding) feed() {
	_, err := f.chunk.WriteTo(f.to)
	_ = f.to.Close()
	f.done <- err
}

// end is when the command has ended, which need not have read all.
func (f *feeding) end() error {
	_ = f.to.SetWriteDeadline(time.Now())
	err := <-f.done
	if err == nil || errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return fail(BadInput, "", err, "standard input: %v", err)
}

func (f *feeding) discard() { _ = f.to.Close() }
