package overlap

import "fmt"

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

var outcomeNames = [...]string{"pending", "succeeded", "failed", "panicked", "timed out", "abandoned", "canceled", "never started", "worker died"}

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
