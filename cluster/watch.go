package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors of [Executor.Watch].
var (
	// ErrJobGone is that the submitter of a job has gone without having said how the job ended.
	ErrJobGone = errors.New("its program is gone, and has not said how the job ended")
	// ErrJobSilent is that it is there and says nothing, or that nothing can be heard of it for the time being.
	ErrJobSilent = errors.New("nothing is heard of the job")
)

func watchesOf(job string) address { return address("jobs.watch." + job) }

// Watch calls see with how a job stands, twice a second, until it has ended, and returns the job then, whose End is set.
// While nothing is heard of it, see gets the job as it was last and an [ErrJobSilent] which says why. An error is
// [ErrNoJob], [ErrJobGone] when the engine knows nothing any more of the submitter and has not for five seconds, or the cause
// of the context's end; the job is as it was last heard of.
func (x *Executor) Watch(ctx context.Context, id string, see func(Job, error)) (Job, error) {
	if id == "" || !isWord(id) {
		return Job{}, fmt.Errorf("%w: %q", ErrNoJob, id)
	}
	last, err := x.lookAtJob(ctx, id)
	switch {
	case ctx.Err() != nil:
		return Job{}, context.Cause(ctx)
	case err != nil:
		return Job{}, noJob(id, err)
	}
	heard, missed := time.Now(), time.Time{} // missed: since when the engine knows of nobody who answers for the job
	for last.End == nil {
		switch now := time.Now(); {
		case err == nil:
			see(last, nil)
			heard, missed = now, time.Time{}
		case x.engine.shutOut() != nil:
			return last, x.engine.shutOut()
		case !x.engine.connected():
			see(last, fmt.Errorf("%w: the engine cannot be reached", ErrJobSilent))
			missed = time.Time{}
		case errors.Is(err, errNobody) && missed.IsZero():
			missed = now
		case errors.Is(err, errNobody) && now.Sub(missed) > silence:
			return last, ErrJobGone
		case now.Sub(heard) > silence:
			see(last, fmt.Errorf("%w: its program is stopped, has too much to do, or is cut off", ErrJobSilent))
		}
		select {
		case <-ctx.Done():
			return last, context.Cause(ctx)
		case <-time.After(watchEvery):
		}
		var job Job
		if job, err = x.lookAtJob(ctx, id); err == nil {
			last = job
		}
	}
	return last, nil
}

// lookAtJob asks once.
func (x *Executor) lookAtJob(ctx context.Context, id string) (Job, error) {
	one, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	text, err := x.engine.ask(one, watchesOf(id), []byte(x.id))
	if err != nil {
		return Job{}, err
	}
	return readJob(text)
}
