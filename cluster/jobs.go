package cluster

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Job is what a submitter says of a job that it runs.
type Job struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	From   string    `json:"from"`           // the submitter's machine and process
	Began  time.Time `json:"began,omitzero"` // by the clock of who asks
	Ended  int64     `json:"ended"`          // calls that have ended, those that failed included
	Failed int64     `json:"failed"`         // calls that have failed
	Total  int64     `json:"total"`          // calls that there are; 0 while that is not known
	Paused bool      `json:"paused"`         // no call begins
}

// saidJob is a job as its submitter tells it to others, whose clocks may differ.
type saidJob struct {
	Job               // without Began
	Age time.Duration `json:"age"` // since the job began; 0 if that is not known
}

// Orders for a job.
const (
	PauseJob  = "pause"
	ResumeJob = "resume"
	CancelJob = "cancel"
)

// ErrNoJob is that there is no job with an ID, or that its submitter does not answer.
var ErrNoJob = errors.New("no submitter answers for such a job")

const (
	toJobs      address = "jobs"   // what is asked of all submitters
	mostJobText         = 64 << 10 // longer answers are nobody's
)

func jobsTo(asker string) address { return address("jobs.to." + asker) }
func ordersTo(job string) address { return address("jobs.orders." + job) }

// Offer lets other submitters of the engine see a job of this one, by [Executor.Jobs], and give it orders, by
// [Executor.OrderJob], until stop is called. state is asked whenever somebody looks; the ID of what it returns is set.
// obey is given one order after another, and must not wait for the job. Workers can do neither.
func (x *Executor) Offer(state func() Job, obey func(order string) error) (stop func(), err error) {
	id := newNonce().String()[:8]
	unhear, err := x.engine.listen(toJobs, func(asker []byte) {
		job := saidJob{Job: state()}
		if !job.Began.IsZero() {
			job.Age = time.Since(job.Began)
		}
		job.ID, job.From, job.Began = id, workerName(), time.Time{}
		if text, err := json.Marshal(job); err == nil && len(asker) <= 2*len(nonce{}) {
			_ = x.engine.send(jobsTo(string(asker)), text) // who asks again is told again
		}
	})
	if err != nil {
		return nil, err
	}
	unserve, err := x.engine.reply(ordersTo(id), func(order []byte) []byte {
		if err := obey(string(order)); err != nil {
			return []byte(err.Error())
		}
		return []byte(obeyed)
	})
	if err != nil {
		unhear()
		return nil, err
	}
	return func() { unhear(); unserve() }, nil
}

// obeyed is the answer to an order that was followed; any other says why not.
const obeyed = "ok"

// Jobs are the jobs that submitters of the engine offer, the oldest first: those that answer within the time.
func (x *Executor) Jobs(ctx context.Context, within time.Duration) ([]Job, error) {
	answers := make(chan []byte, 1000)
	stop, err := x.engine.listen(jobsTo(x.id), func(text []byte) {
		select {
		case answers <- text:
		default: // more than anybody reads
		}
	})
	if err != nil {
		return nil, err
	}
	defer stop()
	if err := x.engine.send(toJobs, []byte(x.id)); err != nil {
		return nil, err
	}
	over := time.After(within)
	jobs := map[string]Job{}
	for {
		select {
		case text := <-answers:
			var job saidJob
			if len(text) <= mostJobText && json.Unmarshal(text, &job) == nil {
				if job.Age != 0 {
					job.Began = time.Now().Add(-job.Age)
				}
				jobs[job.ID] = job.Job
			}
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-over:
			var all []Job
			for _, job := range jobs {
				all = append(all, job)
			}
			slices.SortFunc(all, func(a, b Job) int { return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.ID, b.ID)) })
			return all, nil
		}
	}
}

// OrderJob gives a job an order, [PauseJob], [ResumeJob] or [CancelJob], and waits until it is followed. The error is what
// the submitter says against it, or [ErrNoJob].
func (x *Executor) OrderJob(ctx context.Context, id, order string) error {
	if id == "" || !isWord(id) {
		return fmt.Errorf("%w: %q", ErrNoJob, id)
	}
	answer, err := x.engine.ask(ctx, ordersTo(id), []byte(order))
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("%w: %s (%w)", ErrNoJob, id, err)
	case string(answer) != obeyed:
		return errors.New(string(answer[:min(len(answer), mostJobText)]))
	}
	return nil
}

// isWord reports whether a text can be part of an address.
func isWord(text string) bool {
	for _, c := range text {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
