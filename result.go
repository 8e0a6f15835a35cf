package overlap

import "time"

// Result is how one call of a [Stream] or a [Future] ended. The times are since the job's start, on a monotonic clock; a
// call that never started has only the first. In a run of tiny calls, the end of one is the start of the next.
type Result[In, Out any] struct {
	Index    int // of the input, from 0; −1 says that there are no more results, and Err why
	Input    In
	Value    Out   // the zero value unless the call succeeded
	Err      error // nil if it succeeded; else a *CallError, unless Index is −1
	Outcome  Outcome
	Attempts int
	Queued   time.Duration // the input was there
	Started  time.Duration // the last attempt began
	Finished time.Duration // the call ended
	Worker   int           // the worker's number from 0; under Async the call's index; −1 if the call was not handed out
}
