package overlap

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Group is a scope for futures: a job whose calls are submitted one by one. A call that fails cancels the others,
// unless [KeepGoing], and [Group.Wait] joins them all. Always call Wait, which also frees the group's context. Safe
// for concurrent use.
type Group struct {
	job groupJob
}

type groupJob struct {
	Job
	policy     policy // of calls whose task has none of its own
	refusal    error  // why the executor refused the group
	unfollow   func() // ends following the group's context
	waitCalled atomic.Bool
	room       chan struct{} // holds a value for each call in the group's window; nil without one
	failures

	queueing  sync.Mutex // guards the queue
	queue     []*future  // from head on: the unclaimed calls, and nil in place of those that were claimed out of turn
	head      int
	total     int          // how many calls were submitted and not refused
	queued    atomic.Int64 // how many calls nobody has claimed
	lateStart *time.Timer  // starts a worker for a call, unless somebody waits for it before
}

// mostFailures is how many failures a group keeps, with their inputs, since it may go on for ever.
const mostFailures = 1000

// submitted is a future with its task and input.
type submitted interface {
	run(c Call)
	task() AnyTask
	input() any // *In
	ended(c Call, out any, o Outcome, err error)
}

// NewGroup opens a group on an executor. When ctx ends, all its calls are canceled. If the executor refuses, every
// submitted future fails with its reason, as does Wait.
func NewGroup(ctx context.Context, executor Executor, options ...Option) *Group {
	mustBeExecutor("NewGroup", executor)
	set := jobOptions(ctx, "NewGroup", options)
	g := &Group{}
	j := &g.job
	j.init(ctx, j, set)
	j.mayGrow, j.failures.mostKept = true, mostFailures
	j.policy = j.options.policy.withDefaultsOf(policy{})
	if n := j.options.window; n > 0 {
		j.room = make(chan struct{}, n) // which takes no memory, whatever n is
	}
	if err := j.launch(executor); err != nil {
		j.refusal = err
		j.stop(err)
	}
	j.unfollow = j.followContexts()
	return g
}

// Submit adds a call of the task to the group and returns its future at once; under [Sync] it runs the call first. A
// future submitted after a failure has canceled the group, or after Wait has returned, never starts and fails with
// [ErrGroupOver]. Safe for concurrent use, also from calls of the group while Wait waits.
//
// In a group with a [Window] that is full, Submit waits until a call of the group has ended, and lends its slot
// meanwhile where the group's context is that of a call; Group.Wait waits for it, too. A call of the group does not
// wait, on its own goroutine, and goes beyond the window. See [TrySubmit], which never waits.
func Submit[In, Out any](g *Group, task *Task[In, Out], in In) *Future[Out] {
	g.mustBeMade("Submit")
	task.mustBeMade("Submit")
	return newSubmission(&g.job, task, in).submit()
}

func (g *Group) mustBeMade(where string) {
	if g == nil {
		panic(fmt.Sprintf("overlap: %s: the group is nil", where))
	}
	if g.job.callSet == nil {
		panic(fmt.Sprintf("overlap: %s: the group was not made by NewGroup, but is a zero Group", where))
	}
}

func (j *groupJob) submit(f *future) {
	f.times.queued = j.now()
	if !increase(&j.openCalls) { // all have ended, and no more may come
		f.leaveRoom()
		f.refuse(ErrGroupOver)
		return
	}
	if j.room != nil && !f.inWindow {
		j.waitForRoom(f)
	}
	j.queueing.Lock()
	if j.stopped.Load() {
		j.queueing.Unlock()
		f.leaveRoom()
		f.refuse(j.whyStopped())
		j.countEnded(1)
		return
	}
	f.index = j.total
	j.total++
	if n := len(j.queue); j.head == n || n == cap(j.queue) && j.head > n/2 { // or what never empties grows for ever
		n = copy(j.queue, j.queue[j.head:])
		clear(j.queue[n:])
		j.queue, j.head = j.queue[:n], 0
	}
	j.queue = append(j.queue, f)
	f.queued = true
	j.queued.Add(1)
	j.queueing.Unlock()
	if j.inline != nil {
		j.workInline()
		if !f.ended() && !insideObserver() { // another goroutine that submits has claimed the call
			<-f.Done()
		}
	} else if !j.startLate() {
		j.dispatch()
	}
}

func (j *groupJob) whyStopped() error {
	if j.refusal != nil {
		return j.refusal
	}
	return fmt.Errorf("%w: %w", ErrGroupOver, j.cause())
}

