package overlap

import (
	"slices"
	"sync/atomic"
	"time"
)

// waitingCalls are a job's calls that were handed out before: given back unstarted, or waiting for another attempt.
// They are guarded by the job's mutex.
type waitingCalls struct {
	again      []waitingCall // to be handed out, oldest first
	againCount atomic.Int32  // len(again), to look at without the mutex
	sleeping   []waitingCall // by due time, soonest first
	alarm      *time.Timer   // for the soonest
}

// ending is how an attempt ended.
type ending struct {
	outcome Outcome
	err     error
	at      time.Duration
	worker  int // its number
}

type waitingCall struct {
	Call
	last ending        // of its last attempt, if it had one here
	due  time.Duration // of a sleeping call: when it is to be handed out
}

// putBack hands a call out again.
func (j *Job) putBack(c Call) {
	if j.putAgain(c) {
		j.kick()
	}
}

func (j *Job) putAgain(c Call) bool {
	j.mu.Lock()
	if j.stopped.Load() {
		j.mu.Unlock()
		c.worker = &j.loose
		j.source.drop(c, ending{}, j.cause())
		return false
	}
	j.again = append(j.again, waitingCall{Call: c})
	j.againCount.Add(1)
	j.mu.Unlock()
	return true
}

// refused keeps a call that the executor's Offer did not take for its workers.
func (j *Job) refused(c Call) {
	if j.putAgain(c) {
		j.mu.Lock()
		j.parked.Signal()
		j.mu.Unlock()
	}
}

func (j *Job) popAgain() (Call, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.again) == 0 {
		return Call{}, false
	}
	c := j.again[0].Call
	j.again[0] = waitingCall{}
	j.again = j.again[1:]
	j.againCount.Add(-1)
	return c, true
}

// popAgainOf is popAgain for a future's call.
func (j *Job) popAgainOf(f *future) (Call, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	at := j.findAgain(f)
	if at < 0 {
		return Call{}, false
	}
	c := j.again[at].Call
	j.again = slices.Delete(j.again, at, at+1)
	j.againCount.Add(-1)
	return c, true
}

// isAgain reports whether a future's call can be handed out again.
func (j *Job) isAgain(f *future) bool {
	if j.againCount.Load() == 0 {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.findAgain(f) >= 0
}

func (j *Job) findAgain(f *future) int {
	return slices.IndexFunc(j.again, func(c waitingCall) bool { return c.future == f })
}

// popSeveralAgain is popAgain for up to half of the calls, which is one where each has a task of its own.
func (j *Job) popSeveralAgain(calls []Call) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := min(len(calls), (len(j.again)+1)/2)
	if j.task == nil {
		n = min(n, 1)
	}
	for i, c := range j.again[:n] {
		calls[i] = c.Call
	}
	clear(j.again[:n])
	j.again = j.again[n:]
	j.againCount.Add(int32(-n))
	return n
}

// sleep hands a call out again after a wait, during which it holds no worker.
func (j *Job) sleep(c Call, last ending, wait time.Duration) {
	due := later(j.now(), wait)
	j.mu.Lock()
	if j.stopped.Load() {
		j.mu.Unlock()
		c.worker = &j.loose
		j.source.drop(c, last, j.cause())
		return
	}
	at, _ := slices.BinarySearchFunc(j.sleeping, due, func(s waitingCall, due time.Duration) int {
		if s.due <= due {
			return -1
		}
		return 1
	})
	j.sleeping = slices.Insert(j.sleeping, at, waitingCall{c, last, due})
	if at == 0 && j.inline == nil { // inline, the waiting goroutine looks at the clock itself
		j.setAlarm(wait)
	}
	j.mu.Unlock()
}

func (j *Job) setAlarm(wait time.Duration) {
	if j.alarm == nil {
		j.alarm = time.AfterFunc(wait, j.wake)
	} else {
		j.alarm.Reset(wait)
	}
}

// wake hands out the calls whose wait is over.
func (j *Job) wake() {
	j.mu.Lock()
	woken := 0
	for now := j.now(); woken < len(j.sleeping) && j.sleeping[woken].due <= now; woken++ {
		j.again = append(j.again, j.sleeping[woken])
	}
	j.sleeping = slices.Delete(j.sleeping, 0, woken)
	j.againCount.Add(int32(woken))
	if len(j.sleeping) > 0 && j.inline == nil {
		j.setAlarm(j.sleeping[0].due - j.now())
	}
	j.mu.Unlock()
	if woken > 0 {
		j.kick()
	}
}

// doze waits, on the goroutine that runs an inline job's calls, until a call can be handed out again. It reports false
// when there is none to wait for.
func (j *Job) doze() bool {
	j.mu.Lock()
	if len(j.sleeping) == 0 {
		j.mu.Unlock()
		return false
	}
	wait := j.sleeping[0].due - j.now()
	j.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		j.wake()
	case <-j.drained: // which ended what slept
	case <-j.ctx.Done():
		j.stop(j.cause()) // ends what slept
	}
	return true
}

// takeWaiting takes every call that waits, for stop to end.
func (j *Job) takeWaiting() []waitingCall {
	j.mu.Lock()
	defer j.mu.Unlock()
	calls := append(j.again, j.sleeping...)
	j.again, j.sleeping = nil, nil
	j.againCount.Store(0)
	if j.alarm != nil {
		j.alarm.Stop()
	}
	return calls
}

// retry decides whether a call whose attempt ended so gets another one, and has it wait for that. The error is how the
// call has failed if it gets none.
func (j *Job) retry(c Call, p *policy, index int, o Outcome, err error) (bool, error) {
	if p.retry.Extra == 0 || j.stopped.Load() {
		return false, err
	}
	wait, again, failed := p.retry.again(int(c.attempt)+1, o, err, p.repeats)
	if !again {
		return false, failed
	}
	at := c.worker.tick()
	j.note(c.worker, EventRetried, index, int(c.attempt)+1, o, at)
	c.attempt++
	j.sleep(c, ending{o, err, at, c.worker.number(index)}, wait)
	return true, nil
}
