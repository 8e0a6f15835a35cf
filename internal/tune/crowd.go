package tune

import (
	"math"
	"time"
)

const (
	// crowdLooks is of how many readings of processes a round is at least.
	crowdLooks = 8
	// muchMore is the part by which more calls are in flight than keep the cores busy, and mostSpare how many at most where that is
	// less, before there are to be fewer: what was seen is not exact, and a process that goes takes time to start again.
	muchMore  = 0.25
	mostSpare = 1
)

// crowd finds out how many calls in flight keep the cores busy, of calls that run in processes, while more want cores than there are:
// those that take turns on a core are no faster for that, and each takes memory. A round is until as many have ended as are in flight,
// so that it sees all that a call does.
type crowd struct {
	began   bool
	first   Reading
	since   time.Duration // when the round began
	looks   int
	waiting int // how many calls waited at the readings, all together
	running int // how many cores processes were seen to want, all together

	cap   int           // how many calls keep the cores busy, where more were in flight; 0: there is no limit
	takes time.Duration // how long a call then takes that hardly waits for a core, as far as was known last; 0: it never was
}

// look takes a reading of processes as they were at a time.
func (w *crowd) look(r Reading, at time.Duration, cores int) {
	if !w.began {
		w.began, w.first, w.since, w.looks, w.waiting, w.running = true, r, at, 0, 0, 0
		return
	}
	w.looks++
	w.waiting += max(0, r.InFlight-r.Processes.Busy)
	w.running += min(r.Processes.Running, cores)
	ended := r.Ended + r.Failed - w.first.Ended - w.first.Failed
	if w.looks < crowdLooks || ended < int64(max(leastEnded, r.InFlight*max(1, r.AtOnce))) {
		return
	}
	w.began = false
	used := max(float64(r.Processes.CPU-w.first.Processes.CPU)/float64(at-w.since), float64(w.running)/float64(w.looks))
	if used < processRoom*float64(cores) {
		return
	}
	// As many wait on average, however many there are, as long as the cores are busy, and the others want a core. How many wait at a
	// time varies by the root of that, and there are to be enough others nearly always.
	waiting := float64(w.waiting) / float64(w.looks)
	enough := waiting + 2*math.Sqrt(waiting) + float64(cores)
	if float64(r.InFlight) > enough+max(mostSpare, muchMore*enough) {
		w.cap = int(math.Round(enough))
		w.takes = time.Duration(enough * float64(at-w.since) / float64(ended) * float64(max(1, r.AtOnce))) // by Little's law
	}
}
