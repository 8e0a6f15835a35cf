//go:build unix

package process

import (
	"io"
	"syscall"

	"golang.org/x/sys/unix"
)

// Read reads what the worker has printed, and counts it in the same moment.
func (p *printed) Read(b []byte) (n int, err error) {
	outer := p.raw.Read(func(fd uintptr) bool {
		p.counting.Lock()
		defer p.counting.Unlock()
		for {
			n, err = syscall.Read(int(fd), b)
			if err != syscall.EINTR {
				break
			}
		}
		p.read += int64(max(n, 0))
		return err != syscall.EAGAIN
	})
	switch {
	case outer != nil:
		return 0, outer
	case err == nil && n <= 0:
		err = io.EOF
	}
	return max(n, 0), err
}

// waiting is how many bytes wait in the pipe.
func (p *printed) waiting() (n int) {
	_ = p.raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), fionread) })
	return n
}
