package outfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// place is what a name leads to.
type place struct {
	path string      // links followed, but for the one that is a descriptor
	info os.FileInfo // of what is there; nil for nothing

	isDescriptor bool // of this process, by a name such as /dev/stdout
	descriptor   int
}

const mostLinks = 40 // to follow, as Linux does

// find follows links, also one that leads to nothing yet.
func find(name string) (place, error) {
	at := place{path: name}
	if name == "" {
		return at, errors.New("the name is empty")
	}
	for range mostLinks {
		if fd, ok := descriptor(at.path); ok {
			at.isDescriptor, at.descriptor = true, fd
			return at, nil
		}
		target, err := os.Readlink(at.path)
		if err != nil || isProcessLink(at.path) {
			return at.look()
		}
		if !filepath.IsAbs(target) {
			dir, err := filepath.EvalSymlinks(filepath.Dir(at.path)) // before Join drops "x/..", which x may lead away from
			if err != nil {
				return at, err
			}
			target = filepath.Join(dir, target)
		}
		at.path = target
	}
	return at, errors.New("too many levels of symbolic links")
}

// look finds out what is there.
func (at place) look() (place, error) {
	info, err := os.Stat(at.path)
	switch {
	case err == nil && info.IsDir():
		return at, errors.New("it is a directory")
	case err == nil:
		at.info = info
	case !errors.Is(err, os.ErrNotExist):
		return at, err
	case strings.HasSuffix(at.path, "/") || os.IsPathSeparator(at.path[len(at.path)-1]):
		return at, errors.New("it names a directory, and there is none")
	}
	return at, nil
}

// IsDescriptor reports whether a name is one of a descriptor of this process, such as /dev/stdout of 1.
func IsDescriptor(name string, fd int) bool {
	at, err := find(name)
	return err == nil && at.isDescriptor && at.descriptor == fd
}
