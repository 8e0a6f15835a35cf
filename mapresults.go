package overlap

import (
	"context"
	"errors"
	"reflect"
)

// MapResults calls the task once for each input and returns what became of each call, in the order of the inputs: where
// [Map] has values, this has results, with value, error, outcome, attempts and times. It keeps going: a call that fails
// is a result ([HaltPolicy] ends it early).
//
// There are always len(in) results, each with its Index and Input, also when the job came to its end before its calls
// had. Of those that no worker got to, the Outcome is [NeverStarted] and Err a *[CallError] that says why. The error is
// nil when every call was made, however it ended. Otherwise it says why some were not, or were cut off: the cause of
// ctx, of a [Drain] or of an option that ended the job, the executor's refusal; or that an observer broke.
//
// It returns when nothing runs any more. Under [Sync], a Goexit of the task ends the caller's goroutine. It costs what
// a [Stream] does, some hundred nanoseconds a call. Calls of one MapResults must not wait for one another.
func MapResults[In, Out any](
	ctx context.Context, executor Executor, task *Task[In, Out], in []In, options ...Option,
) ([]Result[In, Out], error) {
	const where = "MapResults"
	mustBeExecutor(where, executor)
	task.mustBeMade(where)
	set := jobOptions(ctx, where, options)
	set.keys.mustFit(where, reflect.TypeFor[In]())
	set.total = len(in)
	results := make([]Result[In, Out], len(in))
	for i, input := range in {
		results[i] = Result[In, Out]{Index: i, Input: input, Outcome: NeverStarted, Worker: -1}
	}
	var ended error // why inputs were left
	for r := range streamOf(ctx, executor, task, eachOf(in), set) {
		if r.Index < 0 {
			ended = r.Err
		} else {
			results[r.Index] = r
		}
	}
	for i := range results {
		r := &results[i]
		switch {
		case r.Outcome == NeverStarted && r.Err == nil: // it was not even drawn
			r.Err = &CallError{Task: task.Name(), Index: i, Input: r.Input, Outcome: NeverStarted, Err: ended}
		case ended == nil && (r.Outcome == NeverStarted || r.Outcome == Canceled):
			ended = causeOf(ctx, r.Err)
		}
	}
	return results, ended
}

// causeOf is why a call was canceled or never started: the end of the job's context, or what its error says.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if call, ok := errors.AsType[*CallError](err); ok {
		return call.Err
	}
	return err
}

// eachOf gives the inputs to a Stream.
func eachOf[In any](in []In) func(yield func(In, error) bool) {
	return func(yield func(In, error) bool) {
		for _, input := range in {
			if !yield(input, nil) {
				return
			}
		}
	}
}
