package source

import (
	"io"
	"os"
	"syscall"
)

// sendDirectly has the kernel write a section of a file, as far as it can; what is left over is for the caller.
func sendDirectly(w io.Writer, file *os.File, offset, length int64) (written int64, err error) {
	to, ok := w.(syscall.Conn)
	if !ok {
		return 0, nil
	}
	conn, err := to.SyscallConn()
	if err != nil {
		return 0, nil
	}
	if length > 64<<10 {
		_ = conn.Control(widen)
	}
	from := int(file.Fd()) // a regular file, which is in blocking mode anyway
	for written < length {
		var n int
		var failure error
		err = conn.Write(func(fd uintptr) bool {
			n, failure = syscall.Sendfile(int(fd), from, &offset, int(min(length-written, 1<<30)))
			return failure != syscall.EAGAIN
		})
		if err != nil {
			return written, err
		}
		switch {
		case failure == syscall.EINTR:
		case failure == syscall.EINVAL || failure == syscall.ENOSYS || failure == syscall.EOPNOTSUPP:
			return written, nil // not into such a file, or not from such a file system
		case failure != nil:
			return written, os.NewSyscallError("sendfile", failure)
		case n == 0:
			return written, nil // the end of the file
		}
		written += int64(n)
	}
	return written, nil
}

// widen gives a pipe room for 1 MiB, so that two processes wait for each other less often. It does nothing to all else,
// nor where the user has as much in pipes as the system allows.
func widen(fd uintptr) {
	const setPipeSize = 1031 // F_SETPIPE_SZ
	_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, fd, setPipeSize, 1<<20)
}
