package overlap

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"
)

// waitingCalls are a job's calls that were handed out before: given back unstarted, or waiting for another attempt.
// They are guarded by the job's mutex.
type waitingCalls struct {
	requeued      []waitingCall // to be handed out as soon as somebody takes one, oldest first
	later         []waitingCall // to be handed out after others, the longest first; see giveBackAfterOthers
	requeuedCount atomic.Int32  // len(requeued) + len(later), to be read without the mutex
	sleeping      []waitingCall // waiting for their next attempt, the next due first
	alarm         *time.Timer   // fires when the first of them is due
	asleep        asleep        // for how long there were hardly any others
}

// ending is how an attempt ended.
type ending struct {
	outcome Outcome
	err     error
	at      time.Duration
	worker  int // its number
	behind  int // how many of those that wait for its key go before the next; 0: all
}

type waitingCall struct {
	Call
	last   ending        // of its last attempt, if it had one here
	due    time.Duration // of a sleeping call: when it is to be handed out
	turn   int64         // of a later call: what tuner.turn must be
	waited bool          // of a later call: it was refused more than soonAgain times
}

// requeue hands a call out again.
func (j *Job) requeue(c Call) {
	if j.addRequeued(c) {
		j.dispatch()
	}
}

func (j *Job) addRequeued(c Call) bool { return j.addWaiting(waitingCall{Call: c}) }

// addWaiting adds a call to those that are to be handed out, unless the job has stopped, or is over as the call was canceled.
func (j *Job) addWaiting(c waitingCall) bool {
	c.worker = nil // if it has been with one
	j.mu.Lock()
	if j.stopped.Load() || j.allEnded {
		j.mu.Unlock()
		j.endWaiting(c.Call, c.last, j.cause())
		return false
	}
	j.requeued = append(j.requeued, c)
	j.requeuedCount.Add(1)
	j.mu.Unlock()
	return true
}

// refused keeps a call that the executor's Offer did not take for its workers.
func (j *Job) refused(c Call) {
	if j.addRequeued(c) {
		j.mu.Lock()
		j.parked.Signal()
		j.mu.Unlock()
	}
}

func (j *Job) popRequeued() (Call, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.takeLater()
	if len(j.requeued) == 0 {
		return Call{}, false
	}
	c := j.requeued[0].Call
	j.requeued[0] = waitingCall{}
	j.requeued = j.requeued[1:]
	j.requeuedCount.Add(-1)
	return c, true
}

// popRequeuedOf is popRequeued for a future's call.
func (j *Job) popRequeuedOf(f *future) (Call, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	at := j.findRequeued(f)
	if at < 0 {
		return Call{}, false
	}
	c := j.requeued[at].Call
	j.requeued = slices.Delete(j.requeued, at, at+1)
	j.requeuedCount.Add(-1)
	return c, true
}

// isRequeued reports whether a future's call can be handed out again.
func (j *Job) isRequeued(f *future) bool {
	if j.requeuedCount.Load() == 0 {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.findRequeued(f) >= 0
}

func (j *Job) findRequeued(f *future) int {
	return slices.IndexFunc(j.requeued, func(c waitingCall) bool { return c.future == f })
}

// popSeveralRequeued is popRequeued for up to half of the calls, which is one where each has a task of its own.
func (j *Job) popSeveralRequeued(calls []Call) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.takeLater()
	n := min(len(calls), (len(j.requeued)+1)/2)
	if j.task == nil {
		n = min(n, 1)
	}
	for i, c := range j.requeued[:n] {
		calls[i] = c.Call
	}
	clear(j.requeued[:n])
	j.requeued = j.requeued[n:]
	j.requeuedCount.Add(int32(-n))
	return n
}

// waitForAttempt hands a call out again after a wait, during which it holds no worker.
func (j *Job) waitForAttempt(c Call, last ending, wait time.Duration) {
	c.worker = nil
	due := later(j.now(), wait)
	j.mu.Lock()
	if j.stopped.Load() || j.allEnded {
		j.mu.Unlock()
		j.endWaiting(c, last, j.cause())
		return
	}
	at, _ := slices.BinarySearchFunc(j.sleeping, due, func(s waitingCall, due time.Duration) int {
		if s.due <= due {
			return -1
		}
		return 1
	})
	j.sleeping = slices.Insert(j.sleeping, at, waitingCall{Call: c, last: last, due: due})
	j.noteAsleep()
	if at == 0 && j.inline == nil { // inline, the waiting goroutine looks at the clock itself
		j.setAlarm(wait)
	}
	keys := j.policies()
	if keys != nil {
		keys.waiting.Add(1)
	}
	j.mu.Unlock()
	if keys != nil && keys.onWait != nil {
		keys.onWait()
	}
}

func (j *Job) setAlarm(wait time.Duration) {
	if j.alarm == nil {
		j.alarm = time.AfterFunc(wait, j.requeueDue)
	} else {
		j.alarm.Reset(wait)
	}
}

