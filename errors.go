package overlap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	// ErrGoexit is the error of a call that ended its goroutine with runtime.Goexit, as t.FailNow and some mocks do.
	ErrGoexit = errors.New("the task ended its goroutine (runtime.Goexit)")
	// ErrGroupOver is the error of a future submitted to a group after Wait, or after a failure canceled the group.
	ErrGroupOver = errors.New("the group takes no more calls")
	// ErrWaitsForItself is what [Group.Wait] returns to a call of the group, which it would wait for for ever.
	ErrWaitsForItself = errors.New(
		"Group.Wait was called by a call of the group: wait for futures, or outside of its calls")
	// ErrFutureCanceled is the cause a call's context is canceled with by [Future.Cancel]. It is context.Canceled too.
	ErrFutureCanceled = fmt.Errorf("future canceled: %w", context.Canceled)
	// ErrAttemptsLeft says of a failed call that its job, or its future, was ended while the call waited for another attempt
	// (see [RetryPolicy]): the call's error is that of its last attempt, and this one as well.
	ErrAttemptsLeft = errors.New("the job ended before another attempt")
	// ErrMayHaveRun is the failure of a call that is to be made at most once ([AtMostOnce]), of which nobody knows whether
	// it was made: whoever had it is gone. It is not made again.
	ErrMayHaveRun = errors.New("it may have run")
)

// attemptsLeft is the error of a call that failed with err and waited for another attempt when its job ended.
type attemptsLeft struct{ err error }

func (e attemptsLeft) Error() string { return textOf(e.err) }

// Unwrap returns the error of the last attempt.
func (e attemptsLeft) Unwrap() error { return e.err }

// Is reports whether target is [ErrAttemptsLeft].
func (e attemptsLeft) Is(target error) bool { return target == ErrAttemptsLeft }

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
	switch e.Outcome {
	case Failed, Panicked, TimedOut, Abandoned: // their errors say it
	default:
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
		return fmt.Sprintf("timed out after %v, did not come back within its grace of %v, and was abandoned",
			e.Timeout, e.Grace)
	case e.saysSo():
		return fmt.Sprintf("timed out after %v", e.Timeout)
	}
	return fmt.Sprintf("timed out after %v: %s", e.Timeout, textOf(e.Err))
}

// saysSo reports whether what the task returned says no more than that its time was over; its methods may panic.
func (e *TimeoutError) saysSo() (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(e.Err, context.DeadlineExceeded) || errors.Is(e.Err, context.Canceled)
}

// Unwrap returns context.DeadlineExceeded and what the task returned.
func (e *TimeoutError) Unwrap() []error {
	if e.Err == nil {
		return []error{context.DeadlineExceeded}
	}
	return []error{context.DeadlineExceeded, e.Err}
}

// JobError is how a job failed. It says which of its calls have a value and which have none, and why: those that
// failed by themselves, those that were canceled because of that or because the job's context ended, and those that
// never started.
type JobError struct {
	// Failed are the calls that failed by themselves, in the order of their indexes: all of a Map, and of a Group,
	// which may go on for ever, the first 1,000 that failed.
	Failed []*CallError
	More   int // calls of a Group that failed by themselves and are not in Failed
	Total  int // calls the job had
	// Cause is the cause of an outer cancel, if there was one before all calls had ended, and what an observer broke
	// by (see [Observe]); else nil.
	Cause error

	withoutValue *indexSet // calls that were canceled or never started
}

// Missing yields the indexes of the calls that have no value, in their order: those in Failed, and those that were
// canceled or never started. All other calls have theirs, except for More that failed, and futures that were canceled
// one by one. It may be called at any time, by several goroutines, and takes little memory also where a million calls
// are missing.
func (e *JobError) Missing() iter.Seq[int] {
	return func(yield func(int) bool) {
		failed := e.Failed
		for i := range e.indexesWithoutValue().all() {
			for ; len(failed) > 0 && failed[0].Index < i; failed = failed[1:] {
				if !yield(failed[0].Index) {
					return
				}
			}
			if !yield(i) {
				return
			}
		}
		for _, c := range failed {
			if !yield(c.Index) {
				return
			}
		}
	}
}

