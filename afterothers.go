package overlap

import "slices"

// othersFirst is how many other calls must have ended, or one must have been refused, until a call that was refused is handed out
// again, as long as there are calls that nobody has tried. What becomes of those tells whether it was refused for what it asks,
// which needs no more than a few; and a page that is always refused must not keep the job from all the others (issue 13). Half or twice
// changes nothing in the sweeps once, limits and cliffs.
const othersFirst = 8

// turn is the sum that a later call waits for: how many calls have ended, and othersFirst for each refusal.
func (t *tuner) turn() int64 { return t.ended.Load() + othersFirst*t.refused.Load() }

// isCalm reports whether that many calls have ended since one was refused. Until then it is being found out how much may be asked,
// and by calls that were refused less often than those that waited: these might be refused for the last time.
func (t *tuner) isCalm() bool { return t.ended.Load() >= t.calmAt.Load() }

// giveBackAfterOthers has a call of a job on Auto handed out again after others. It has neither a future nor a key.
func (c Call) giveBackAfterOthers() {
	j := c.worker.job
	if m := j.medians; m != nil {
		m.forget(c)
	}
	c.worker = nil
	j.mu.Lock()
	if j.stopped.Load() {
		j.mu.Unlock()
		j.endWaiting(c, ending{}, j.cause())
		return
	}
	j.addLater(waitingCall{Call: c}, othersFirst)
	j.requeuedCount.Add(1)
	j.mu.Unlock()
	j.dispatch()
}

// addLater adds a call that is to be handed out after so many others, before those that wait for more. The mutex is held.
func (j *Job) addLater(c waitingCall, others int64) {
	c.turn = j.tuner.turn() + others
	at := len(j.later)
	for at > 0 && j.later[at-1].turn > c.turn {
		at--
	}
	j.later = slices.Insert(j.later, at, c)
}

// takeLater adds one of the later calls to the requeued ones if there are none, and it is its turn. While nothing gets through, one of
// them and a call that was never tried take turns: either may be the kind that the far end lets through. The mutex is held.
func (j *Job) takeLater() {
	if len(j.later) == 0 || len(j.requeued) > 0 {
		return
	}
	next := -1
	switch empty := j.tuner.empty.Load(); {
	case empty == 0:
		turn, isCalm := j.tuner.turn(), j.tuner.isCalm()
		next = slices.IndexFunc(j.later, func(c waitingCall) bool { return c.turn <= turn && (isCalm || !c.waited) })
	case empty%2 == 1:
		next = 0
	}
	if next < 0 && j.callSet.ready() == 0 {
		next = 0
	}
	if next >= 0 {
		j.requeued = append(j.requeued, j.later[next])
		j.later = slices.Delete(j.later, next, next+1)
	}
}
