//go:build unix

package command

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// pump takes what a command prints, as it comes.
type pump struct {
	from  *os.File
	to    io.WriteCloser
	begun bool
	done  chan error // of the copying
}

// newPump makes a pump and the end of a pipe that is for the command.
func newPump(to io.WriteCloser) (*pump, int, error) {
	from, theirs, err := os.Pipe()
	if err != nil {
		_ = to.Close()
		return nil, 0, err
	}
	fd, err := plainDescriptor(theirs)
	if err != nil {
		_ = errors.Join(from.Close(), to.Close())
		return nil, 0, err
	}
	return &pump{from: from, to: to, done: make(chan error, 1)}, fd, nil
}

func (p *pump) run() {
	_, err := io.Copy(p.to, struct{ io.Reader }{p.from})
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		_ = p.from.Close() // or a command whose output nobody can take would wait for ever to write it: it gets SIGPIPE
	}
	p.done <- err
}

// end takes what is left in the pipe when the command has ended. Others may keep the pipe open for ever: they are not
// waited for.
func (p *pump) end() error {
	var err error
	if p.begun {
		_ = p.from.SetReadDeadline(time.Now())
		if err = <-p.done; errors.Is(err, os.ErrDeadlineExceeded) {
			err = p.drain()
		}
	}
	_ = p.from.Close() // it was only read, and may be closed already
	return errors.Join(err, p.to.Close())
}

func (p *pump) drain() error {
	raw, err := p.from.SyscallConn()
	if err != nil {
		return err
	}
	_ = p.from.SetReadDeadline(time.Time{})
	buffer := make([]byte, 64<<10)
	for range 1 << 14 { // a GiB: somebody who prints on and on is not waited for
		n := 0
		err = raw.Read(func(fd uintptr) bool {
			n, err = syscall.Read(int(fd), buffer)
			return true
		})
		if err != nil || n <= 0 {
			return err
		}
		if _, err = p.to.Write(buffer[:n]); err != nil {
			return err
		}
	}
	return nil
}

// openKept opens a file without a name for what is printed later.
func openKept(dir string) (*os.File, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	fd, err := openNameless(dir)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "lines that wait for their turn"), nil
}
