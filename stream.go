package overlap

import (
	"context"
	"iter"
	"math"
)

// Stream calls the task once for each input that seq gives and yields the results as calls end, or in the order of
// the inputs with [Ordered]. It keeps going: a call that fails is a result. Inputs are drawn from seq, on a goroutine
// of its own (the caller's under [Sync]), only as far as the window allows: inputs drawn minus results taken never
// exceeds it ([Window]), and a result is taken when the body of the loop ends. So inputs without end work in constant
// memory.
//
// Each input drawn has exactly one result, unless the loop is left early: a break cancels what runs, and the loop
// ends when nothing runs any more. That includes seq: one that blocks is waited for. When ctx ends, calls that run
// end as canceled and calls that wait as never started. A last result with Index −1 says why inputs were left: the
// cause of ctx, the executor's refusal, or that seq panicked (a *[PanicError]) or ended its goroutine ([ErrGoexit];
// under [Sync] that is the caller's, which ends when nothing runs any more); or that an observer broke ([Observe]).
// What seq gives after it was told to stop, or after it has returned, is ignored; several of its goroutines may give
// inputs, which come one after another.
//
// Each range over the returned sequence starts the job anew, as far as seq can. A call costs some hundred nanoseconds.
// The calls of one Stream must not wait for one another.
func Stream[In, Out any](ctx context.Context, executor Executor, task *Task[In, Out], seq iter.Seq[In], options ...Option) iter.Seq[Result[In, Out]] {
	if seq == nil {
		panic("overlap: Stream: the inputs are nil")
	}
	return StreamErr(ctx, executor, task, func(yield func(In, error) bool) {
		seq(func(in In) bool { return yield(in, nil) })
	}, options...)
}

// StreamErr is [Stream] over a source that can fail. Its first error ends the inputs: the calls before it have their
// results, and the last result has Index −1 and the error.
func StreamErr[In, Out any](ctx context.Context, executor Executor, task *Task[In, Out], seq iter.Seq2[In, error], options ...Option) iter.Seq[Result[In, Out]] {
	mustBeExecutor("Stream", executor)
	task.mustBeMade("Stream")
	if seq == nil {
		panic("overlap: Stream: the inputs are nil")
	}
	set := jobOptions(ctx, "Stream", options)
	return func(yield func(Result[In, Out]) bool) {
		s := &stream[In, Out]{of: task, seq: seq}
		s.init(ctx, s, set)
		defer s.cancel(nil)
		s.policy = s.options.policy.over(task.policy)
		s.runs, s.grows, s.Job.task = true, true, task
		if err := s.launch(executor); err != nil {
			yield(Result[In, Out]{Index: -1, Err: err, Outcome: NeverStarted, Worker: -1})
			return
		}
		s.open()
		defer s.watch()()
		if s.inline != nil {
			s.consumeInline(yield)
		} else {
			s.consume(yield)
		}
	}
}

// defaultWindow is the window where none is given.
func (j *Job) defaultWindow() int {
	const least = 64
	switch {
	case j.inline != nil:
		return 1
	case j.slots != nil:
		return max(least, 2*min(j.slots.Limit(), math.MaxInt/2))
	case j.feeders > 0:
		return max(least, 2*j.feeders)
	}
	return 1024
}
