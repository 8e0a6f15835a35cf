package overlap

import (
	"fmt"
	"time"
)

// Outcome says how a call ended. Every call ends exactly once, with one outcome.
type Outcome uint8

const (
	// Pending is the outcome of a call that has not ended.
	Pending Outcome = iota
	// Succeeded: the task returned a nil error.
	Succeeded
	// Failed: the task returned an error, or ended its goroutine ([ErrGoexit]).
	Failed
	// Panicked: the task panicked; the error is a [PanicError].
	Panicked
	// TimedOut: the attempt's Timeout passed and the task returned an error within its Grace.
	TimedOut
	// Abandoned: the attempt's Timeout and Grace passed and the task has not come back. It may still be running; its
	// slot is free and what it returns is dropped. [AbandonedRunning] counts them.
	Abandoned
	// Canceled: the call's context was canceled while it ran, and the task returned because of that.
	Canceled
	// NeverStarted: the job or the future was canceled, or the executor refused, before the call's first attempt.
	NeverStarted
	// WorkerDied: the process or machine that ran the call is gone.
	WorkerDied
)

var outcomeNames = [...]string{
	"pending", "succeeded", "failed", "panicked", "timed out", "abandoned", "canceled", "never started", "worker died",
}

// String is the outcome in words, as it stands in messages and in the command's output.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return "unknown outcome"
}

// MarshalText gives the words of String. An outcome that has none is an error.
func (o Outcome) MarshalText() ([]byte, error) {
	if int(o) >= len(outcomeNames) {
		return nil, fmt.Errorf("%d is no outcome", o)
	}
	return []byte(o.String()), nil
}

// UnmarshalText reads the words of String. Others are an error, and leave the outcome as it was.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, name := range outcomeNames {
		if name == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no outcome: it must be one of %q", text, outcomeNames)
}

// Result is how one call of a [Stream] or a [Future] ended. The times are since the job's start, on a monotonic clock;
// a call that never started has only the first. In a batch of tiny calls, the end of one is the start of the next.
type Result[In, Out any] struct {
	Index    int // of the input, from 0; −1 says that there are no more results, and Err why
	Input    In
	Value    Out   // the zero value unless the call succeeded
	Err      error // nil if it succeeded; else a *CallError, unless Index is −1
	Outcome  Outcome
	Attempts int
	Queued   time.Duration   // the input was there
	Started  time.Duration   // the last attempt began
	Finished time.Duration   // the call ended
	Worker   int             // the worker's number from 0; under Async the call's index; −1 if the call was not handed out
	Earlier  []FailedAttempt // the attempts before the last, in their order; nil for none, and of a Future
}
