package overlap

import "context"

// Drain lets a job come to its end early without harm to what runs: once ctx has ended, nothing begins any more, and
// what runs goes on to its end. No more inputs are drawn; a call that was drawn but has not begun ends as
// [NeverStarted]; one that waits for another attempt ends as its last attempt did; an attempt that fails is not made
// again. The job's error, if calls never started because of it, is context.Cause(ctx), as for a cancel. A job that is
// told to drain can still be canceled by its own context.
//
// Several Drains in the options of one job all count. Drain panics when ctx is nil.
func Drain(ctx context.Context) Option {
	if ctx == nil {
		panic("overlap: Drain: the context is nil")
	}
	return jobOption(func(o *options) { o.drains = append(o.drains, ctx) })
}

// Drained is closed when nothing of the job may begin any more, because a [Drain] said so: an executor that has taken
// calls and not begun them gives them back with [Call.Requeue]. It is nil, which blocks for ever, for a job without a
// Drain.
func (j *Job) Drained() <-chan struct{} { return j.drained }

// watchDrains has the job drain when one of the options says so, until the returned function is called.
func (j *Job) watchDrains() (unwatch func()) {
	var stops []func() bool
	for _, ctx := range j.options.drains {
		if ctx.Err() != nil { // at once, so that nothing starts
			j.drain(ctx)
			break
		}
		stops = append(stops, context.AfterFunc(ctx, func() { j.drain(ctx) }))
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

func (j *Job) drain(ctx context.Context) {
	if j.halt(context.Cause(ctx)) {
		close(j.drained)
	}
}

// outsideCause is why calls of the job were canceled or never started, if the reason was none of them.
func (j *Job) outsideCause() error {
	if cause := context.Cause(j.outer); cause != nil {
		return cause
	}
	for _, ctx := range j.options.drains {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}