// Wait returns when all calls of the group have ended, those they submitted meanwhile included; nothing runs any more
// then. Its error is a *[JobError] with the calls that failed by themselves and those that were canceled because of
// them; it wraps context.Cause of the group's context when that ended before all calls had. Or it is the executor's
// refusal. Futures canceled one by one are no failures. It may be called more than once. A call of the group that calls
// it gets [ErrWaitsForItself] at once.
func (g *Group) Wait() error {
	g.mustBeMade("Group.Wait")
	j := &g.job
	if j.openCalls.Load() > 0 && j.runsHere() {
		return ErrWaitsForItself
	}
	if !j.waitCalled.Swap(true) {
		j.queueing.Lock()
		total := j.total
		j.queueing.Unlock()
		j.close(total)
	}
	j.wait(j.callerCtx)
	observer := j.waitForObservers()
	j.unfollow()
	j.cancel(nil)
	j.queueing.Lock()
	if j.lateStart != nil {
		j.lateStart.Stop()
	}
	j.queueing.Unlock()
	j.rethrow()
	if j.refusal != nil {
		return j.refusal
	}
	return j.failures.err(j.outsideCause(), observer, j.known())
}

func (j *groupJob) known() int {
	j.queueing.Lock()
	defer j.queueing.Unlock()
	return j.total
}

func (j *groupJob) ready() int { return int(j.queued.Load()) }

func (j *groupJob) claimOne() (Call, bool) {
	if j.queued.Load() == 0 {
		return Call{}, false
	}
	j.queueing.Lock()
	defer j.queueing.Unlock()
	if j.head == len(j.queue) {
		return Call{}, false
	}
	return j.claimFirst(), true
}

// claimOf claims the call of a future, if nobody has.
func (j *groupJob) claimOf(f *future) (Call, bool) {
	if c, ok := j.claimQueued(f); ok {
		return c, true
	}
	return j.popRequeuedOf(f)
}

// claimQueued claims the call of a future, if it is in the queue.
func (j *groupJob) claimQueued(f *future) (Call, bool) {
	j.queueing.Lock()
	defer j.queueing.Unlock()
	if !f.queued {
		return Call{}, false
	}
	return j.claimAt(f, j.head+slices.Index(j.queue[j.head:], f)), true
}

// claimFuture claims the call of a future, if nobody has and it may start now.
func (j *groupJob) claimFuture(f *future) (Call, bool) {
	switch {
	case j.admission == nil:
		return j.claimOf(f)
	case j.admission.keys != nil:
		return j.admission.claimBy(func() (Call, bool) { return j.admission.keys.claimOf(f) })
	}
	return j.admission.claimBy(func() (Call, bool) { return j.claimOf(f) })
}

// startable reports whether the call of a future can be handed out.
func (j *groupJob) startable(f *future) bool {
	j.queueing.Lock()
	queued := f.queued
	j.queueing.Unlock()
	return queued || j.isRequeued(f)
}

func (j *groupJob) claimSeveral(calls []Call) int {
	if j.queued.Load() == 0 {
		return 0
	}
	j.queueing.Lock()
	defer j.queueing.Unlock()
	n := min(len(calls), (int(j.queued.Load())+2-1)/2)
	for i := range n {
		f := j.queue[j.head]
		if i > 0 && (f.policy != calls[0].future.policy || f.self.task() != calls[0].future.self.task()) {
			return i
		}
		calls[i] = j.claimFirst()
	}
	return n
}

// claimFirst takes the first call of the queue, which is locked and not empty.
func (j *groupJob) claimFirst() Call { return j.claimAt(j.queue[j.head], j.head) }

// claimAt takes the call of f, which is at that place in the queue.
func (j *groupJob) claimAt(f *future, at int) Call {
	f.queued = false
	j.queue[at] = nil // futures that have ended must not be kept
	for j.head < len(j.queue) && j.queue[j.head] == nil {
		j.head++
	}
	j.queued.Add(-1)
	return Call{future: f}
}

func (j *groupJob) endUnclaimed(cause error) {
	j.queueing.Lock()
	rest := slices.Clone(j.queue[j.head:])
	for _, f := range rest {
		if f != nil {
			f.queued = false
		}
	}
	j.queue, j.head = nil, 0
	j.queued.Store(0)
	j.queueing.Unlock()
	for _, f := range rest {
		if f != nil {
			f.neverStarted(cause)
		}
	}
}

func (j *groupJob) endWaiting(c Call, last ending, cause error) {
	c.future.endWaitingOf(c, last, cause)
}

// A group hands out no batches: its calls come one by one.
func (j *groupJob) claimBatch(*Worker, int) int { return 0 }

func (j *groupJob) runBatch(*Worker) {}

func (j *groupJob) run(c Call) { j.runOnStack(c) }

func (j *groupJob) taskOf(c Call) AnyTask { return c.future.self.task() }

func (j *groupJob) input(c Call) any { return c.future.self.input() }

func (j *groupJob) rules(c Call) *policy { return c.future.policy }

func (j *groupJob) index(c Call) int { return c.future.index }

func (j *groupJob) started(c Call, at time.Duration) {
	if f := c.future; f.beginAttempt(c) {
		f.startedAt(c, at)
	}
}

func (j *groupJob) endAttempt(c Call) bool { return !c.future.hasEnded(c) }

func (j *groupJob) hasEnded(c Call) bool { return c.future.hasEnded(c) }

func (j *groupJob) ended(c Call, out any, o Outcome, err error) { c.future.self.ended(c, out, o, err) }

