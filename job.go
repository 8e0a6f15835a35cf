package overlap

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Job is one Map, Stream or Group as an executor sees it. It hands out calls, and owns the workers that pull them: it
// starts them when there are calls, joins them, and replaces one whose goroutine a call took with it.
type Job struct {
	options   options
	callSet   callSet
	task      AnyTask // the task of all calls; nil for a Group
	executor  Executor
	ctx       context.Context // the context of the calls
	cancel    context.CancelCauseFunc
	callerCtx context.Context // the context that the caller gave
	start     time.Time
	launched  bool   // the executor's Start has returned
	noWorker  Worker // stands in for a worker where a call runs on a goroutine of Call.Go, or on none
	batches   bool   // the call set hands out batches of calls
	mayGrow   bool   // calls may be added at any time, so workers are parked rather than ended
	waitedFor bool   // whoever has made the job waits for it once its calls are there: a Map
	lendsWork bool   // a goroutine that waits for a call may do the work that was given to Serve

	batchPlaces int // how many places a worker's ring has, where the places of a batch are not consecutive; else 0

	// How the executor takes calls.
	inline    func(*Worker)
	offer     func(Call) bool
	body      func(*Worker)
	slots     *Slots
	feeders   int    // how many workers Go was called for
	outerCall *frame // the call that this job was started from, if any
	lender    *frame // the nearest call around this job that holds one of its slots

	level int // its priority among the jobs that share its slots: 0 for the highest

	// The neighbours in the queue of slots, whose mutex guards them.
	queuedBefore, queuedAfter *Job

	done      chan struct{} // closed when nothing runs and nothing will
	drained   chan struct{} // closed when a Drain has ended; nil without one
	stopped   atomic.Bool   // nothing may begin any more
	stopCause error         // why it was stopped; written before stopped is set
	closed    atomic.Bool   // no more calls will be added
	takesMany atomic.Bool   // a worker has asked for more than one call at once
	perWorker atomic.Int64  // how many calls a worker makes at once at most; 0: one

	extra    atomic.Int64 // extra attempts, where a RetryPolicy bounds them
	heldBack atomic.Int32 // how many calls wait since something local ran out; read without the mutex

	_             [64]byte     // what follows changes all the time, and is kept away from what every call reads
	openCalls     atomic.Int64 // how many calls have not ended, and one more while calls may be added
	activeWorkers atomic.Int64 // how many workers have not left, and one more until all calls have ended
	queued        atomic.Bool  // the job is in the queue of its slots
	starting      atomic.Int32 // how many workers have been started and have not claimed anything yet
	offering      atomic.Int32 // how many workers may have calls in their batches that they do not begin at once
	_             [64]byte

	mu             sync.Mutex
	byNumber       []*Worker // each worker at its number, from its first call to the end of the job or of its goroutine
	vacant         []int     // the numbers in byNumber that no worker has
	idle           []*Worker // the workers in byNumber that are not working
	parked         sync.Cond // feeders wait here for calls
	waitingFeeders int       // how many do
	allEnded       bool      // all calls have ended
	waitingCalls
	heldBackCalls
	firstPanic *PanicError   // the panic that is to be raised by those who wait
	quiet      chan struct{} // made with firstPanic; closed when no call of a group runs any more

	teller *teller // nil: nobody observes

	admission  *admission      // nil: calls may start at any time
	halt       *halt           // nil: no HaltPolicy
	medians    *medianTimeouts // nil: no MedianTimeout
	tuner      *tuner          // nil: not on Auto
	followed   atomic.Bool     // admission, halt or tuner wants to know of each call that ends, by callEnded
	inlineWake chan struct{}   // closed when an inline job is dispatched, for who waits in sleepUntilDue; nil: nobody does
}

func (j *Job) init(ctx context.Context, src callSet, set options) {
	j.options = set
	j.teller = newTeller(j, set.observers)
	j.callerCtx = ctx
	j.ctx, j.cancel = context.WithCancelCause(ctx)
	j.callSet, j.start, j.done = src, time.Now(), make(chan struct{})
	j.parked.L = &j.mu
	if len(j.options.drains)+len(j.options.halts) > 0 {
		j.drained = make(chan struct{})
	}
	j.outerCall = frameOf(ctx)
	j.level = set.priority.level()
	j.openCalls.Store(1)
	j.activeWorkers.Store(1)
	j.noWorker = Worker{job: j, id: -1}
	j.admission, j.halt, j.medians = newAdmission(j), newHalt(j), newMedianTimeouts(j)
	j.followed.Store(j.halt != nil || j.admission != nil && j.admission.keys != nil)
}

