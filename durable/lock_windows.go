package durable

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes a file for this process until it ends, however it does, and reports whether somebody else has it. Where
// the file system has no locks, nobody has. What is locked is a byte that the file never has, since others could not
// read one that it has.
func lock(file *os.File) (isHeld bool) {
	at := &windows.Overlapped{Offset: 0xffffffff, OffsetHigh: 0x7fffffff}
	how := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	return errors.Is(windows.LockFileEx(windows.Handle(file.Fd()), how, 0, 1, 0, at), windows.ERROR_LOCK_VIOLATION)
}

// isAlive reports whether there is a process with this number, as far as is known.
func isAlive(int) bool { return false }
