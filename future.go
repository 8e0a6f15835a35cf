package overlap

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Future is a call that [Submit] has added to a group, and its value once it has ended. Safe for concurrent use.
type Future[Out any] struct {
	future
	value Out
}

// AnyFuture is a future whatever its type: what [All], [FirstCompleted], [FirstError] and [AsCompleted] take.
type AnyFuture interface {
	// Done is closed when the call has ended.
	Done() <-chan struct{}
	// Err is why the call did not succeed, a *[CallError]; nil while it has not ended.
	Err() error
	// Outcome is how the call ended; Pending while it has not.
	Outcome() Outcome
	// Running reports whether an attempt at the call is executing.
	Running() bool
	// Cancel ends the call, or tells it to end.
	Cancel() bool

	base() *future
}

// future is what all futures are, whatever their type.
type future struct {
	job    *groupJob
	self   submitted
	policy *policy
	index  int
	queued bool // it is in its group's queue, whose mutex guards this

	inWindow bool // it has a place in its group's window; written by whoever submits it, and then by its end

	mu       sync.Mutex // guards the five fields that follow
	phase    phase
	canceled bool
	ctx      *futureContext // the context of the latest attempt
	firstCtx futureContext  // what ctx points to at first, to save an allocation
	forDone  chan struct{}  // what Done returns, once somebody has asked

	watchers atomic.Pointer[watcher]

	// Written by the call, and read after its end.
	outcome  Outcome
	err      error
	attempts int
	worker   int
	times    struct{ queued, started, finished time.Duration }
}

type phase uint8

const (
	waiting phase = iota // to be handed out, or for another attempt
	running
	finished
)

func (f *future) base() *future { return f }

// Wait returns the call's value and error when it has ended. When ctx ends first, Wait returns its cause, and the call
// goes on. A call that waits with its own context lends its slot meanwhile.
func (f *Future[Out]) Wait(ctx context.Context) (Out, error) {
	if err := f.wait(ctx); err != nil {
		var zero Out
		return zero, err
	}
	return f.value, f.err
}

// Result is everything about the call, and whether it has ended. Its Input is of the task's input type.
func (f *Future[Out]) Result() (Result[any, Out], bool) {
	if !f.ended() {
		return Result[any, Out]{}, false
	}
	return Result[any, Out]{
		Index: f.index, Input: deref(f.self.input()), Value: f.value, Err: f.err, Outcome: f.outcome, Attempts: f.attempts,
		Queued: f.times.queued, Started: f.times.started, Finished: f.times.finished, Worker: f.worker,
	}, true
}

