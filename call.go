package overlap

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

// Call is one call handed to an executor. Exactly one of Worker.Run, Go, End and Requeue must be used on it, once.
type Call struct {
	worker  *Worker
	place   int64   // Map: the index; Stream: the place in its window
	future  *future // Group
	attempt int32   // attempts made before this one
	ticket  uint32  // Stream: the last bits of its index, and 1, where it was handed out by itself
}

// Go runs the call on a goroutine of its own.
func (c Call) Go() {
	c.worker = &c.worker.job.noWorker
	go c.run()
}

func (c Call) run() { c.worker.job.callSet.run(c) }

// outcomeOfWaiting is how a call ends that waits for an attempt when its job stops: as never started, or as its last
// attempt ended.
func (c Call) outcomeOfWaiting(last ending, cause error) (Outcome, error) {
	switch {
	case c.attempt == 0:
		return NeverStarted, cause
	case last.err == nil:
		return Canceled, cause
	}
	return last.outcome, attemptsLeft{last.err}
}

// Task is the call's task.
func (c Call) Task() AnyTask { return c.worker.job.callSet.taskOf(c) }

// Input is a pointer to the call's input, of type *In. It must not be changed, nor read after End or Requeue.
func (c Call) Input() any { return c.worker.job.callSet.input(c) }

// Context is the context of a call made elsewhere: it ends when the job is canceled and, after Started, when the call's
// future is, or the attempt has outlasted a [MedianTimeout]. So ask for it again after Started.
func (c Call) Context() context.Context {
	if m := c.worker.job.medians; m != nil {
		if ctx := m.context(c); ctx != nil {
			return ctx
		}
	}
	if c.future != nil {
		if ctx := c.future.context(); ctx != nil {
			return ctx
		}
	}
	return c.worker.job.ctx
}

// Timeout is how long an attempt made elsewhere may take, and how long it may then take to come back; 0 means that
// there is no limit.
func (c Call) Timeout() (timeout, grace time.Duration) {
	p := c.worker.job.callSet.rules(c)
	return p.timeout, p.grace
}

// Idempotent reports whether the call may be made twice ([Idempotent]).
func (c Call) Idempotent() bool { return c.worker.job.callSet.rules(c).idempotent }

// AtMostOnce reports whether no attempt at the call may be made twice ([AtMostOnce]).
func (c Call) AtMostOnce() bool { return c.worker.job.callSet.rules(c).atMostOnce }

// Index is the call's place in its job, from 0.
func (c Call) Index() int { return c.worker.job.callSet.index(c) }

// Attempt is the number of the attempt that is to be made, from 1.
func (c Call) Attempt() int { return int(c.attempt) + 1 }

// Timed reports whether anybody wants to know when the call begins and ends. If not, Started and EndAt are not worth
// their cost.
func (c Call) Timed() bool { return c.worker.job.timed() }

// Started says when the call began to run elsewhere; without it, it began when it was handed out.
func (c Call) Started(at time.Time) {
	j, began := c.worker.job, c.worker.setClock(at)
	j.callSet.started(c, began)
	if j.medians != nil {
		j.medians.started(c, began)
	}
}

// End ends an attempt that was made elsewhere. out is a *Out when the outcome is Succeeded and not used otherwise; err
// is nil exactly when it is. The job decides whether another attempt follows.
//
// End panics when out and o do not fit together, or the attempt has ended before.
func (c Call) End(out any, o Outcome, err error) {
	if o == Pending || int(o) >= len(outcomeNames) {
		panic(fmt.Sprintf("overlap: Call.End: %v is no outcome of an attempt", o))
	}
	if o != Succeeded && err == nil {
		err = fmt.Errorf("the executor gives no reason why the call is %s", o)
	}
	source := c.worker.job.callSet
	if !source.endAttempt(c) {
		endedTwice(c)
	}
	if m := c.worker.job.medians; m != nil {
		o, err = m.ended(c, o, err)
	}
	c.noteFailure(o, err)
	source.ended(c, out, o, err)
}

// output is what out, an *Out, points to.
func output[Out any](out any) Out {
	p, ok := out.(*Out)
	if !ok || p == nil {
		panic(fmt.Sprintf("overlap: Call.End: a call that succeeded needs a *%v, not %T", reflect.TypeFor[Out](), out))
	}
	return *p
}

// endedTwice is misuse of a Call.
func endedTwice(c Call) {
	panic(fmt.Sprintf("overlap: Call: attempt %d at a call of %v has ended before", c.Attempt(), c.worker.job.executor))
}

// EndAt is End for a call that ended a while ago.
func (c Call) EndAt(at time.Time, out any, o Outcome, err error) {
	if w := c.worker; w != &w.job.noWorker {
		w.setClock(at)
		w.endIsGiven = true
		defer func() { w.endIsGiven = false }()
	}
	c.End(out, o, err)
}

// Requeue gives back a call that has not started, or only seemed to: it is handed out again, and this was no attempt.
//
// Requeue panics when the attempt has ended.
func (c Call) Requeue() {
	if c.worker.job.callSet.hasEnded(c) {
		endedTwice(c)
	}
	c.giveBack(0)
}

// giveBack has the call handed out again, after a wait if it has no key.
func (c Call) giveBack(wait time.Duration) {
	if m := c.worker.job.medians; m != nil {
		m.forget(c)
	}
	if keys := c.worker.job.keys(); keys != nil {
		keys.holding.keep(c)
	}
	if c.future == nil || c.future.unbeginAttempt(c) {
		if wait > 0 && c.worker.job.keys() == nil {
			c.worker.job.waitForAttempt(c, ending{}, wait)
		} else {
			c.worker.job.requeue(c)
		}
	}
}
