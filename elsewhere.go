package overlap

import "time"

// MakesAtOnce says that the worker makes up to n of the calls that it pulls beside one another. So a [Stream] draws inputs for
// that many, and for [Auto] the time between two pulls is not how long a call takes: [Worker.Took] says that of each.
func (w *Worker) MakesAtOnce(n int) {
	w.makesSeveral = n > 1
	j := w.job
	for known := j.perWorker.Load(); int64(n) > max(1, known); known = j.perWorker.Load() {
		if j.perWorker.CompareAndSwap(known, int64(n)) && j.slots != nil {
			j.slots.tellResized(j)
		}
	}
}

// Took says how long a call took of a worker that makes several at once.
func (w *Worker) Took(d time.Duration) {
	if w.job.tuner == nil || !w.makesSeveral {
		return
	}
	w.addTook(1, d)
}

// Waits says that the worker waits for what is to make the calls that it has pulled, such as a process that starts, until it calls
// the function that this returns. To [Auto], its calls are not in flight meanwhile, and that is no part of how long they take.
func (w *Worker) Waits() (ready func()) {
	t := w.job.tuner
	if t == nil {
		return func() {}
	}
	t.starting.Add(1)
	began := w.job.now()
	return func() {
		t.starting.Add(-1)
		w.claimedAt += w.job.now() - began
	}
}

// noteFailure counts an attempt, if it has failed, that is not offered again.
func (c Call) noteFailure(o Outcome, err error) {
	if t := c.worker.job.tuner; t != nil && t.noteFailure(c, o, err) {
		t.others.Add(1)
	}
}

// noteFailure is told how an attempt ended, here or elsewhere, and counts it if it has failed, until it is known that there will be
// another. It reports whether it has.
func (t *tuner) noteFailure(c Call, o Outcome, err error) (failed bool) {
	switch o {
	case Failed, TimedOut, Panicked, WorkerDied:
	default:
		return false
	}
	t.failed.Add(1)
	if o == TimedOut || isTimeout(err) {
		limit := t.job.now() - c.worker.claimedAt
		if own, ok := err.(*TimeoutError); ok {
			limit = own.Timeout
		}
		t.limit.Store(int64(limit))
		if t.late.Add(1) == t.lateDue.Load() {
			t.hurry()
		}
	}
	return true
}
