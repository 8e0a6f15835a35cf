package outfile

import (
	"errors"
	"fmt"
	"os"
)

// Location is where the file of a name is or will be.
type Location struct {
	name string      // as the user gave it
	Path string      // links followed
	Info os.FileInfo // of the regular file that is there; nil for none
}

// Locate finds the place of a file that is to be replaced whole. It reports false for what is written in place: a
// device, a pipe, a socket, a descriptor of this process. Whatever can be known to keep a file from its place is an
// error now, which names the file.
func Locate(name string) (at Location, ok bool, err error) {
	found, err := find(name)
	if err != nil {
		return at, false, fmt.Errorf("cannot write %s: %w", name, reason(err))
	}
	if found.isDescriptor || found.info != nil && !found.info.Mode().IsRegular() {
		return at, false, nil
	}
	if found.info != nil {
		if err := replaceable(found); err != nil {
			return at, false, fmt.Errorf("cannot replace %s: %w", name, reason(err))
		}
	}
	return Location{name: name, Path: found.path, Info: found.info}, true, nil
}

// Name is the file's, as it was given to [Locate].
func (l Location) Name() string { return l.name }

// InPlace reports false: the file is replaced.
func (l Location) InPlace() bool { return false }

// Writes reports whether the given regular file is the one that is replaced, by whatever name.
func (l Location) Writes(other os.FileInfo) bool {
	there, err := os.Stat(l.Path)
	return err == nil && os.SameFile(there, other)
}

// MakeLike gives a file the permissions of one that it will replace, and its owner where that may be done. Nothing is
// done for one that replaces nothing.
func MakeLike(file *os.File, before os.FileInfo) error {
	if before == nil {
		return nil
	}
	if err := file.Chmod(before.Mode().Perm()); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return reason(err)
	}
	keepOwner(file, before)
	return nil
}
