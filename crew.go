package overlap

import "sync/atomic"

// abandoned is how many abandoned calls have not come back, in this process.
var abandoned atomic.Int64

// AbandonedRunning is how many abandoned calls of this process are still running: calls that outlasted their [Timeout]
// and [Grace]. Safe for concurrent use.
func AbandonedRunning() int { return int(abandoned.Load()) }

// hire returns a worker that is not working, with a number of its own, or a new one; nil when the job is done.
func (j *Job) hire(from *frame) *Worker {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := len(j.idle)
	if n > 0 && j.idle[n-1].parked || increase(&j.activeWorkers) { // a parked worker has not left
		if n == 0 {
			return j.newWorker(from)
		}
		w := j.idle[n-1]
		j.idle = j.idle[:n-1]
		w.hold.lentBy = from
		return w
	}
	return nil
}

// increase adds one to a count that has not come down to zero.
func increase(count *atomic.Int64) bool {
	for {
		n := count.Load()
		if n == 0 {
			return false
		}
		if count.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// hireUnparked is hire for a goroutine that does a worker's work itself: nil if the next to be hired has a goroutine of
// its own.
func (j *Job) hireUnparked() *Worker {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := len(j.idle)
	if n > 0 && j.idle[n-1].parked || !increase(&j.activeWorkers) {
		return nil
	}
	if n == 0 {
		return j.newWorker(nil)
	}
	w := j.idle[n-1]
	j.idle = j.idle[:n-1]
	w.hold.lentBy = nil
	return w
}

func (j *Job) newWorker(from *frame) *Worker {
	w := &Worker{job: j, id: len(j.byNumber)}
	if n := len(j.vacant); n > 0 {
		w.id = j.vacant[n-1]
		j.vacant = j.vacant[:n-1]
		j.byNumber[w.id] = w
	} else {
		j.byNumber = append(j.byNumber, w)
	}
	if j.batchPlaces > 0 {
		w.places = make([]atomic.Int32, j.batchPlaces)
	}
	w.hold.lentBy = from
	return w
}

// countBusy is how many workers may have a call. The job's mutex is held.
func (j *Job) countBusy() int {
	return len(j.byNumber) - len(j.vacant) - len(j.idle) - j.waitingFeeders
}

// startWorker starts a worker that holds the slot, lent by from if that is not nil, and is to run the call of only if
// that is not nil. The slots' mutex is held. It reports false when the job is done: it had calls a moment ago, but
// others have ended them.
func (j *Job) startWorker(from *frame, only *future) bool {
	w := j.hire(from)
	if w == nil {
		return false
	}
	w.hold.held = true
	w.starting, w.pulled, w.batchSize, w.clockIsNow, w.onlyFuture = true, false, 0, false, only
	j.starting.Add(1)
	if w.parked {
		w.parked = false
		w.wake <- true
	} else {
		go w.main()
	}
	return true
}

// dismissParked has the parked workers leave. The job's mutex is held.
func (j *Job) dismissParked() {
	for _, w := range j.idle {
		if w.parked {
			w.parked = false
			w.wake <- false
		}
	}
	j.idle = nil
}
