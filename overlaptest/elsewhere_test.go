package overlaptest_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"example.com/overlap"
)

// elsewhere runs calls in another place, which it reaches by messages: here the place is a goroutine and the messages
// go through a channel, and it could as well be another process. Only the task's name and the input go there, only the
// output or the error come back.
type elsewhere struct{ n int }

// message asks the other place for one attempt; what comes back goes into the reply.
type message struct {
	ctx     context.Context
	task    string
	input   any
	options []overlap.Option
	reply   chan reply
}

type reply struct {
	output  any
	outcome overlap.Outcome
	err     error
}

func (e elsewhere) Start(job *overlap.Job) error {
	for range e.n {
		job.Go(func(w *overlap.Worker) {
			messages := make(chan message)
			defer close(messages)
			go place(messages)
			for c, ok := w.Next(); ok; c, ok = w.Next() {
				if !c.Task().Defined() {
					c.End(nil, overlap.Failed, fmt.Errorf("%s has no name that is known elsewhere: make it with Define",
						c.Task().Name()))
					continue
				}
				if job.Context().Err() != nil {
					c.Requeue() // it has not started, and the job says what becomes of it
					continue
				}
				c.Started(time.Now())
				r := ask(messages, c)
				c.End(r.output, r.outcome, r.err)
			}
		})
	}
	return nil
}

// ask has the other place make an attempt at a call.
func ask(messages chan<- message, c overlap.Call) reply {
	m := message{c.Context(), c.Task().Name(), reflect.ValueOf(c.Input()).Elem().Interface(), nil, make(chan reply)}
	if timeout, grace := c.Timeout(); timeout > 0 {
		m.options = []overlap.Option{overlap.Timeout(timeout), overlap.Grace(grace)}
	}
	messages <- m
	return <-m.reply
}

func (e elsewhere) String() string { return fmt.Sprintf("elsewhere(%d)", e.n) }

// place is the other place: a job of one call for each message tells how the attempt ended.
func place(messages <-chan message) {
	for m := range messages {
		task, _ := overlap.Lookup(m.task)
		values, err := overlap.Map(m.ctx, overlap.Async(), task.Untyped(), []any{m.input}, m.options...)
		job, failed := errors.AsType[*overlap.JobError](err)
		switch {
		case failed && len(job.Failed) > 0:
			m.reply <- reply{nil, job.Failed[0].Outcome, job.Failed[0].Err}
		case err != nil:
			m.reply <- reply{nil, overlap.Canceled, err}
		default:
			_, out := task.Types()
			output := reflect.New(out) // a *Out
			if values[0] != nil {
				output.Elem().Set(reflect.ValueOf(values[0]))
			}
			m.reply <- reply{output.Interface(), overlap.Succeeded, nil}
		}
	}
}
