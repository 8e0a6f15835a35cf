//go:build unix

package cli

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// unusableOutput says why nothing can be written to standard output. When it is closed at the start (">&-"), Go's
// runtime opens the null device for it, for reading and writing, so that no file takes its number by accident. Somebody
// who wants nothing to be seen has that device opened for writing, or by programs that open it for both, for standard
// error, too.
func unusableOutput(stdout *os.File) error {
	switch mode := accessMode(stdout); {
	case mode == unix.O_RDONLY:
		return errors.New("it is open for reading only")
	case mode == unix.O_RDWR && isNull(stdout) && !isNull(os.Stderr):
		return errClosedOutput
	}
	return nil
}

func accessMode(file *os.File) int {
	connection, err := file.SyscallConn()
	if err != nil {
		return -1
	}
	mode := -1
	_ = connection.Control(func(fd uintptr) {
		if flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0); err == nil {
			mode = flags & unix.O_ACCMODE
		}
	})
	return mode
}

func isNull(file *os.File) bool {
	info, err := file.Stat()
	null, nullErr := os.Stat(os.DevNull)
	return err == nil && nullErr == nil && os.SameFile(info, null)
}
