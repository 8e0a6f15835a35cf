//go:build unix

package outfile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// replaceable says why the regular file that is there could not be replaced in the end, if that can be known.
func replaceable(at place) error {
	file, err := os.OpenFile(at.path, os.O_WRONLY, 0) // which changes nothing
	if err != nil {
		return err
	}
	_ = file.Close()
	if isMountPoint(at.path) {
		return errors.New("it is mounted there by itself: give another name, or redirect standard output to it")
	}
	dir, err := os.Stat(filepath.Dir(at.path))
	if err != nil {
		return err
	}
	me := os.Geteuid()
	if dir.Mode()&os.ModeSticky != 0 && me != 0 && owner(dir) != me && owner(at.info) != me {
		return errors.New("it belongs to somebody else, in a directory where each may replace only their own files")
	}
	return nil
}

// IsForeign reports whether a file may have been put there by somebody else: it belongs to another user, in a directory
// where each may make files. before is the file that it will replace, nil for none: root leaves that with its user.
func IsForeign(path string, info, before os.FileInfo) bool {
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil || dir.Mode()&os.ModeSticky == 0 {
		return false
	}
	me := os.Geteuid()
	isOfBefore := me == 0 && before != nil && owner(info) == owner(before)
	return owner(info) != me && !isOfBefore
}

func owner(info os.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }

// keepOwner leaves a file that root replaces with its user. Nobody else may do that.
func keepOwner(file *os.File, before os.FileInfo) {
	is := before.Sys().(*syscall.Stat_t)
	_ = file.Chown(int(is.Uid), int(is.Gid))
}

// lock says that whoever writes the file is alive. It goes with the process, however it ends.
func lock(file *os.File) { _ = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// isAlive reports whether somebody is still writing a file.
func isAlive(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(unix.Flock(int(file.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}

// sameName reports whether two names in one directory mean the same file.
func sameName(a, b string) bool {
	return a == b || runtime.GOOS == "darwin" && strings.EqualFold(a, b)
}