func (f *future) wait(ctx context.Context) error {
	mustHave(ctx, "Future.Wait")
	if !f.ended() {
		f.workForItself(ctx)
	}
	if !f.ended() {
		done := f.Done()
		var err error
		whileWaitingFor(ctx, []*future{f}, func() {
			select {
			case <-done:
			case <-ctx.Done():
				if !f.ended() {
					err = context.Cause(ctx)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	if f.outcome == Panicked && f.job.options.propagatePanics {
		p, _ := errors.AsType[*PanicError](f.err)
		f.job.waitUntilQuiet(ctx)
		panic(p)
	}
	return nil
}

// workForItself does the work for the future's call on this goroutine, which waits for it, if that is the only one to
// be done and there is a slot. ctx must not end before the call is to end.
func (f *future) workForItself(ctx context.Context) {
	j := f.job
	if !j.lendsWork || ctx.Done() != nil && ctx != j.callerCtx || frameOf(ctx) != nil || j.queued.Load() != 1 {
		return
	}
	w := j.borrow(f)
	if w == nil {
		return
	}
	returned := false
	defer func() { w.detach(returned) }()
	j.body(w)
	returned = true
}

// Err implements [AnyFuture].
func (f *future) Err() error {
	if !f.ended() {
		return nil
	}
	return f.err
}

// Outcome implements [AnyFuture].
func (f *future) Outcome() Outcome {
	if !f.ended() {
		return Pending
	}
	return f.outcome
}

// Running implements [AnyFuture].
func (f *future) Running() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.phase == running
}

// Cancel ends a call that is not running at once, as NeverStarted or, between two attempts, as Canceled; the context of
// one that runs is canceled with [ErrFutureCanceled], and what the call then returns is its end. Cancel reports whether
// the call had not ended, or had been canceled before. Its siblings go on.
func (f *future) Cancel() bool {
	f.mu.Lock()
	switch {
	case f.phase == finished:
		defer f.mu.Unlock()
		return f.canceled && (!f.ended() || f.outcome != Succeeded)
	case f.phase == running:
		defer f.mu.Unlock()
		f.canceled = true
		f.ctx.cancel()
		return true
	}
	f.canceled = true
	f.phase = finished
	f.mu.Unlock()
	f.end(nil, f.outcomeWhileWaiting(), ErrFutureCanceled)
	return true
}

// outcomeWhileWaiting is the outcome of a call that is ended while it waits to be handed out.
func (f *future) outcomeWhileWaiting() Outcome {
	if f.attempts > 0 {
		return Canceled
	}
	return NeverStarted
}

// beginAttempt begins an attempt, unless the call has been ended meanwhile.
func (f *future) beginAttempt(c Call) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase != waiting {
		return false
	}
	f.phase = running
	f.attempts = c.Attempt()
	if f.ctx == nil {
		f.ctx = &f.firstCtx
	} else {
		f.ctx = &futureContext{} // the last attempt's has been released, and somebody may still hold it
	}
	f.ctx.Context, f.ctx.worker = c.worker.job.ctx, c.worker
	return true
}

// hasEnded reports whether the attempt has ended already, other than by Cancel.
func (f *future) hasEnded(c Call) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.phase {
	case waiting:
		return int(c.attempt) < f.attempts
	case running:
		return c.Attempt() != f.attempts
	}
	return !f.canceled
}

// unbeginAttempt takes back that an attempt has begun. It reports false when the call has been canceled meanwhile, and
// so has ended.
func (f *future) unbeginAttempt(c Call) bool {
	f.mu.Lock()
	if f.phase == running {
		f.phase, f.attempts = waiting, int(c.attempt)
		f.ctx.release()
	}
	canceled := f.canceled && f.phase == waiting
	if canceled {
		f.phase = finished
	}
	over := f.phase == finished
	f.mu.Unlock()
	if canceled {
		f.end(nil, f.outcomeWhileWaiting(), ErrFutureCanceled)
	}
	return !over
}

// context is of the attempt that runs; nil while there is none.
func (f *future) context() context.Context {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.phase {
	case running:
		return f.ctx
	case finished:
		return endedContext
	}
	return nil
}

// endedContext is what a call finds that was canceled between being handed out and begun elsewhere.
var endedContext = func() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(ErrFutureCanceled)
	return ctx
}()

// setPhase ends an attempt that another may follow.
func (f *future) setPhase(to phase) {
	f.mu.Lock()
	f.phase = to
	f.ctx.release()
	f.mu.Unlock()
}

// end settles the call. Whoever set its phase to finished calls it, once.
func (f *future) end(w *Worker, o Outcome, err error) {
	j := f.job
	between := w == nil // two attempts: the wait is no part of the call
	if between {
		w = &j.noWorker
	}
	switch {
	case o == NeverStarted:
		f.worker = -1
	case !between:
		f.times.finished, f.worker = w.readClockAtEnd(), w.number(f.index)
	}
	if f.outcome = o; o != NeverStarted {
		j.note(w, EventFinished, f.index, f.attempts, o, f.times.finished)
	}
	var failed *CallError
	if o != Succeeded {
		failed = f.callError(o, err)
		f.err = failed
	}
	if failed != nil && !f.canceled {
		j.keepPanic(o, err) // before who waits is told
	}
	f.leaveRoom() // before who waits is told, who may submit another
	f.notify()
	switch {
	case o == Succeeded || f.canceled:
	case (o == Canceled || o == NeverStarted) && j.isStopping(): // else an executor says so of itself, which is a failure
		j.addWithoutValue(f.index, f.index+1)
		j.stopIfCanceled()
	default:
		j.failures.add(failed)
		if !j.options.keepGoing {
			j.stop(failed)
		}
	}
	if j.followed.Load() {
		if f.canceled { // nobody's failure
			j.releaseKey(Call{future: f})
		} else {
			j.callEnded(Call{worker: w, future: f}, o)
		}
	}
	j.countEnded(1)
}

// refuse ends a future that never was one of its group's calls.
func (f *future) refuse(err error) {
	f.phase, f.index, f.worker = finished, -1, -1
	f.outcome = NeverStarted
	f.err = f.callError(NeverStarted, err)
	f.notify()
}

func (f *future) callError(o Outcome, err error) *CallError {
	return &CallError{
		Task: f.self.task().Name(), Index: f.index, Input: deref(f.self.input()), Attempt: f.attempts, Outcome: o, Err: err,
	}
}

func (f *future) neverStarted(cause error) {
	if f.endWaiting() {
		f.end(nil, NeverStarted, cause)
	}
}

// endWaitingOf ends a call that waited to be handed out again when the group stopped; the last attempt stands, if one
// was made.
func (f *future) endWaitingOf(c Call, last ending, cause error) {
	if !f.endWaiting() {
		return
	}
	o, err := c.outcomeOfWaiting(last, cause)
	f.end(nil, o, err)
}

// endWaiting ends the call's waiting, if nobody has yet.
func (f *future) endWaiting() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase != waiting {
		return false
	}
	f.phase = finished
	return true
}

func (f *future) startedAt(c Call, at time.Duration) {
	at = c.worker.startNotBefore(f.times.queued, at)
	f.times.started = at
	if c.attempt == 0 {
		f.job.note(c.worker, EventQueued, f.index, 0, Pending, f.times.queued)
	}
	f.job.note(c.worker, EventStarted, f.index, c.Attempt(), Pending, at)
}

// futureContext is the context of one attempt at a future's call. Most calls never look at theirs, so what it takes to
// cancel one call is made only when somebody asks for it.
type futureContext struct {
	context.Context // the job's
	callFrame
	mu  sync.Mutex
	own atomic.Pointer[ownContext]
}

type ownContext struct {
	context.Context
	cancel context.CancelCauseFunc
}

// made is the context that can be canceled.
func (c *futureContext) made() *ownContext {
	if own := c.own.Load(); own != nil {
		return own
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if own := c.own.Load(); own != nil {
		return own
	}
	own := &ownContext{}
	own.Context, own.cancel = context.WithCancelCause(c.Context)
	c.own.Store(own)
	return own
}

func (c *futureContext) cancel() { c.made().cancel(ErrFutureCanceled) }

// release frees what was made, once the attempt has ended.
func (c *futureContext) release() {
	if own := c.own.Load(); own != nil {
		own.cancel(nil)
	}
}

func (c *futureContext) Done() <-chan struct{} { return c.made().Done() }

func (c *futureContext) Err() error {
	if own := c.own.Load(); own != nil {
		return own.Err()
	}
	return c.Context.Err()
}

func (c *futureContext) Value(key any) any {
	if _, ok := key.(frameKey); ok && c.worker.hasSlot() {
		return c.get()
	}
	if k, ok := key.(withinKey); ok && k.job == c.worker.job {
		return true
	}
	if own := c.own.Load(); own != nil {
		return own.Value(key)
	}
	return c.Context.Value(key)
}
