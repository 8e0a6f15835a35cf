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
