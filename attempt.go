package overlap

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"time"
)

// attempt is one attempt at a call on this goroutine, with everything that the options asked for.
type attempt struct {
	ctx      context.Context // the context of the attempt
	callCtx  context.Context // the context of the call
	call     Call
	deadline *deadline // nil: the attempt has no timeout
}

// deadline bounds an attempt.
type deadline struct {
	timeout *TimeoutError // the cause of the attempt's context, when that ends because of the Timeout; nil: there is none
	median  *timedAttempt // the attempt, bounded by a MedianTimeout; nil: there is none
	cancel  context.CancelFunc
	timer   *time.Timer                // starts the grace; nil: it does not start at a time known before
	grace   atomic.Pointer[time.Timer] // ends the call as abandoned, unless the attempt comes back first
	settled atomic.Bool                // set by whichever of the two comes first
}

// graceOf returns a function that starts the grace of an attempt on w; why it has had its time goes to abandon.
func (v *deadline) graceOf(w *Worker, grace time.Duration, abandon func(error)) (start func(why error)) {
	if w.inline { // nobody can go on without its goroutine
		return func(error) {}
	}
	return func(why error) {
		timer := time.AfterFunc(grace, func() {
			if v.settled.CompareAndSwap(false, true) {
				w.markLost()
				abandoned.Add(1)
				abandon(why)
				w.detachAbandoned()
			}
		})
		if !v.grace.CompareAndSwap(nil, timer) { // two limits are over, and the grace of one has begun
			timer.Stop()
		}
	}
}

// begin starts an attempt in the call's context ctx. abandon ends the call without the goroutine.
func (c Call) begin(ctx context.Context, p *policy, index int, abandon func(error)) attempt {
	w, j := c.worker, c.worker.job
	a := attempt{ctx: ctx, callCtx: ctx, call: c}
	if left, limited := j.timeLeft(); p.timeout > 0 || limited || j.medians != nil {
		v := &deadline{cancel: func() {}}
		a.deadline = v
		startGrace := v.graceOf(w, p.grace, abandon)
		var until time.Duration
		var why error
		if limited {
			until, why = left, j.outlasted(p)
		}
		if p.timeout > 0 {
			v.timeout = &TimeoutError{Timeout: p.timeout, Grace: p.grace}
			a.ctx, v.cancel = context.WithTimeoutCause(ctx, p.timeout, v.timeout)
			if !limited || p.timeout <= left {
				until, why = p.timeout, v.timeout
			}
		}
		if why != nil {
			// Not one timer for both: after Ctrl-Z and fg both times can be over, and the attempt has not been told yet.
			v.timer = time.AfterFunc(until, func() { startGrace(why) })
		}
		if j.medians != nil {
			v.median = j.medians.start(c, a.ctx, j.now(), p.grace, startGrace)
			a.ctx = v.median.ctx
		}
	}
	if j.options.profileLabels {
		task := j.callSet.taskOf(c).Name()
		a.ctx = pprof.WithLabels(a.ctx, pprof.Labels("overlap.task", task, "overlap.index", strconv.Itoa(index)))
		pprof.SetGoroutineLabels(a.ctx)
	}
	return a
}

// end says how the attempt ended; o is what became of a task that returned. It reports false when the call was
// abandoned: then the goroutine must touch nothing of the job any more.
func (a *attempt) end(returned bool, panicked any, o Outcome, err error) (Outcome, error, bool) {
	if a.deadline != nil {
		defer a.deadline.cancel()
		if a.deadline.timer != nil {
			a.deadline.timer.Stop()
		}
		if grace := a.deadline.grace.Load(); grace != nil {
			grace.Stop()
		}
		ours := a.deadline.settled.CompareAndSwap(false, true)
		if m := a.deadline.median; m != nil {
			m.end(m.times.job.now(), ours && returned && o == Succeeded)
		}
		if !ours {
			a.call.worker.markLost()
			abandoned.Add(-1)
			return Abandoned, nil, false
		}
	}
	if a.call.worker.job.options.profileLabels {
		pprof.SetGoroutineLabels(a.callCtx)
	}
	switch {
	case panicked != nil:
		return Panicked, panicError(panicked), true
	case !returned:
		return Failed, ErrGoexit, true
	case o == TimedOut:
		why := a.outlasted()
		err = &TimeoutError{Timeout: why.Timeout, Grace: why.Grace, Err: err}
	}
	return o, err, true
}

