// Package outfile writes files whole or not at all: beside their place, under a name of their own, until they are
// complete. So a name never stands for a part, and what stood there before is lost only when the new is there. What
// was written is never deleted by a failure. Devices, pipes, sockets and descriptors of this process are written as
// they are.
package outfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// File is being written. It is an io.Writer, to be used by one goroutine at a time.
type File struct {
	name string // as the user gave it
	path string // the place it will have; "" when it is written there already
	file *os.File

	written int64 // bytes of whole lines
	kept    bool  // whatever happens now
	lines   atomic.Int64
}

// Open begins a file of the given name. Whatever can be known to keep it from its place is an error now, which names
// the file. A symbolic link stays, and what it leads to is replaced. Open waits for a reader of a named pipe, until
// stop is closed: then it returns [ErrStopped].
func Open(name string, stop <-chan struct{}) (*File, error) {
	at, err := find(name)
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", name, reason(err))
	}
	if at.isDescriptor {
		file, err := openDescriptor(at.descriptor, name)
		if err != nil {
			return nil, fmt.Errorf("cannot write %s: %w", name, reason(err))
		}
		return &File{name: name, file: file}, nil
	}
	if at.info != nil && !at.info.Mode().IsRegular() {
		file, err := openInPlace(at, stop)
		if err != nil {
			return nil, fmt.Errorf("cannot write %s: %w", name, reason(err))
		}
		return &File{name: name, file: file}, nil
	}
	return begin(name, at)
}

// ErrStopped is the error of an [Open] that was given up.
var ErrStopped = errors.New("nobody has opened the pipe to read from it")

// begin makes the file beside its place.
func begin(name string, at place) (*File, error) {
	if at.info != nil {
		if err := replaceable(at); err != nil {
			return nil, fmt.Errorf("cannot replace %s: %w", name, reason(err))
		}
	}
	path := filepath.Join(filepath.Dir(at.path), partPrefix(at.path)+fmt.Sprintf("%08x", rand.Uint32())+partSuffix)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, fmt.Errorf("cannot write %s, nor anything beside it: %w", name, reason(err))
	}
	lock(file)
	if err := MakeLike(file, at.info); err != nil {
		_, _ = file.Close(), os.Remove(path)
		return nil, fmt.Errorf("cannot write %s: %w", name, err)
	}
	return &File{name: name, path: at.path, file: file}, nil
}

// Name is the file's, as it was given to [Open].
func (f *File) Name() string { return f.name }

// InPlace reports whether the file is written where it is, rather than beside its place.
func (f *File) InPlace() bool { return f.path == "" }

// Part is where the file is before it is in its place; "" when it is written there.
func (f *File) Part() string {
	if f.path == "" {
		return ""
	}
	return f.file.Name()
}

// Lines is how many whole lines have been written. It is safe for concurrent use.
func (f *File) Lines() int64 { return f.lines.Load() }

// Write implements io.Writer. When not everything can be written, a line that would be half is cut off again from a
// file that is not in its place yet.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	whole := bytes.LastIndexByte(b[:n], '\n') + 1
	f.lines.Add(int64(bytes.Count(b[:whole], []byte{'\n'})))
	if err == nil {
		f.written += int64(n)
		return n, nil
	}
	if f.path != "" {
		_ = f.file.Truncate(f.written + int64(whole)) // a half line is the worse of the two, but no more than that
	}
	f.written += int64(whole)
	return n, reason(err)
}

// Commit closes the file and puts it in its place. When that fails the file stays where it is, which the error says.
func (f *File) Commit() error {
	f.kept = true
	if f.path == "" {
		if err := f.file.Close(); err != nil {
			return fmt.Errorf("cannot write %s: %w", f.name, reason(err))
		}
		return nil
	}
	err := f.file.Sync() // or a crash of the machine could leave an empty file in the place of the old one
	if errors.Is(err, errors.ErrUnsupported) || isInvalid(err) {
		err = nil
	}
	if closed := f.file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.file.Name(), f.path)
	}
	if err == nil {
		return nil
	}
	where := "it is " + f.file.Name()
	if _, gone := os.Lstat(f.file.Name()); gone != nil {
		where = "nor is it in " + f.file.Name() + " any more, where it was written"
	}
	return fmt.Errorf("cannot put the file in its place, %s: %w; %s", f.name, reason(err), where)
}

// Keep closes the file and leaves it beside its place; [File.Part] says where.
func (f *File) Keep() {
	f.kept = true
	_ = f.file.Close() // a second close does no harm
}

// Discard leaves the place as it was, and deletes what has been written beside it. After Commit or Keep it does
// nothing.
func (f *File) Discard() {
	_ = f.file.Close()
	if f.path != "" && !f.kept {
		_ = os.Remove(f.file.Name())
	}
}

// there is what is in the file's place now, nil for nothing.
func (f *File) there() os.FileInfo {
	var info os.FileInfo
	var err error
	if f.path == "" {
		info, err = f.file.Stat()
	} else {
		info, err = os.Stat(f.path)
	}
	if err != nil {
		return nil
	}
	return info
}

// Writes reports whether what is written to the file goes into the given one, now or when it is committed: the same
// regular file or pipe, by whatever name.
func (f *File) Writes(other os.FileInfo) bool {
	there := f.there()
	return there != nil && (there.Mode().IsRegular() || there.Mode()&fs.ModeNamedPipe != 0) && os.SameFile(there, other)
}

// Same reports whether two files would end in one place, where one would replace the other or be mixed with it.
func (f *File) Same(other *File) bool {
	if there := other.there(); there != nil && f.Writes(there) {
		return true
	}
	return f.path != "" && other.path != "" && samePlace(f.path, other.path)
}

// Takes reports whether the file will have the place of a location when it is committed.
func (f *File) Takes(at Location) bool { return f.path != "" && samePlace(f.path, at.Path) }

func samePlace(path, other string) bool {
	mine, err1 := os.Stat(filepath.Dir(path))
	others, err2 := os.Stat(filepath.Dir(other))
	return err1 == nil && err2 == nil && os.SameFile(mine, others) && sameName(filepath.Base(path), filepath.Base(other))
}

// reason is an error about a file without its name, which is not the one that the user gave.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.SyscallError](err); ok {
		return e.Err
	}
	return err
}

const partSuffix = ".part"

// partPrefix is how the names begin of the files that become the one at path.
func partPrefix(path string) string {
	const most = 200 // bytes: a name may have 255
	name := filepath.Base(path)
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "")
	}
	return "." + name + "."
}