// launch hands the job to the executor.
func (j *Job) launch(executor Executor) error {
	j.executor = executor
	err := executor.Start(j)
	j.launched = true
	if err != nil {
		return err
	}
	if j.inline == nil && j.outerCall != nil { // its calls do not run on the goroutine that holds the slot around them
		j.ctx = &jobContext{j.ctx, &frame{parent: j.outerCall}}
	}
	for range j.feeders {
		j.hire(nil).startFeeder()
	}
	return nil
}

// Inline has the calls run by work on the goroutine that waits for them. Nothing can be abandoned there.
func (j *Job) Inline(work func(*Worker)) { j.inline = work }

// Serve has work run by workers that need both a call and a slot: they are started when there are both, and should
// return when there are no more calls, as [Worker.Work] does. A worker never waits for a call while it holds a slot.
func (j *Job) Serve(slots *Slots, work func(*Worker)) {
	j.slots, j.body = slots, work
	j.lender = j.outerCall.nearestOn(slots)
}

// Go has work run by one more worker with a goroutine of its own, for as long as the job lasts: its [Worker.Next]
// blocks until there is a call. All workers of a job run the same work.
func (j *Job) Go(work func(*Worker)) {
	j.body = work
	j.feeders++
}

// Offer has take called with each call, on the goroutine that adds it, so take must not block for long. When take
// returns false, the call waits for one of the workers of [Job.Go].
func (j *Job) Offer(take func(Call) bool) { j.offer = take }

// Lend says that the work given to [Job.Serve] runs no task on its goroutine, but has it run elsewhere. A goroutine
// that waits for a single future may then do the work itself: waking another one costs more than sending a call to a
// process and reading the reply.
func (j *Job) Lend() { j.lendsWork = true }

// Observe has fn told what happens to the job's calls, as the option [Observe] does: for an executor that goes by how
// long calls take or whether they fail. Only Start may call it. An executor that observes makes the job as slow as any
// observer does. Observe panics when fn is nil, or the job has started.
func (j *Job) Observe(fn func(worker int, events []Event)) {
	switch {
	case fn == nil:
		panic("overlap: Job.Observe: the function is nil")
	case j.launched:
		panic("overlap: Job.Observe: the job has started: call it in the executor's Start")
	case j.teller == nil:
		j.teller = newTeller(j, []observer{{tell: fn}})
	default:
		j.teller.observe(observer{tell: fn})
	}
}

// Task is the task of all the job's calls; nil for a [Group], whose calls each have one.
func (j *Job) Task() AnyTask { return j.task }

// Context ends when the job is canceled; its cause says why.
func (j *Job) Context() context.Context { return j.ctx }

// now is the time since the job's start.
func (j *Job) now() time.Duration { return time.Since(j.start) }

// hasWork reports whether there are more calls that may start now, and that nobody has claimed, than workers about to
// claim one. If there are more calls which may not, the job is dispatched when they may.
func (j *Job) hasWork() bool {
	starting := int(j.starting.Load())
	return j.readyCalls() > starting && !j.heldUp() && (j.admission == nil || j.admission.allows(starting+1))
}

// readyCalls is how many calls could be handed out, but for rates and gates. Of calls that have a key, that may be
// fewer: whoever claims one finds that out.
func (j *Job) readyCalls() int {
	n := int(j.requeuedCount.Load())
	if j.keys() == nil || j.keys().hasRoom() {
		n += j.callSet.ready()
	}
	return n
}

// dispatch sees to it that somebody takes the calls that are ready.
func (j *Job) dispatch() {
	switch {
	case j.offer != nil:
		for !j.heldUp() {
			c, ok := j.claimNext()
			if !ok {
				return
			}
			c.worker = &j.noWorker
			if !j.offer(c) {
				j.refused(c)
				return
			}
		}
	case j.slots != nil:
		j.slots.startWorkers(j)
	case j.feeders > 0:
		j.mu.Lock()
		j.parked.Signal()
		j.mu.Unlock()
	case j.admission != nil:
		j.wakeInline()
	}
}

