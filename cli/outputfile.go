package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// outputFile is a file that is written beside its place and put there when it is complete, so that its name never
// stands for a part. What is no regular file, a device or a named pipe, is written where it is.
type outputFile struct {
	*os.File
	name string // as the user gave it
	path string // its place; "" when it is written there already
}

// openOutput begins a file. No file of the inputs may be the same as it: it would be read while it is replaced.
func openOutput(name string, inputs *os.File) (*outputFile, error) {
	path := name
	if target, err := filepath.EvalSymlinks(name); err == nil {
		path = target
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, usageErrorf("cannot write %s: it is a directory", name)
	}
	if err == nil && inputs != nil {
		if read, err := inputs.Stat(); err == nil && os.SameFile(info, read) && info.Mode().IsRegular() {
			return nil, usageErrorf("the results would replace the inputs in %s: give -o another file", name)
		}
	}
	if err == nil && !info.Mode().IsRegular() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, usageErrorf("cannot write %s: %w", name, withoutPath(err))
		}
		return &outputFile{File: file, name: name}, nil
	}
	temporary := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%08x.part", filepath.Base(path), rand.Uint32()))
	file, openErr := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if openErr != nil {
		return nil, usageErrorf("cannot write %s, nor anything beside it: %w", name, withoutPath(openErr))
	}
	if err == nil {
		if err := file.Chmod(info.Mode().Perm()); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			_, _ = file.Close(), os.Remove(temporary)
			return nil, usageErrorf("cannot write %s: %w", name, withoutPath(err))
		}
	}
	return &outputFile{File: file, name: name, path: path}, nil
}

// commit closes the file and puts it in its place.
func (f *outputFile) commit() error {
	err := f.Close()
	if err == nil && f.path != "" {
		err = os.Rename(f.File.Name(), f.path)
	}
	if err != nil {
		f.discard()
		return fmt.Errorf("cannot write %s: %w", f.name, err)
	}
	return nil
}

// discard leaves its place as it was.
func (f *outputFile) discard() {
	_ = f.Close() // again, perhaps, which does no harm
	if f.path != "" {
		_ = os.Remove(f.File.Name())
	}
}

// toName is " to FILE" for messages; "" for no file.
func (f *outputFile) toName() string {
	if f == nil {
		return ""
	}
	return " to " + f.name
}

// withoutPath is an error about a file without its name, which is not the one that the user gave.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
