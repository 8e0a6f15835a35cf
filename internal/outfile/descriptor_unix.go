//go:build unix

package outfile

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

var processDir = regexp.MustCompile(`^/proc/(\d+)(?:/task/\d+)?/fd$`)

// descriptor reports whether a path is the name of a descriptor of this process, and which.
func descriptor(path string) (fd int, ok bool) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, false
	}
	dir, base := filepath.Split(path)
	dir = filepath.Clean(dir)
	switch {
	case dir == "/dev" && base == "stdin":
		return 0, true
	case dir == "/dev" && base == "stdout":
		return 1, true
	case dir == "/dev" && base == "stderr":
		return 2, true
	}
	fd, err = strconv.Atoi(base)
	if err != nil || fd < 0 {
		return 0, false
	}
	if dir == "/dev/fd" {
		return fd, true
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return 0, false
	}
	found := processDir.FindStringSubmatch(dir)
	own, _ := os.Readlink("/proc/self")
	return fd, dir == "/dev/fd" || found != nil && found[1] == own
}

// isProcessLink reports whether a path is one of the links by which the descriptors of another process are named. What
// such a link says is not where it leads.
func isProcessLink(path string) bool {
	if !strings.HasPrefix(path, "/proc/") {
		return false
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	return err == nil && processDir.MatchString(dir)
}

// openDescriptor gives a descriptor for as long as the file is open. What it leads to is never opened anew: that would
// start at the beginning of a file, and a socket cannot be opened.
func openDescriptor(fd int, name string) (*os.File, error) {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	closes, err2 := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	// What closes on exec has not been handed to this program: it is the program's own.
	if err != nil || err2 != nil || fd > 2 && closes&unix.FD_CLOEXEC != 0 {
		return nil, fmt.Errorf("descriptor %d is not open: open it in the shell, with %d>FILE", fd, fd)
	}
	if flags&unix.O_ACCMODE == unix.O_RDONLY {
		return nil, fmt.Errorf("descriptor %d is open for reading only", fd)
	}
	second, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(second), name), nil
}

// openInPlace opens what is no regular file and is not replaced.
func openInPlace(at place, stop <-chan struct{}) (*os.File, error) {
	for at.info.Mode()&os.ModeNamedPipe != 0 {
		// To open a pipe waits for its reader, and nothing could interrupt that.
		file, err := os.OpenFile(at.path, os.O_WRONLY|unix.O_NONBLOCK, 0)
		if !errors.Is(err, unix.ENXIO) {
			return file, err
		}
		select {
		case <-stop:
			return nil, ErrStopped
		case <-time.After(20 * time.Millisecond):
		}
	}
	if at.info.Mode()&os.ModeSocket != 0 {
		connection, err := net.Dial("unix", at.path)
		if err != nil {
			if refused, ok := errors.AsType[*net.OpError](err); ok {
				err = refused.Err
			}
			return nil, err
		}
		defer connection.Close()
		return connection.(*net.UnixConn).File()
	}
	return os.OpenFile(at.path, os.O_WRONLY, 0)
}

func isInvalid(err error) bool { return errors.Is(err, unix.EINVAL) }
