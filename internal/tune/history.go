package tune

import "time"

// mostChanges is how many changes of the level are kept; then every other is dropped.
const mostChanges = 64

// Change is a change of the level.
type Change struct {
	At    time.Duration
	Level int
	Bound Bound // what kept it from rising before
}

// history is what a controller remembers for its report.
type history struct {
	first, last Reading
	own         time.Duration // the CPU time that this process itself had used at the first
	most        int           // the most calls that were in flight
	early       Reading       // the first by which as many calls had been timed: of those that began first, the short ones end first
	busy        float64       // the goroutines that ran or wanted to, times seconds
	cores       float64       // the cores that goroutines kept busy in Go's eyes, times seconds
	blocked     float64       // the other calls that may have been in system calls or in C, times seconds
	others      float64       // the cores that other programs used, times seconds
	inFlight    float64       // the calls in flight, times seconds, while busy and blocked were counted
	locked      float64       // the seconds that goroutines waited for mutexes while no other job was looked at
	limited     time.Duration // for how long it looked as if what the calls wait for did no more
	untold      time.Duration // for how long it was not known of two levels what they do
	peak        int
	standingBy  int     // the level, if it was last raised since calls are brief, and not as the cores had room
	levels      float64 // the level, times seconds, until levelAt
	levelAt     time.Duration
	bound       Bound         // what kept the level from being higher at that time
	byMemory    time.Duration // for how long memory did
	changes     []Change
}

// look takes a reading of a program with so many cores. far is what the calls wait for.
func (h *history) look(r Reading, cores int, far *farEnd) {
	if h.inFlight == 0 && h.last.At == 0 {
		h.first, h.last = r, r
	}
	h.most = max(h.most, r.InFlight)
	if h.early.Timed < int64(h.most) {
		h.early = r
	}
	dt := (r.At - h.last.At).Seconds()
	wanting := r.Running + r.Runnable
	if !r.Collecting { // else those that wait may do so for the collector
		h.busy += dt * float64(min(wanting, r.InFlight))
		h.blocked += dt * float64(min(r.Blocked, r.InFlight-min(wanting, r.InFlight)))
		h.inFlight += dt * float64(r.InFlight)
	}
	h.cores += dt * float64(r.coresInGo(cores))
	h.others += dt * r.Neighbours.Used
	if r.Beside == 0 { // else they may be of other jobs
		h.locked += (r.Locked - h.last.Locked).Seconds()
	}
	switch {
	case len(far.known) < 2:
		h.untold += r.At - h.last.At
	case far.limited():
		h.limited += r.At - h.last.At
	}
	h.last = r
}

// coresInGo is how many of the cores goroutines keep busy in Go's eyes, had one not been needed for the reading.
func (r Reading) coresInGo(cores int) int {
	if r.Running >= cores-1 && r.Runnable > 0 {
		return cores
	}
	return min(r.Running, cores)
}

// lockedShare is the share of the calls' time in which they waited for mutexes, as far as no other job was looked at meanwhile.
// That time counts when a wait ends, so most of it may have come after the last look.
func (h *history) lockedShare(end Reading) float64 {
	took, locked := (end.Took - h.first.Took).Seconds(), h.locked
	if took <= 0 {
		return 0
	}
	if end.Beside == 0 {
		locked += max(0, (end.Locked - h.last.Locked).Seconds())
	}
	return locked / took
}

func (h *history) level(at time.Duration, level int, bound Bound) {
	h.peak = max(h.peak, level)
	if h.bound == ByMemory {
		h.byMemory += at - h.levelAt
	}
	h.levels, h.levelAt, h.bound = h.levelsUntil(at), at, bound
	if n := len(h.changes); n > 0 && h.changes[n-1].Level == level {
		return
	}
	if len(h.changes) == mostChanges {
		kept := h.changes[:0]
		for i, c := range h.changes {
			if i%2 == 0 {
				kept = append(kept, c)
			}
		}
		h.changes = kept
	}
	h.changes = append(h.changes, Change{at, level, bound})
}

// meanLevel is the level on average, from when there was one until a moment.
func (h *history) meanLevel(until time.Duration) float64 {
	if len(h.changes) == 0 || until <= h.changes[0].At {
		return 0
	}
	return h.levelsUntil(until) / (until - h.changes[0].At).Seconds()
}

// levelsUntil is the level, times seconds, until a moment.
func (h *history) levelsUntil(at time.Duration) float64 {
	if len(h.changes) == 0 {
		return 0
	}
	return h.levels + float64(h.changes[len(h.changes)-1].Level)*(at-h.levelAt).Seconds()
}

// wanting is how many calls ran or wanted to, times seconds. To Go, one that computes in C, or in the kernel, is in a system call
// as one that waits is: but where no core is idle, and most of the CPU time went there, they compute.
func (h *history) wanting(r Report, cores int) float64 {
	used := r.CoresBusy * r.Took.Seconds()
	if r.CoresBusy+r.Others >= busy*float64(cores) && used-h.cores > used/2 {
		return h.busy + h.blocked
	}
	return h.busy
}
