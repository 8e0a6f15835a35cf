package overlap

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrGoexit is the error of a call that ended its goroutine with runtime.Goexit, as t.FailNow and some mocks do.
	ErrGoexit = errors.New("the task ended its goroutine (runtime.Goexit)")
	// ErrGroupOver is the error of a future submitted to a group after Wait, or after a failure canceled the group.
	ErrGroupOver = errors.New("the group takes no more calls")
	// ErrWaitsForItself is what [Group.Wait] returns to a call of the group, which it would wait for for ever.
	ErrWaitsForItself = errors.New("Group.Wait was called by a call of the group: wait for futures, or outside of its calls")
	// ErrFutureCanceled is the cause a call's context is canceled with by [Future.Cancel]. It is context.Canceled too.
	ErrFutureCanceled = fmt.Errorf("future canceled: %w", context.Canceled)
)

// CallError is how one call failed.
type CallError struct {
	Task    string  // the task's name
	Index   int     // the call's place in its job, from 0
	Input   any     // the call's input
	Attempt int     // the attempt that ended the call, from 1; 0 if it never started
	Outcome Outcome // never Succeeded
	Err     error   // what the task returned, or a *PanicError, *TimeoutError, ErrGoexit or the cause of the cancel
}

func (e *CallError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s[%d] %s", e.Task, e.Index, brief(e.Input, 80))
	if e.Attempt > 1 {
		fmt.Fprintf(&b, ", attempt %d", e.Attempt)
	}
	if e.Outcome != Failed && e.Outcome != Panicked && e.Outcome != TimedOut && e.Outcome != Abandoned { // their errors say it
		fmt.Fprintf(&b, ", %s", e.Outcome)
	}
	b.WriteString(": " + textOf(e.Err))
	return b.String()
}

// Unwrap returns Err.
func (e *CallError) Unwrap() error { return e.Err }

// longestText is how many characters of another's text go into a message.
const longestText = 1 << 20

// textOf is an error's text, also when its Error method panics, as that of a nil pointer in an interface does.
func textOf(err error) string { return brief(err, longestText) }

// PanicError is a panic of a task, or of an iterator that gives a job its inputs.
type PanicError struct {
	Value any    // what was given to panic
	Stack []byte // of the goroutine that panicked, as debug.Stack prints it
}

func (e *PanicError) Error() string { return "panic: " + brief(e.Value, longestText) }

// Unwrap returns the panic's value if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// TimeoutError is an attempt that outlasted its Timeout. It is context.DeadlineExceeded too.
type TimeoutError struct {
	Timeout time.Duration
	Grace   time.Duration
	Err     error // what the task returned when it was told to stop; nil if it was abandoned
}

func (e *TimeoutError) Error() string {
	switch {
	case e.Err == nil:
		return fmt.Sprintf("timed out after %v, did not come back within its grace of %v, and was abandoned", e.Timeout, e.Grace)
	case e.saysSo():
		return fmt.Sprintf("timed out after %v", e.Timeout)
	}
	return fmt.Sprintf("timed out after %v: %s", e.Timeout, textOf(e.Err))
}

// saysSo reports whether what the task returned says no more than that its time was over; its methods may panic.
func (e *TimeoutError) saysSo() (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(e.Err, context.DeadlineExceeded)
}

// Unwrap returns context.DeadlineExceeded and what the task returned.
func (e *TimeoutError) Unwrap() []error {
	if e.Err == nil {
		return []error{context.DeadlineExceeded}
	}
	return []error{context.DeadlineExceeded, e.Err}
}
