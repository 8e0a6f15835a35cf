package process

import (
	"errors"
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
		return advice{err, "the user or the container may not have more processes: raise the limit (ulimit -u), or use fewer workers"}
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
