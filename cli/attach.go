//go:build !nocluster

package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"time"

	"example.com/overlap/cluster"
)

// attachJob shows how far a job is until it ends, and ends as it does.
func (p *program) attachJob(ctx context.Context, url, id string) error {
	ctx, unheed := signal.NotifyContext(ctx, endingSignals()...)
	defer unheed()
	x, err := cluster.Connect(ctx, url)
	if err != nil {
		return usageErrorf("%w", err)
	}
	defer x.Close()
	v := &jobView{program: p}
	job, err := x.Watch(ctx, id, v.show)
	p.messages.draw("")
	switch {
	case ctx.Err() != nil:
		if v.state == "" {
			return &statusError{status: exitInterrupted}
		}
		p.messages.sayf("the job runs on without this command: %s jobs attach %s shows it again, cancel in place of attach ends it",
			p.name, job.ID)
		return &statusError{status: exitInterrupted}
	case errors.Is(err, cluster.ErrNoJob):
		return p.noJob(ctx, x, err)
	case errors.Is(err, cluster.ErrJobGone):
		return fmt.Errorf("job %s of %s: %w: it was killed, or this machine was cut off from it when it ended; "+
			"if it has not ended, the same command with the same -o FILE goes on (%s)", job.ID, job.From, err, progressOf(job).average())
	case err != nil:
		return err
	}
	if v.state == "" {
		v.begin(job)
	}
	p.messages.sayf("job %s has ended with exit status %d", job.ID, job.End.Status)
	if job.End.Text != "" {
		p.messages.say(job.End.Text)
	}
	if job.End.Status == exitSucceeded {
		return nil
	}
	return &statusError{status: job.End.Status}
}

// noJob says which jobs there are.
func (p *program) noJob(ctx context.Context, x *cluster.Executor, err error) error {
	jobs, lookErr := x.Jobs(ctx, answersWithin)
	if lookErr != nil {
		return usageErrorf("%w", errors.Join(err, lookErr))
	}
	var there []string
	for _, job := range jobs {
		there = append(there, fmt.Sprintf("%s (%s of %s)", job.ID, job.Name, job.From))
	}
	hint := "no job is there; one that has ended has its results in its -o FILE, and one that was killed goes on by the same command"
	if len(there) > 0 {
		hint = "these are there: " + strings.Join(there, ", ")
	}
	return usageErrorf("%w", err).withHint(hint)
}

// jobView shows a job of another program.
type jobView struct {
	*program
	state  string // that has been told last; "" before anything was
	silent bool   // it has been told that nothing is heard
	rate   pace
}

// begin says which job it is.
func (v *jobView) begin(job cluster.Job) {
	v.messages.sayf("job %s, %s of %s, runs since %s; Ctrl-C leaves it running", job.ID, job.Name, job.From,
		job.Began.Local().Format(time.DateTime))
}

// show is told of the job twice a second.
func (v *jobView) show(job cluster.Job, err error) {
	if v.state == "" {
		v.begin(job)
	}
	now := progressOf(job)
	if state := stateOf(job); state != v.state {
		v.state = state
		text := now.average()
		switch state {
		case "paused":
			text = "paused, so that no call begins: " + text
		case "waits":
			text = job.Waits + ", and the job waits: " + text
		case "ends":
			text = "canceled or interrupted, so that no call begins any more: " + text
		}
		v.messages.sayf("%s", text)
	}
	if silent := err != nil; silent != v.silent {
		v.silent = silent
		if silent {
			v.messages.sayf("%v; waiting for it", err)
		} else {
			v.messages.say("the job is heard of again")
		}
	}
	v.messages.draw(now.line(v.rate.add(now.elapsed, now.ended)))
}

// progressOf is where a job of another program stands.
func progressOf(job cluster.Job) progress {
	total := job.Total
	if total <= 0 {
		total = -1
	}
	ended := job.Ended - job.Before
	return progress{
		total: total, before: job.Before, drawn: ended + job.Running, underWay: job.Running, ended: ended, failed: job.Failed, queued: job.Queued,
		workers: job.Workers, draining: job.Ending,
		elapsed: time.Since(job.Began),
	}
}
