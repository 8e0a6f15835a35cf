//go:build !nocluster

package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/overlap"
	"example.com/overlap/cluster"
)

// offer lets others see the job on its engine and give it orders, and returns the option by which it can be paused. tellEnd
// tells those who watch it how it has ended, by the error that its command ends with. On anything but an engine it does
// nothing.
func (j *job) offer(executor overlap.Executor) (options []overlap.Option, tellEnd func(error), err error) {
	on, ok := executor.(interface {
		Offer(state func() cluster.Job, obey func(order string) error) (*cluster.Offered, error)
	})
	if !ok {
		return nil, func(error) {}, nil
	}
	gate, began := overlap.NewGate(), time.Now()
	offered, err := on.Offer(func() cluster.Job {
		now := j.counts()
		return cluster.Job{
			Name: j.task.Name(), Began: began, Before: now.before, Ended: now.before + now.ended, Failed: now.failed,
			Running: now.underWay, Queued: now.queued, Workers: now.workers, Total: now.total, Paused: gate.Closed(), Ending: now.draining,
		}
	}, func(order string) error { return j.obey(order, gate) })
	if err != nil {
		return nil, nil, err
	}
	j.id = offered.ID()
	return []overlap.Option{gate}, func(err error) { offered.End(j.end(err)) }, nil
}

// obey follows an order from elsewhere.
func (j *job) obey(order string, gate *overlap.Gate) error {
	switch order {
	case cluster.PauseJob:
		if j.interrupted.Load() {
			return errors.New("the job has been canceled, and begins no call any more")
		}
		gate.Close()
		j.messages.sayf("paused by %s jobs", j.name)
	case cluster.ResumeJob:
		gate.Open()
		j.messages.sayf("resumed by %s jobs", j.name)
	case cluster.CancelJob:
		j.messages.sayf("canceled by %s jobs", j.name)
		gate.Open() // what waits for it ends as well
		select {
		case j.orders <- byOrder{}:
		default: // it has had more than it takes
		}
	default:
		return fmt.Errorf("%q is no order that this version knows", order)
	}
	return nil
}

// end is how the job has ended, by the error that its command ends with.
func (j *job) end(err error) cluster.End {
	status, hint, isSaid := statusOf(err)
	var said []string
	if !isSaid {
		said = append(said, err.Error())
	}
	if hint != "" {
		said = append(said, hint)
	}
	if j.ended.Load() > 0 || j.tally.left > 0 {
		said = append(said, j.tally.text(j.wasInterrupted()))
	}
	return cluster.End{Status: status, Text: strings.Join(said, "\n")}
}
