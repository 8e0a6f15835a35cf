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
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	From    string    `json:"from"`            // the submitter's machine and process
	Began   time.Time `json:"began,omitzero"`  // by the clock of who asks
	Before  int64     `json:"before"`          // calls that an earlier run has ended
	Ended   int64     `json:"ended"`           // calls that have ended, those that failed and those before included
	Failed  int64     `json:"failed"`          // calls that have failed
	Running int64     `json:"running"`         // calls that are under way
	Queued  int64     `json:"queued"`          // of them, those that wait for a worker
	Workers int       `json:"workers"`         // that are there and make its calls
	Total   int64     `json:"total"`           // calls that there are; 0 or less while that is not known
	Paused  bool      `json:"paused"`          // no call begins
	Ending  bool      `json:"ending"`          // no call will begin any more: it has been canceled, or interrupted
	Waits   string    `json:"waits,omitempty"` // why it gets no further for the time being; "" while it does
	End     *End      `json:"end,omitempty"`   // nil until it has ended
}

// saidJob is a job as its submitter tells it to others, whose clocks may differ.
type saidJob struct {
	Job               // without Began
	Age time.Duration `json:"age"` // since the job began; 0 if that is not known
}

// readJob reads what a submitter says of a job.
func readJob(text []byte) (Job, error) {
	var job saidJob
	if len(text) > mostJobText {
		return Job{}, errWire
	}
	if err := json.Unmarshal(text, &job); err != nil {
		return Job{}, err
	}
	if job.Age != 0 {
		job.Began = time.Now().Add(-job.Age)
	}
	return job.Job, nil
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
	mostAsker           = 2 * len(nonce{})
)

func jobsTo(asker string) address { return address("jobs.to." + asker) }
func ordersTo(job string) address { return address("jobs.orders." + job) }

// Offer lets other submitters of the engine see a job of this one, by [Executor.Jobs] and [Executor.Watch], and give it
// orders, by [Executor.OrderJob], until it is withdrawn or has ended. state is asked whenever somebody looks; the ID of what
// it returns is set. obey is given one order after another, and must not wait for the job. Workers can do neither.
func (x *Executor) Offer(state func() Job, obey func(order string) error) (*Offered, error) {
	o := &Offered{id: newNonce().String()[:8], state: state, waits: x.waits, watchers: map[string]time.Time{}}
	all := []func() (func(), error){
		func() (func(), error) {
			return x.engine.listen(toJobs, func(asker []byte) {
				if text := o.told(func() {}); text != nil && len(asker) <= mostAsker {
					_ = x.engine.send(jobsTo(string(asker)), text) // who asks again is told again
				}
			})
		},
		func() (func(), error) {
			return x.engine.reply(ordersTo(o.id), func(order []byte) []byte {
				if err := obey(string(order)); err != nil {
					return []byte(err.Error())
				}
				return []byte(obeyed)
			})
		},
		func() (func(), error) { return x.engine.reply(watchesOf(o.id), o.answer) },
	}
	for _, hear := range all {
		unhear, err := hear()
		if err != nil {
			o.Withdraw()
			return nil, err
		}
		o.unhear = append(o.unhear, unhear)
	}
	// An engine that answers this knows of all that has been said to it before. Without an answer others see the job later.
	ctx, cancel := context.WithTimeout(context.Background(), greeting)
	defer cancel()
	_, _ = x.engine.ask(ctx, watchesOf(o.id), nil)
	return o, nil
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
			if job, err := readJob(text); err == nil {
				jobs[job.ID] = job
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
		return noJob(id, err)
	case string(answer) != obeyed:
		return errors.New(string(answer[:min(len(answer), mostJobText)]))
	}
	return nil
}

// noJob is the error of a question about a job that got no answer.
func noJob(id string, err error) error {
	if errors.Is(err, errNobody) {
		return fmt.Errorf("%w: %s", ErrNoJob, id)
	}
	return fmt.Errorf("%w: %s (%w)", ErrNoJob, id, err)
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
