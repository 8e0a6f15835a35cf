package overlap

import "sync/atomic"

// admission decides whether calls of a job may start now: the job's rates and gates say how many, and the limits of its
// keys say which. A job without any of them has none, and asks nothing.
//
// Whoever is about to hand out a call asks here first, so that a call that may not start stays where it is: with the
// call set, in requeued, or with its key. It holds neither a worker nor a slot nor a goroutine, and the job is
// dispatched again when it may start.
type admission struct {
	job    *Job
	limits []startLimit
	keys   *jobKeys     // nil: there is no PerKey
	denied atomic.Int64 // how many times a rate let no call start
}

// startLimit says how many calls may start now, whichever they are: a rate or a gate. Jobs can share one. Its methods
// may be called with a mutex of the job or of its slots held, so they take none but their own.
type startLimit interface {
	// allows reports whether n calls of the job may start now. If not, the job is dispatched when they may.
	allows(j *Job, n int) bool
	// take is how many of n calls may start now, and counts them as started. If none, the job is dispatched when some
	// may.
	take(j *Job, n int) int
	// giveBack takes back that n calls have started.
	giveBack(n int)
	// forget drops a job that is over.
	forget(j *Job)
}

func newAdmission(j *Job) *admission {
	o := &j.options
	if len(o.limits) == 0 && o.keys == nil {
		return nil
	}
	a := &admission{job: j, limits: o.limits}
	if o.keys != nil {
		a.keys = &jobKeys{limits: o.keys, job: j}
	}
	return a
}

// allows reports whether so many calls may start now.
func (a *admission) allows(n int) bool {
	for _, limit := range a.limits {
		if !limit.allows(a.job, n) {
			a.deny(limit)
			return false
		}
	}
	return true
}

// take is how many of n calls may start now, and counts them as started.
func (a *admission) take(n int) int {
	for i, limit := range a.limits {
		granted := 0
		if n > 0 {
			if granted = limit.take(a.job, n); granted == 0 {
				a.deny(limit)
			}
		}
		for _, earlier := range a.limits[:i] {
			earlier.giveBack(n - granted)
		}
		n = granted
	}
	return n
}

// giveBack takes back that n calls have started.
func (a *admission) giveBack(n int) {
	if n == 0 {
		return
	}
	for _, limit := range a.limits {
		limit.giveBack(n)
	}
}

// claim claims the call whose turn it is, if one may start now.
func (a *admission) claim() (Call, bool) {
	if a.keys != nil {
		return a.claimBy(a.keys.claim)
	}
	return a.claimBy(a.job.claimAny)
}

// claimBy has a call claimed by that function, if one may start now.
func (a *admission) claimBy(claim func() (Call, bool)) (c Call, ok bool) {
	j := a.job
	if j.readyCalls() == 0 || a.take(1) == 0 {
		return Call{}, false
	}
	if c, ok = claim(); !ok {
		a.giveBack(1)
	}
	j.wakeInline() // another goroutine that works for the job may be waiting for this call
	return c, ok
}

// claimSeveral claims up to len(calls) calls of those that may start now.
func (a *admission) claimSeveral(calls []Call) int {
	j := a.job
	if j.readyCalls() == 0 {
		return 0
	}
	most := a.take(len(calls))
	if most == 0 {
		return 0
	}
	n := 0
	if a.keys != nil {
		n = a.keys.claimSeveral(calls[:most])
	} else {
		n = j.claimSeveralAny(calls[:most])
	}
	a.giveBack(most - n)
	return n
}

// claimBatch gives w a batch of up to most calls that may start now, and returns how many.
func (a *admission) claimBatch(w *Worker, most int) int {
	if a.job.callSet.ready() == 0 {
		return 0
	}
	if a.keys != nil { // each of the batch may have to wait for its key
		most = int(min(int64(most), lookAhead-a.keys.waiting.Load()))
	}
	if most = a.take(max(0, most)); most == 0 {
		return 0
	}
	n := a.job.callSet.claimBatch(w, most)
	a.giveBack(most - n)
	return n
}

// forget drops the job, which is over, from what it shares with others.
func (a *admission) forget() {
	for _, limit := range a.limits {
		limit.forget(a.job)
	}
}

// keys are the job's calls that have a key, or nil.
func (j *Job) keys() *jobKeys {
	if j.admission == nil {
		return nil
	}
	return j.admission.keys
}

// endWaiting ends a call that waited for an attempt when the job stopped, and that no worker has.
func (j *Job) endWaiting(c Call, last ending, cause error) {
	j.releaseKey(c)
	c.worker = &j.noWorker
	j.callSet.endWaiting(c, last, cause)
}

// releaseKey frees the key that a call may hold.
func (j *Job) releaseKey(c Call) {
	if keys := j.keys(); keys != nil {
		keys.release(c)
	}
}

// callEnded is before a call is counted as ended, and before its result is delivered, where somebody wants to know.
func (j *Job) callEnded(c Call, o Outcome) {
	if keys := j.policies(); keys != nil {
		if o == Succeeded {
			_, _ = keys.attemptEnded(c, o, nil) // whose value is there, whatever the policy does
		}
		keys.refusals.forget(c)
	}
	j.releaseKey(c)
	if j.tuner != nil {
		j.tuner.callEnded(c, o)
	}
	if j.halt != nil {
		j.halt.count(o)
	}
}