// lateness is how long a single submitted call waits for a goroutine that waits for it, before a worker is started.
const lateness = 50 * time.Microsecond

// startLate has the only call of a group that lends its work started later, unless somebody waits for it meanwhile.
func (j *groupJob) startLate() bool {
	if !j.lendsWork || j.queued.Load() != 1 || j.activeWorkers.Load() != 1 {
		return false
	}
	j.queueing.Lock()
	defer j.queueing.Unlock()
	if j.lateStart == nil {
		j.lateStart = time.AfterFunc(lateness, j.dispatch)
	} else {
		j.lateStart.Reset(lateness)
	}
	return true
}

// startNow starts the call that startLate has put off: who waits for it now does so in another way than by doing its work.
// An idle program's alarms are a millisecond late, so it may not be left to that.
func (j *groupJob) startNow() {
	if !j.lendsWork || j.queued.Load() == 0 {
		return
	}
	j.queueing.Lock()
	putOff := j.lateStart != nil && j.lateStart.Stop()
	j.queueing.Unlock()
	if putOff {
		j.dispatch()
	}
}

// borrow returns a worker with a slot for the future's call alone, or nil.
func (j *groupJob) borrow(f *future) *Worker {
	j.queueing.Lock()
	mine := j.head < len(j.queue) && j.queue[j.head] == f
	if mine && j.lateStart != nil {
		j.lateStart.Stop()
	}
	j.queueing.Unlock()
	if !mine {
		return nil
	}
	w := j.slots.hireFor(f)
	if w == nil {
		j.dispatch() // in place of the alarm, which nobody else would set again
	}
	return w
}

// submission is a future with its task and input.
type submission[In, Out any] struct {
	Future[Out]
	typed *Task[In, Out]
	in    In
}

func newSubmission[In, Out any](j *groupJob, task *Task[In, Out], in In) *submission[In, Out] {
	s := &submission[In, Out]{typed: task, in: in}
	s.job, s.self, s.policy = j, s, &j.policy
	if task.hasPolicy {
		merged := j.options.policy.withDefaultsOf(task.policy)
		s.policy = &merged
	}
	return s
}

func (s *submission[In, Out]) submit() *Future[Out] {
	s.job.submit(&s.future)
	return &s.Future
}

func (s *submission[In, Out]) task() AnyTask { return s.typed }

func (s *submission[In, Out]) input() any { return &s.in }

func (s *submission[In, Out]) run(c Call) {
	f := &s.future
	if f.job.stopped.Load() {
		f.job.Job.endWaiting(c, ending{}, f.job.cause())
		return
	}
	if !f.beginAttempt(c) { // it was canceled when it had been handed out
		f.job.releaseKey(c)
		return
	}
	f.startedAt(c, c.worker.readClock())
	ctx := f.ctx
	if f.job.needsNoOptions(s.policy) {
		perform(c, ctx, s.typed.fn, s.in, s)
	} else {
		performWithOptions(c, ctx, s.policy, f.index, s.typed.fn, s.in, s)
	}
	if ctx.isMade() {
		ctx.end()
	}
}

func (s *submission[In, Out]) attempted(c Call, v Out, o Outcome, err error) {
	if o == Succeeded {
		s.value = v
		s.setPhase(finished)
		s.end(c.worker, o, nil)
	} else {
		s.failed(c, o, err)
	}
}

func (s *submission[In, Out]) failed(c Call, o Outcome, err error) {
	f := &s.future
	f.mu.Lock()
	canceled := f.canceled
	f.mu.Unlock()
	switch {
	case canceled && (o == Failed || o == TimedOut):
		o = Canceled // whatever the call made of it
	case !canceled:
		again, why := s.retry(c, o, err)
		if again {
			return
		}
		err = why
	}
	s.finish(c, o, err)
}

// retry lets the call wait for another attempt, if it gets one; else the error is how it has failed.
func (s *submission[In, Out]) retry(c Call, o Outcome, err error) (bool, error) {
	f := &s.future
	if !f.job.keepsEarlier(s.policy) {
		return false, err
	}
	f.times.finished, f.worker = c.worker.readClockAtEnd(), c.worker.number(f.index) // if no other attempt follows
	f.setPhase(waiting)
	again, err := f.job.retry(c, s.policy, f.index, o, err)
	return again || !f.endWaiting(), err // or canceled in between
}

func (s *submission[In, Out]) finish(c Call, o Outcome, err error) {
	s.setPhase(finished)
	s.end(c.worker, o, err)
}

func (s *submission[In, Out]) ended(c Call, out any, o Outcome, err error) {
	if !s.beginAttempt(c) && !s.Running() { // canceled before it was known to have started
		s.job.releaseKey(c)
		return
	}
	if o == NeverStarted {
		s.attempts = int(c.attempt)
	}
	var v Out
	if o == Succeeded {
		v = output[Out](out)
	}
	s.attempted(c, v, o, err)
}

// deref is the value that a pointer in an interface points to.
func deref(pointer any) any { return reflect.ValueOf(pointer).Elem().Interface() }