// claimNext claims the call whose turn it is, if one may start now.
func (j *Job) claimNext() (Call, bool) {
	if j.admission != nil {
		return j.admission.claim()
	}
	return j.claimAny()
}

// claimAny claims the call whose turn it is.
func (j *Job) claimAny() (Call, bool) {
	if j.requeuedCount.Load() > 0 {
		if c, ok := j.popRequeued(); ok {
			return c, true
		}
	}
	return j.callSet.claimOne()
}

// claimSeveralAny claims up to len(calls) calls, all of one task and its options.
func (j *Job) claimSeveralAny(calls []Call) int {
	if j.requeuedCount.Load() > 0 {
		if n := j.popSeveralRequeued(calls); n > 0 {
			return n
		}
	}
	return j.callSet.claimSeveral(calls)
}

// close says that no more calls come than the total.
func (j *Job) close(total int) {
	j.closed.Store(true)
	if j.halt != nil {
		j.halt.setTotal(total)
	}
	j.countOutCalls(1)
}

// countEnded counts n calls as ended.
func (j *Job) countEnded(n int64) {
	if n > 0 {
		if j.heldBack.Load() > 0 {
			j.letOneTryAgain()
		}
		if j.tuner != nil {
			j.tuner.callsEnded(n)
		}
		j.countOutCalls(n)
	}
}

func (j *Job) countOutCalls(n int64) {
	if left := j.openCalls.Add(-n); left > 0 {
		if left == 1 && j.options.propagatePanics {
			j.reportQuiet()
		}
		return
	}
	j.mu.Lock()
	j.allEnded = true
	var canceled []waitingCall
	if len(j.requeued) > 0 || len(j.sleeping) > 0 {
		canceled = j.takeAllWaiting()
	}
	j.dismissParked()
	j.parked.Broadcast()
	j.mu.Unlock()
	for _, c := range canceled { // which may have been given its key afterwards
		j.releaseKey(c.Call)
	}
	if j.queued.Load() {
		j.slots.dequeue(j)
	}
	if j.admission != nil {
		j.admission.forget()
		j.wakeInline()
	}
	if j.medians != nil {
		j.medians.stop()
	}
	if j.tuner != nil {
		j.tuner.stop()
	}
	j.countOutWorker()
}

// countOutWorker counts a worker out.
func (j *Job) countOutWorker() {
	if j.activeWorkers.Add(-1) == 0 {
		if !j.waitedFor {
			j.tuner.reportIfWanted()
		}
		close(j.done)
	}
}

// stop hands out nothing more: what has not started never will, and what runs is told by its context.
func (j *Job) stop(cause error) {
	j.cancel(cause)
	j.stopHandingOut(cause)
}

// stopHandingOut hands out nothing more, and lets what runs go on. It reports whether it is the first to do so.
func (j *Job) stopHandingOut(cause error) bool {
	j.mu.Lock()
	if j.stopped.Load() {
		j.mu.Unlock()
		return false
	}
	j.stopCause = cause
	j.stopped.Store(true)
	t := j.tuner
	j.mu.Unlock()
	if t != nil {
		t.noteStop()
	}
	j.callSet.endUnclaimed(cause)
	j.mu.Lock()
	waiting := j.takeAllWaiting()
	j.mu.Unlock()
	for _, c := range waiting {
		j.endWaiting(c.Call, c.last, cause)
	}
	j.mu.Lock()
	j.dismissParked() // a group that nobody waits for must not keep them
	j.parked.Broadcast()
	j.mu.Unlock()
	if j.queued.Load() {
		j.slots.dequeue(j)
	}
	return true
}

// stopIfCanceled stops the job when one of its calls has found out that its context has ended, which is sooner than
// followContexts does.
func (j *Job) stopIfCanceled() {
	if j.ctx.Err() != nil {
		j.stop(j.cause())
	}
}

// isStopping reports whether calls of the job may end as canceled or never started because of the job.
func (j *Job) isStopping() bool { return j.stopped.Load() || j.ctx.Err() != nil }

