package command

import (
	"errors"
	"fmt"
)

// Reason is why a command failed, or could not be run.
type Reason string

const (
	NoCommand     Reason = "no command"
	NotFound      Reason = "command not found"
	NotExecutable Reason = "command not executable"
	TooLong       Reason = "argument too long"
	BadInput      Reason = "input cannot be given to a command" // it has a NUL, or its file cannot be read
	CannotStart   Reason = "command could not be started"
	ExitCode      Reason = "exit code"
	Killed        Reason = "killed by a signal"
	Stopped       Reason = "stopped"              // the call was canceled, or timed out
	DiskFull      Reason = "no space for outputs" // so that they may have been cut
	OutputTooBig  Reason = "output too large"
	NeedsUnix     Reason = "needs Unix"
)

// Error is a command that failed, or could not be run.
type Error struct {
	Reason  Reason
	Command string // the program, as the input names it
	Code    int    // for ExitCode
	Signal  string // for Killed: its name, such as SIGKILL
	Value   *Value // what the command did; nil if it has not run
	Err     error  // the cause; nil where there is no more to say than text does

	text string
}

func (e *Error) Error() string { return e.text }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether another attempt may end otherwise.
func (e *Error) Retryable() bool {
	switch e.Reason {
	case CannotStart, ExitCode, Killed, Stopped, DiskFull:
		return true
	}
	return false
}

// Summary is the error without what differs from one call to another, so that equal ones can be counted together.
func (e *Error) Summary() string {
	switch e.Reason {
	case ExitCode:
		return fmt.Sprintf("%s: exit code %d", e.Command, e.Code)
	case Killed:
		return fmt.Sprintf("%s: killed by %s", e.Command, e.Signal)
	case NotFound, NotExecutable:
		return e.Command + ": " + string(e.Reason)
	}
	return string(e.Reason)
}

// FailedValue is Value, for those who write results; nil if there is none.
func (e *Error) FailedValue() any {
	if e.Value == nil {
		return nil
	}
	return e.Value
}

// fail makes an error whose text ends as the format says.
func fail(reason Reason, command string, cause error, format string, arguments ...any) *Error {
	return &Error{Reason: reason, Command: command, Err: cause, text: fmt.Sprintf(format, arguments...)}
}

// withValue gives an error the value of its command, if it is one of this package.
func withValue(err error, v Value) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Value = &v
	}
	return err
}
