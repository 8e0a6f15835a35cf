package process

import (
	"errors"
	"strings"
	"syscall"
)

// advised adds to the error of starting a worker what can be done about it.
func advised(err error) error {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return advice{err, "this process may not have more files open: raise its limit (ulimit -n), or use fewer workers"}
	case errors.Is(err, syscall.ENFILE):
		return advice{err, "the system has too many files open: raise its limit (fs.file-max), or use fewer workers"}
	case errors.Is(err, syscall.EAGAIN):
		return advice{err, "the user or the container may not have more processes: raise the limit (ulimit -u), " +
			"or use fewer workers"}
	case errors.Is(err, syscall.ENOMEM):
		return advice{err, "there is no memory for it: use fewer workers"}
	}
	return err
}

type advice struct {
	error
	do string
}

func (a advice) Error() string { return a.error.Error() + "; " + a.do }

func (a advice) Unwrap() error { return a.error }

// lacking reports whether a worker could not be started for want of something that this process has not enough of, or
// the system: files, processes, memory. Fewer workers need less of it.
func lacking(err error) bool {
	for _, lack := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOMEM, syscall.ENOSPC} {
		if errors.Is(err, lack) {
			return true
		}
	}
	said := err.Error()
	return strings.Contains(said, "failed to create new OS thread") || strings.Contains(said, "pthread_create failed")
}
