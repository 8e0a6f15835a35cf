package overlap

import "slices"

// othersFirst is how many other calls must have ended, or one must have been refused, until a call that was refused is handed out
// again, as long as there are calls that nobody has tried. What becomes of those tells whether it was refused for what it asks,
// which needs no more than a few; and a page that is always refused must not keep the job from all the others (issue 13).
const othersFirst = 8

// turn is the sum that a later call waits for: how many calls have ended, and othersFirst for each refusal.
func (t *tuner) turn() int64 { return t.ended.Load() + othersFirst*t.refused.Load() }

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

// takeLater adds those of the later calls to the requeued ones whose turn it is. While nothing gets through, one of them and a call
// that was never tried take turns: either may be the kind that the far end lets through. The mutex is held.
func (j *Job) takeLater() {
	if len(j.later) == 0 {
		return
	}
	n := 0
	switch empty := j.tuner.empty.Load(); {
	case empty == 0:
		for turn := j.tuner.turn(); n < len(j.later) && j.later[n].turn <= turn; n++ {
		}
	case empty%2 == 1 && len(j.requeued) == 0:
		n = 1
	}
	if n == 0 && len(j.requeued) == 0 && j.callSet.ready() == 0 {
		n = 1
	}
	j.requeued = append(j.requeued, j.later[:n]...)
	j.later = slices.Delete(j.later, 0, n)
}
