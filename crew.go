package overlap

import (
	"runtime/debug"
	"sync/atomic"
)

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
	if n > 0 && j.idle[n-1].parked || increase(&j.workers) { // a parked worker has not left
		if n == 0 {
			return j.newWorker(from)
		}
		w := j.idle[n-1]
		j.idle = j.idle[:n-1]
		w.hold.from = from
		return w
	}
	return nil
}

// hireUnparked is hire for a goroutine that does a worker's work itself: nil if the next to be hired has a goroutine of
// its own.
func (j *Job) hireUnparked() *Worker {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := len(j.idle)
	if n > 0 && j.idle[n-1].parked || !increase(&j.workers) {
		return nil
	}
	if n == 0 {
		return j.newWorker(nil)
	}
	w := j.idle[n-1]
	j.idle = j.idle[:n-1]
	w.hold.from = nil
	return w
}

func (j *Job) newWorker(from *frame) *Worker {
	w := &Worker{job: j, id: len(j.crew)}
	if n := len(j.vacant); n > 0 {
		w.id = j.vacant[n-1]
		j.vacant = j.vacant[:n-1]
		j.crew[w.id] = w
	} else {
		j.crew = append(j.crew, w)
	}
	if j.runPlaces > 0 {
		w.places = make([]atomic.Int32, j.runPlaces)
	}
	w.hold.from = from
	return w
}

// working is how many workers may have a call. The job's mutex is held.
func (j *Job) working() int { return len(j.crew) - len(j.vacant) - len(j.idle) - j.resting }

// startWorker starts a worker that holds the slot, lent by from if that is not nil, and is to run the call of only if
// that is not nil. The slots' mutex is held. It reports false when the job is done: it had calls a moment ago, but
// others have ended them.
func (j *Job) startWorker(from *frame, only *future) bool {
	w := j.hire(from)
	if w == nil {
		return false
	}
	w.hold.holding = true
	w.fresh, w.pulled, w.size, w.exact, w.only = true, false, 0, false, only
	j.starting.Add(1)
	if w.parked {
		w.parked = false
		w.wake <- true
	} else {
		go w.main()
	}
	return true
}

// park gives up w's slot and waits until it has one again, for a job that may be given more calls: to wake a goroutine
// costs less than to start one, which has its stack to grow again. It reports false when w should leave instead.
func (w *Worker) park() bool {
	j := w.job
	if !j.grows || j.slots == nil || w.inline {
		return false
	}
	w.flush()
	w.discharge()
	if !j.slots.drop(&w.hold, true) {
		return false
	}
	if w.wake == nil {
		w.wake = make(chan bool, 1)
	}
	j.mu.Lock()
	if j.over || j.stopped.Load() {
		j.mu.Unlock()
		return false
	}
	w.parked = true
	j.idle = append(j.idle, w)
	j.mu.Unlock()
	if j.hasWork() {
		j.kick()
	}
	return <-w.wake
}

// dismiss has the parked workers leave. The job's mutex is held.
func (j *Job) dismiss() {
	for _, w := range j.idle {
		if w.parked {
			w.parked = false
			w.wake <- false
		}
	}
	j.idle = nil
}

// discharge counts w out of those that are about to claim a call.
func (w *Worker) discharge() {
	if w.fresh {
		w.fresh = false
		w.job.starting.Add(-1)
	}
}

func (w *Worker) startFeeder() { go w.main() }

// main is the life of a worker's goroutine, which a call can end at any time with runtime.Goexit.
func (w *Worker) main() {
	returned := false
	defer func() { w.left(returned) }()
	w.job.body(w)
	returned = true
}

// left joins a worker.
func (w *Worker) left(returned bool) {
	if !w.lost.Load() {
		w.quit(returned)
	} else if w.job.slots != nil { // the job went on without it, but under Loop it may have waited for a turn since
		w.job.slots.drop(&w.hold, true)
	}
}

// quit takes w off the job's hands: what it has not run is handed out again and its slot is free. A worker that is
// sound can work again.
func (w *Worker) quit(sound bool) {
	j := w.job
	w.flush()
	w.giveBack()
	w.discharge()
	w.only = nil
	if j.slots != nil {
		sound = j.slots.drop(&w.hold, !w.lost.Load()) && sound
	} else if !sound {
		j.hire(nil).startFeeder() // in its place
	}
	j.mu.Lock()
	if sound {
		j.idle = append(j.idle, w)
	} else { // a job without end must not keep them all
		j.crew[w.id] = nil
		j.vacant = append(j.vacant, w.id)
	}
	j.mu.Unlock()
	if j.hasWork() {
		j.kick()
	}
	j.leave()
}

// abandon goes on without w, whose goroutine is stuck in a call that has been ended as abandoned. It runs on the
// timer's goroutine; w's own touches nothing of the job any more.
func (w *Worker) abandon() {
	if w != &w.job.loose {
		w.quit(false)
	}
}

// lose marks w as abandoned. Both the timer that abandons its call and the goroutine, when it comes back too late, do
// so before anything else: whichever is first, the goroutine sees the mark before it takes another call.
func (w *Worker) lose() {
	if w != &w.job.loose {
		w.lost.Store(true)
	}
}

// panicError wraps what recover returned; it must be called by the function that recovered.
func panicError(value any) *PanicError { return &PanicError{Value: value, Stack: debug.Stack()} }
