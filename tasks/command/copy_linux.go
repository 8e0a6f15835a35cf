package command

import (
	"os"

	"golang.org/x/sys/unix"
)

// widen lets more wait in a pipe, where the system allows it.
func widen(f *os.File) {
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) })
	}
}

// copySpan copies a span of a file into a pipe, without its bytes being touched.
func copySpan(to, from *os.File, offset, length int64) error {
	raw, err := to.SyscallConn()
	if err != nil {
		return err
	}
	source := int(from.Fd())
	for length > 0 {
		var n int
		var failed error
		err := raw.Write(func(fd uintptr) bool {
			n, failed = unix.Sendfile(int(fd), source, &offset, int(min(length, 1<<30)))
			return failed != unix.EAGAIN
		})
		switch {
		case err != nil:
			return err
		case failed == unix.EINTR:
		case failed != nil:
			return os.NewSyscallError("sendfile", failed)
		case n == 0:
			return errShort(length)
		}
		length -= int64(max(n, 0))
	}
	return nil
}
