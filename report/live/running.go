package live

import (
	"time"

	"example.com/overlap"
)

// mostRunning is of how many calls it is known that they run.
const mostRunning = 2048

// open is a call that runs.
type open struct {
	index, lane int
	start       time.Duration
}

// running is which calls run, by the number of their worker.
type running struct{ byWorker map[int]open }

// Observe is the option by which a job has its running calls watched. It costs calls that last next to nothing, and is
// switched off while many end in a second.
func (j *Job) Observe() overlap.Option { return overlap.ObserveWhile(&j.watches, j.observe) }

func (j *Job) observe(worker int, events []overlap.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.watches.Load() {
		return // of what was recorded before, the ends are not
	}
	for _, e := range events {
		switch e.Kind {
		case overlap.EventStarted:
			j.begun(worker, e)
		case overlap.EventFinished, overlap.EventRetried:
			if lane := j.running.end(worker, e.Index); lane >= 0 {
				j.lanes.leave(lane, e.At)
			}
		}
	}
}

// begun notes that a call runs.
func (j *Job) begun(worker int, e overlap.Event) {
	r := &j.running
	if _, known := r.byWorker[worker]; known || len(r.byWorker) < mostRunning {
		r.byWorker[worker] = open{index: e.Index, lane: j.lanes.take(worker, e), start: e.At}
	}
}

// end takes a call out, and returns the lane it had, −1 if it is not known.
func (r *running) end(worker, index int) (lane int) {
	c, known := r.byWorker[worker]
	if !known || c.index != index {
		return -1
	}
	delete(r.byWorker, worker)
	return c.lane
}

// forgetRunning has no call known to run.
func (j *Job) forgetRunning() {
	clear(j.running.byWorker)
	j.lanes.leaveAll()
}