// Lacks reports whether the call with the index is one of those that Missing yields: whether the value that a [Map]
// returned for it is not real.
func (e *JobError) Lacks(index int) bool {
	if e.indexesWithoutValue().has(index) {
		return true
	}
	byIndex := func(c *CallError, i int) int { return cmp.Compare(c.Index, i) }
	_, failed := slices.BinarySearchFunc(e.Failed, index, byIndex)
	return failed
}

func (e *JobError) indexesWithoutValue() *indexSet {
	if e.withoutValue == nil {
		return &indexSet{}
	}
	return e.withoutValue
}

// Error prints the first three failures.
func (e *JobError) Error() string {
	const most = 3
	var b strings.Builder
	if len(e.Failed) == 0 {
		return e.withoutFailures()
	}
	all := len(e.Failed) + e.More
	fmt.Fprintf(&b, "%d of %d calls failed: ", all, e.Total)
	for i, c := range e.Failed {
		if i == most {
			fmt.Fprintf(&b, "; and %d more", all-most)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.Error())
	}
	if e.Cause != nil {
		b.WriteString("; canceled: " + textOf(e.Cause))
	}
	return b.String()
}

func (e *JobError) withoutFailures() string {
	n := e.indexesWithoutValue().count
	switch {
	case n == 0 && e.Cause != nil: // an observer broke
		return textOf(e.Cause)
	case e.Cause != nil:
		return fmt.Sprintf("%d of %d calls have no value: %s", n, e.Total, textOf(e.Cause))
	}
	return fmt.Sprintf("%d of %d calls have no value", n, e.Total)
}

// Unwrap returns the failures, and the cause of the cancel if there was one.
func (e *JobError) Unwrap() []error {
	all := make([]error, 0, len(e.Failed)+1)
	for _, c := range e.Failed {
		all = append(all, c)
	}
	if e.Cause != nil {
		all = append(all, e.Cause)
	}
	return all
}

// failures collects the calls of a job that have no value.
type failures struct {
	mu           sync.Mutex
	mostKept     int // how many of the calls that failed are kept; 0 means all
	kept         []*CallError
	notKept      int      // how many failed and are not kept
	withoutValue indexSet // the calls that were canceled or never started
}

func (f *failures) add(e *CallError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.mostKept > 0 && len(f.kept) == f.mostKept {
		f.notKept++
		return
	}
	f.kept = append(f.kept, e)
}

// addWithoutValue counts calls that were canceled or never started.
func (f *failures) addWithoutValue(from, to int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.withoutValue.addRange(from, to)
}

// err is the error of a job that is over. The causes are those of the caller's cancel and what else stopped the job,
// or nil; an observer that broke is an error whatever the calls have come to.
func (f *failures) err(cause, observer error, total int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.kept) == 0 && f.withoutValue.count == 0 && observer == nil {
		return nil
	}
	slices.SortFunc(f.kept, func(a, b *CallError) int { return cmp.Compare(a.Index, b.Index) })
	switch {
	case cause == nil:
		cause = observer
	case observer != nil:
		cause = errors.Join(cause, observer)
	}
	return &JobError{Failed: f.kept, More: f.notKept, Total: total, Cause: cause, withoutValue: &f.withoutValue}
}

// guarded runs fn, which calls code of the user other than a task: a predicate, an observer, a method of an error. It
// returns nil when fn has returned, a *[PanicError] when it panicked, and [ErrGoexit] when it ended its goroutine.
// Since nothing can stop a Goexit, fn runs on a goroutine of its own, which costs about half a microsecond: guarded
// is for paths that are taken when something failed, or for many events at once.
func guarded(fn func()) (failed error) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		returned := false
		defer func() {
			if p := recover(); p != nil {
				failed = panicError(p)
			} else if !returned {
				failed = ErrGoexit
			}
		}()
		fn()
		returned = true
	}()
	<-over
	return failed
}

// panicError wraps what recover returned; it must be called by the function that recovered.
func panicError(value any) *PanicError { return &PanicError{Value: value, Stack: debug.Stack()} }
