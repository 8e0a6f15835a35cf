package process

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const sockCloseOnExec = syscall.SOCK_CLOEXEC

// widen lets more replies wait in a pipe, where the system allows it.
func widen(f *os.File) {
	if raw, err := f.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { unix.FcntlInt(fd, unix.F_SETPIPE_SZ, replyRoom) })
	}
}

const fionread = unix.TIOCINQ

const replyRoom = 512 << 10

// roomOf is how many bytes may wait in a pipe.
func roomOf(pipe *os.File) (bytes int) {
	if raw, err := pipe.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { bytes, _ = unix.FcntlInt(fd, unix.F_GETPIPE_SZ, 0) })
	}
	return max(bytes, smallestPipe)
}

// executable is this program's file, also when another has taken its name meanwhile.
func executable() string {
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return "/proc/self/exe"
	}
	return ownPath
}