// cause says why the job's calls were canceled, or why nothing more begins.
func (j *Job) cause() error {
	if cause := context.Cause(j.ctx); cause != nil || !j.stopped.Load() {
		return cause
	}
	return j.stopCause
}

// followContexts stops the job when the caller's context ends, and has it drain when it is told to, until the returned
// function is called.
func (j *Job) followContexts() (unfollow func()) {
	undrain, unlimit := j.followDrains(), j.followTimeLimit()
	if j.callerCtx.Done() == nil {
		return func() { undrain(); unlimit() }
	}
	if j.callerCtx.Err() != nil { // at once, so that nothing starts
		j.stop(context.Cause(j.callerCtx))
	}
	unstop := context.AfterFunc(j.callerCtx, func() { j.stop(context.Cause(j.callerCtx)) })
	return func() { undrain(); unlimit(); unstop() }
}

// wait returns when nothing runs and nothing will.
func (j *Job) wait(ctx context.Context) {
	j.workInline()
	select {
	case <-j.done:
	default:
		whileWaiting(ctx, j, func() { <-j.done })
	}
	if j.waitedFor { // its caller has a larger stack than a worker, and no other goroutine waits for the job
		j.tuner.reportIfWanted()
	}
}

// workInline runs the calls that are ready or wait for another attempt, if this goroutine is to run them.
func (j *Job) workInline() {
	if j.inline != nil {
		w := &Worker{job: j, inline: true}
		defer w.flush()
		j.inline(w)
	}
}

// rethrow raises the panic that the job's options say to propagate.
func (j *Job) rethrow() {
	if p := j.firstPanic; p != nil {
		panic(p)
	}
}

// keepPanic stops the job when a panic is to be propagated.
func (j *Job) keepPanic(o Outcome, err error) {
	p, _ := err.(*PanicError)
	if o != Panicked || p == nil || !j.options.propagatePanics {
		return
	}
	j.mu.Lock()
	if j.firstPanic == nil {
		j.firstPanic, j.quiet = p, make(chan struct{})
	}
	j.mu.Unlock()
	j.stop(p)
}

// reportQuiet lets those go on who wait for the last running call of a group that somebody has yet to wait for.
func (j *Job) reportQuiet() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.quiet == nil || j.closed.Load() || j.openCalls.Load() != 1 {
		return
	}
	select {
	case <-j.quiet:
	default:
		close(j.quiet)
	}
}

// waitUntilQuiet returns when no call of the job runs any more, after a panic that is to be propagated has stopped it.
// In a call of the job itself it returns at once.
func (j *Job) waitUntilQuiet(ctx context.Context) {
	if within, _ := ctx.Value(withinKey{j}).(bool); within {
		return
	}
	j.mu.Lock()
	quiet := j.quiet
	j.mu.Unlock()
	whileWaiting(ctx, j, func() {
		select {
		case <-quiet:
		case <-j.done:
		}
	})
}

// withinKey asks a context whether it is of a call of the job, or of one further in.
type withinKey struct{ job *Job }

// Drained is closed when nothing of the job may begin any more, because a [Drain] said so: an executor that has taken
// calls and not begun them gives them back with [Call.Requeue]. It is nil, which blocks for ever, for a job without a
// Drain.
func (j *Job) Drained() <-chan struct{} { return j.drained }

// followDrains has the job drain when one of the options says so, until the returned function is called.
func (j *Job) followDrains() (unfollow func()) {
	var stops []func() bool
	for _, ctx := range j.options.drains {
		if ctx.Err() != nil { // at once, so that nothing starts
			j.drain(ctx)
			break
		}
		stops = append(stops, context.AfterFunc(ctx, func() { j.drain(ctx) }))
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

func (j *Job) drain(ctx context.Context) {
	if j.stopHandingOut(context.Cause(ctx)) {
		close(j.drained)
	}
}

// outsideCause is why calls of the job were canceled or never started, if the reason was none of them.
func (j *Job) outsideCause() error {
	if cause := context.Cause(j.callerCtx); cause != nil {
		return cause
	}
	for _, ctx := range j.options.drains {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return j.endedByOption()
}
