package overlap

import "context"

// Do makes one call of the task and returns its value, with everything that options and the executor's limit say of
// calls: a timeout, retries, a rate that is shared with jobs, a worker process. The error is the *[CallError] of the
// call; or a *[JobError] when ctx ended, or an option ended the job, before the call had; or the executor's refusal.
//
// It costs as much as a [Map] of one input, about a microsecond. A call of a job may call Do with its own context, and
// lends its slot meanwhile.
func Do[In, Out any](
	ctx context.Context, executor Executor, task *Task[In, Out], in In, options ...Option,
) (Out, error) {
	out, err := mapAs("Do", ctx, executor, task, []In{in}, options)
	if job, ok := err.(*JobError); ok && len(job.Failed) == 1 && job.Cause == nil {
		err = job.Failed[0]
	}
	return out[0], err
}
