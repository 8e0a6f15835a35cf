//go:build unix

package durable

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes a file for this process until it ends, however it does, and reports whether somebody else has it. Where
// the file system has no locks, nobody has.
func lock(file *os.File) (isHeld bool) {
	return errors.Is(unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
}

// isAlive reports whether there is a process with this number, as far as is known.
func isAlive(pid int) bool { return !errors.Is(unix.Kill(pid, 0), unix.ESRCH) }
