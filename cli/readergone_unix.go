//go:build unix

package cli

import (
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// onReaderGone calls fn when whoever reads a pipe has closed it, until stop is called. A write would tell as well, but
// there may be nothing to write for a long time.
func onReaderGone(pipe any, fn func()) (stop func()) {
	file, ok := pipe.(*os.File)
	if !ok {
		return func() {}
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return func() {}
	}
	connection, err := file.SyscallConn() // Fd would have writes block
	if err != nil {
		return func() {}
	}
	fd := int32(-1)
	_ = connection.Control(func(number uintptr) { fd = int32(number) })
	var over atomic.Bool
	go func() {
		for !over.Load() {
			polled := []unix.PollFd{{Fd: fd}} // errors are told without being asked for
			n, err := unix.Poll(polled, readerGoneEvery)
			switch {
			case err != nil && err != unix.EINTR:
				return
			case n > 0 && polled[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0 && !over.Load():
				fn()
				return
			case n > 0 && polled[0].Revents != 0:
				return
			}
		}
	}()
	return func() { over.Store(true) }
}

const readerGoneEvery = 500 // milliseconds, after which it looks whether it is to stop
