package durable

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// disk is what a run does to files. In a test something may stand in its way.
type disk struct {
	isDry bool // nothing is changed
	// fault is asked before each change. A write of size bytes is done as far as it says. With an error, nothing more is
	// done.
	fault func(operation string, size int) (done int, err error)
}

func (d disk) allows(operation string, size int) (int, error) {
	if d.fault == nil {
		return size, nil
	}
	return d.fault(operation, size)
}

func (d disk) writeAt(file *os.File, b []byte, at int64) (n int, err error) {
	if d.isDry {
		return len(b), nil
	}
	done, fault := d.allows("write", len(b))
	if done > 0 {
		if n, err = file.WriteAt(b[:done], at); err != nil {
			if info, statErr := file.Stat(); statErr == nil { // WriteAt may not say how much it has written
				n = int(min(max(int64(n), info.Size()-at), int64(done)))
			}
			return n, reason(err)
		}
	}
	return n, fault
}

// sync makes sure that what was written outlasts a crash of the machine, where the file system can do that.
func (d disk) sync(file *os.File) error {
	if d.isDry {
		return nil
	}
	if _, err := d.allows("sync", 0); err != nil {
		return err
	}
	if err := file.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return reason(err)
	}
	return nil
}

// syncDir makes sure that the names in a directory outlast a crash, too.
func (d disk) syncDir(path string) error {
	if runtime.GOOS == "windows" { // where a directory cannot be synced
		return nil
	}
	dir, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) { // a directory that may be written and not read
		return nil
	}
	if err != nil {
		return reason(err)
	}
	defer dir.Close() // it was only read
	return d.sync(dir)
}

func (d disk) truncate(file *os.File, size int64) error {
	if d.isDry {
		return nil
	}
	if _, err := d.allows("truncate", 0); err != nil {
		return err
	}
	return reason(file.Truncate(size))
}

func (d disk) rename(from, to string) error {
	if d.isDry {
		return nil
	}
	if _, err := d.allows("rename", 0); err != nil {
		return err
	}
	return reason(os.Rename(from, to))
}

func (d disk) remove(path string) error {
	if d.isDry {
		return nil
	}
	if _, err := d.allows("remove", 0); err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return reason(err)
	}
	return nil
}

// reason is an error about a file without the file's name, which stands in the message already.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