// outlasted is the timeout of its own that ended the attempt's context; nil if none did.
func (a *attempt) outlasted() *TimeoutError {
	if a.deadline == nil {
		return nil
	}
	own, _ := context.Cause(a.ctx).(*TimeoutError)
	switch median := a.deadline.median; {
	case own == nil:
		return nil
	case own == a.deadline.timeout, median != nil && own == median.timeout:
		return own
	}
	return nil // of a call around this one
}

// classify is how an attempt ended whose task returned err, which may be nil.
func (a *attempt) classify(err error) (o Outcome, limit, _ error) {
	switch {
	case err == nil:
		return Succeeded, nil, nil
	case a.outlasted() != nil:
		return TimedOut, nil, err
	}
	return classify(a.callCtx, err)
}

// classify is how an attempt ended whose task returned err: canceled or failed, and for want of what if that is
// something local. It calls methods of err, which are the user's and may break; then that is the error, since whoever
// looked into err again would break as well.
func classify(ctx context.Context, err error) (o Outcome, limit, _ error) {
	broken := guarded(func() {
		o = outcomeOf(ctx, err)
		if o == Failed {
			limit = localLimit(err)
		}
	})
	if broken != nil {
		return Failed, nil, fmt.Errorf("looking into a %T that the task returned: %w", err, broken)
	}
	return o, limit, err
}

// outcomeOf tells a call that was canceled from one that failed, by the error it returned.
func outcomeOf(ctx context.Context, err error) Outcome {
	if ended := ctx.Err(); ended != nil && (errors.Is(err, ended) || errors.Is(err, context.Cause(ctx))) {
		return Canceled
	}
	return Failed
}

// taker takes how an attempt ended: a Map, a Stream or a future.
type taker[Out any] interface {
	attempted(c Call, v Out, o Outcome, err error)
	// finish ends a call that did not succeed, without another attempt.
	finish(c Call, o Outcome, err error)
}

// perform makes one attempt at a call on this goroutine, where no option asks for more. It is apart from
// performWithOptions to keep its frame small: growing a goroutine's first stack costs more than starting the goroutine.
func perform[In, Out any](
	c Call, ctx context.Context, fn func(context.Context, In) (Out, error), in In, to taker[Out],
) {
	running := true
	defer func() {
		if running {
			endBroken(c, recover(), to)
		}
	}()
	v, err := fn(ctx, in)
	running = false
	if err != nil {
		endFailed(c, ctx, v, err, to)
		return
	}
	to.attempted(c, v, Succeeded, nil)
}

// endFailed ends an attempt whose task returned an error.
func endFailed[Out any](c Call, ctx context.Context, v Out, err error, to taker[Out]) {
	o, limit, err := classify(ctx, err)
	if !c.holdBackFor(ctx, limit, err) && !c.offerAgain(o, err) {
		to.attempted(c, v, o, err)
	}
}

// endBroken ends an attempt that did not come back: it panicked or, if panicked is nil, ended its goroutine. The
// function that recovered must call it, for the stack.
func endBroken[Out any](c Call, panicked any, to taker[Out]) {
	var zero Out
	var err error = ErrGoexit
	o := Failed
	if panicked != nil {
		o, err = Panicked, panicError(panicked)
	}
	c.noteFailure(o, err)
	to.attempted(c, zero, o, err)
}

// performWithOptions is perform with everything that the options asked for.
func performWithOptions[In, Out any](
	c Call, ctx context.Context, p *policy, index int,
	fn func(context.Context, In) (Out, error), in In, to taker[Out],
) {
	a := c.begin(ctx, p, index, func(err error) { to.finish(c, Abandoned, err) })
	var v Out
	var err error
	var limit error
	o, returned := Pending, false
	defer func() {
		o, err, ours := a.end(returned, recover(), o, err)
		if ours && !c.holdBackFor(ctx, limit, err) && !c.offerAgain(o, err) {
			to.attempted(c, v, o, err)
		}
	}()
	v, err = fn(a.ctx, in)
	returned = true
	o, limit, err = a.classify(err)
}

// needsNoOptions reports whether an attempt needs no more than perform does.
func (j *Job) needsNoOptions(p *policy) bool {
	return p.timeout == 0 && !j.options.profileLabels && j.options.timeLimit == 0 && j.halt == nil && j.medians == nil
}