// requeueDue hands out the calls whose wait is over.
func (j *Job) requeueDue() {
	j.mu.Lock()
	woken := 0
	for now := j.now(); woken < len(j.sleeping) && j.sleeping[woken].due <= now; woken++ {
	}
	var keyed []waitingCall
	if j.keys() != nil {
		keyed = slices.Clone(j.sleeping[:woken])
	} else {
		for _, c := range j.sleeping[:woken] {
			if c.last.err == nil && c.future == nil { // it was refused, and no attempt has failed
				c.waited = true
				j.addLater(c, 0)
			} else {
				j.requeued = append(j.requeued, c)
			}
		}
		j.requeuedCount.Add(int32(woken))
	}
	j.sleeping = slices.Delete(j.sleeping, 0, woken)
	j.noteAsleep()
	if keys := j.policies(); keys != nil {
		keys.waiting.Add(-int64(woken))
	}
	if len(j.sleeping) > 0 && j.inline == nil {
		j.setAlarm(j.sleeping[0].due - j.now())
	}
	j.mu.Unlock()
	for _, c := range keyed {
		if j.keys().enter(c.Call, c.last, false) {
			j.addWaiting(c)
		}
	}
	if woken > 0 {
		j.dispatch()
	}
}

// sleepUntilDue waits, on the goroutine that runs an inline job's calls, until a call can be handed out again or may
// start. It reports false when there is none to wait for.
func (j *Job) sleepUntilDue() bool {
	j.mu.Lock()
	var due <-chan time.Time
	var dispatched chan struct{}
	if len(j.sleeping) > 0 {
		timer := time.NewTimer(j.sleeping[0].due - j.now())
		defer timer.Stop()
		due = timer.C
	}
	if j.admission != nil {
		if j.inlineWake == nil {
			j.inlineWake = make(chan struct{})
		}
		dispatched = j.inlineWake
	}
	j.mu.Unlock()
	switch {
	case dispatched != nil && j.hasWork(): // by now, or it will be dispatched when it has
		return true
	case due == nil && !j.waitsToStart():
		return false
	}
	select {
	case <-dispatched:
	case <-due:
		j.requeueDue()
	case <-j.drained: // which ended what slept
	case <-j.ctx.Done():
		j.stop(j.cause()) // ends what slept
	}
	return true
}

// waitsToStart reports whether calls wait that may not start yet.
func (j *Job) waitsToStart() bool {
	return j.admission != nil && (j.readyCalls() > 0 || j.keys() != nil && j.keys().waiting.Load() > 0)
}

// wakeInline lets who waits in sleepUntilDue look again.
func (j *Job) wakeInline() {
	if j.inline == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.inlineWake != nil {
		close(j.inlineWake)
		j.inlineWake = nil
	}
}

// takeAllWaiting takes every call that waits: for stop to end, or since all of them were canceled. The mutex is held.
func (j *Job) takeAllWaiting() []waitingCall {
	calls := slices.Concat(j.requeued, j.later, j.sleeping)
	if keys := j.policies(); keys != nil {
		keys.waiting.Add(-int64(len(j.sleeping)))
	}
	if keys := j.keys(); keys != nil {
		calls = append(calls, keys.limits.leave(keys)...)
	}
	j.requeued, j.later, j.sleeping = nil, nil, nil
	j.noteAsleep()
	j.requeuedCount.Store(0)
	if j.alarm != nil {
		j.alarm.Stop()
	}
	return calls
}

// retry decides whether a call whose attempt ended so gets another one, and has it wait for that. The error is how the
// call has failed if it gets none.
func (j *Job) retry(c Call, p *policy, index int, o Outcome, err error) (bool, error) {
	if given, ok := err.(givenUpError); ok {
		return false, given.error
	}
	keys := j.policies()
	if p.retry.Extra == 0 && keys == nil || j.stopped.Load() {
		return false, err
	}
	var state KeyState
	refused := 0
	if keys != nil && (o == Failed || o == TimedOut || o == Panicked || o == WorkerDied) {
		var broken error
		refused = keys.refusals.of(c).times
		if state, broken = keys.attemptEnded(c, o, err); broken != nil {
			return false, errors.Join(err, broken)
		}
	}
	var wait time.Duration
	switch {
	case state.Again:
	case state.Fail != nil: // another attempt would have to wait, and fail with that
		return false, err
	default:
		var again bool
		var failed error
		if wait, again, failed = p.retry.next(int(c.attempt)+1-refused, o, err, p.idempotent); !again {
			return false, failed
		}
		if again, failed = j.takeExtra(&p.retry, err); !again {
			return false, failed
		}
	}
	at := c.worker.readClockAtEnd()
	j.note(c.worker, EventRetried, index, int(c.attempt)+1, o, at)
	j.releaseKey(c)
	if j.tuner != nil {
		j.tuner.failed.Add(-1)
	}
	c.attempt++
	last := ending{o, err, at, c.worker.number(index), 0}
	held := keys != nil && state.Hold >= wait
	if state.Again {
		wait, held, last.behind = state.After, state.After <= 0, state.Behind
	}
	if held { // it waits with the others for the key, not beside them
		if keys.enter(c, last, false) && j.addWaiting(waitingCall{Call: c, last: last}) {
			j.dispatch()
		}
		return true, nil
	}
	j.waitForAttempt(c, last, wait)
	return true, nil
}

// policies are the job's calls that have a key, if keys have policies; else nil.
func (j *Job) policies() *jobKeys {
	if keys := j.keys(); keys != nil && keys.limits.adapt != nil {
		return keys
	}
	return nil
}

// keepsEarlier reports whether there may be attempts that others follow.
func (j *Job) keepsEarlier(p *policy) bool { return p.retry.Extra > 0 || j.policies() != nil }
