package overlap

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// RateLimit is what [Rate] returns: how many calls may start in a time. It is an [Option] of jobs, and all jobs that
// are given the same one share it, taking turns. As a [KeyLimit] it says how fast the calls of each key of a [PerKey]
// may start. Safe for concurrent use.
type RateLimit struct {
	n        int
	per      time.Duration
	interval float64 // between two starts, in nanoseconds
	most     int     // how many calls are let start at one moment, so that a batch does not sit on them
	catchUp  float64 // how much lateness is made up for, in nanoseconds

	base   atomic.Pointer[time.Time] // when the rate was first asked; times are nanoseconds since then
	next   atomic.Uint64             // when the next call may start, as the bits of a float64
	wanted atomic.Bool               // a job waits for that, or has waited

	mu      sync.Mutex
	queue   waitingJobs
	timer   *time.Timer // nil: no alarm is set
	alarmAt float64
}

// Rate lets at most n calls of a job start in each time per, evenly: Rate(100, time.Second) lets one start every 10 ms,
// and Rate(5, time.Minute) one every 12 s. Every attempt is a start, so retries keep to the rate as well. Between two
// starts lies at least per/n, but for a lateness of up to 10 ms, which is caught up: in any second at most 1.01 times
// the rate and one more start. A longer pause is not caught up.
//
// A call that waits for its turn holds no worker, no slot and no goroutine, its wait is no part of its [Timeout], and a
// [Stream] counts it as drawn ([Window]). A call starts when it is handed out: where executors send calls ahead to a
// worker process, it may wait there for the one before.
//
// The same RateLimit in the options of several jobs is one rate for all of them. Several rates in the options of one
// job all hold. A rate that never binds costs some ten nanoseconds a call. Rate panics when n < 1 or per is not
// positive.
func Rate(n int, per time.Duration) *RateLimit {
	if n < 1 || per <= 0 {
		panic(fmt.Sprintf("overlap: Rate: must be at least 1 call in a positive time, got %d in %v", n, per))
	}
	r := &RateLimit{n: n, per: per, interval: float64(per) / float64(n), catchUp: catchUp}
	r.most = int(max(1, min(longestBatch, float64(100*time.Microsecond)/r.interval)))
	return r
}

// Spacing is a [Rate] of one call in each time d that catches nothing up: between two starts lies at least d, also when
// the one before was late. It panics when d is not positive.
func Spacing(d time.Duration) *RateLimit {
	if d <= 0 {
		panic(fmt.Sprintf("overlap: Spacing: must be positive, got %v", d))
	}
	r := Rate(1, d)
	r.catchUp, r.most = 0, 1
	return r
}

// String is the rate in words: "100 in 1s".
func (r *RateLimit) String() string { return fmt.Sprintf("%d in %v", r.n, r.per) }

func (r *RateLimit) applyToJob(to *options) {
	r.mustBeMade()
	to.limits = append(to.limits, r)
}

func (r *RateLimit) mustBeMade() {
	if r.interval == 0 {
		panic("overlap: RateLimit: it was not made by Rate")
	}
}

// catchUp is how much lateness a Rate makes up for, in nanoseconds.
const catchUp = float64(10 * time.Millisecond)

// startingAt is from when the start of a call counts that may start since due: from then, unless that is too long ago
// to be caught up. A pause in which nobody waited is not caught up at all.
func (r *RateLimit) startingAt(due, now float64, wanted bool) float64 {
	switch {
	case now-due <= r.catchUp:
		return due
	case wanted:
		return now - r.catchUp
	}
	return now
}

func (r *RateLimit) now() float64 {
	base := r.base.Load()
	if base == nil {
		now := time.Now()
		r.base.CompareAndSwap(nil, &now)
		base = r.base.Load()
	}
	return float64(time.Since(*base))
}

func (r *RateLimit) due() float64 { return math.Float64frombits(r.next.Load()) }

// continueFrom has the next call start as long after the last one that another rate let start as this one says, or from now
// on, if there was no other: a new rate would let one start at once.
func (r *RateLimit) continueFrom(before *RateLimit) {
	since := 0.0
	if before != nil {
		since = before.now() - before.due() + before.interval
	}
	r.next.Store(math.Float64bits(r.now() - since + r.interval))
}

// allows implements startLimit.
func (r *RateLimit) allows(j *Job, n int) bool {
	last := float64(n-1) * r.interval
	if r.due()+last <= r.now() {
		return true
	}
	r.wait(j, last)
	return false
}

// take implements startLimit.
func (r *RateLimit) take(j *Job, n int) int {
	for {
		bits, now := r.next.Load(), r.now()
		due := math.Float64frombits(bits)
		if due > now {
			r.wait(j, 0)
			return 0
		}
		from := r.startingAt(due, now, r.wanted.Load())
		granted := min(n, r.most, int(min((now-from)/r.interval, longestBatch))+1)
		if !r.next.CompareAndSwap(bits, math.Float64bits(from+float64(granted)*r.interval)) {
			continue
		}
		if r.wanted.Load() {
			r.wanted.Store(false)
		}
		return granted
	}
}

// giveBack implements startLimit.
func (r *RateLimit) giveBack(n int) {
	if n == 0 {
		return
	}
	for {
		bits := r.next.Load()
		if r.next.CompareAndSwap(bits, math.Float64bits(math.Float64frombits(bits)-float64(n)*r.interval)) {
			break
		}
	}
	if !r.wanted.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) > 0 {
		r.setAlarm(r.due())
	}
}

// forget implements startLimit.
func (r *RateLimit) forget(j *Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.remove(j)
}

// wait has the job dispatched when calls may start again, and those that are about to start have started, which takes
// so long.
func (r *RateLimit) wait(j *Job, ahead float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wanted.Store(true)
	r.queue.add(j)
	r.setAlarm(r.due() + ahead)
}

// setAlarm has the jobs that wait dispatched at that time, if not before. The mutex is held.
func (r *RateLimit) setAlarm(at float64) {
	if r.timer != nil {
		if r.alarmAt <= at || !r.timer.Stop() {
			return
		}
	}
	r.alarmAt = at
	// A new timer each time, since jobs of several bubbles of synctest may share a rate.
	r.timer = time.AfterFunc(time.Duration(math.Ceil(max(0, at-r.now()))), r.wake)
}

// wake dispatches the jobs that wait, one for each call that may start: so they take turns, whichever is the quickest
// to start its calls.
func (r *RateLimit) wake() {
	r.mu.Lock()
	r.timer = nil
	n := 0
	if late := r.now() - r.due(); late >= 0 {
		n = int(min(float64(len(r.queue)), late/r.interval+1))
	}
	woken := slices.Clone(r.queue[:n])
	r.queue = slices.Delete(r.queue, 0, n)
	r.mu.Unlock()
	defer r.wakeLater()
	for _, j := range woken {
		j.dispatch()
	}
}

// wakeLater sets the alarm for the jobs that still wait.
func (r *RateLimit) wakeLater() {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch now := r.now(); {
	case len(r.queue) == 0:
	case r.due() > now:
		r.setAlarm(r.due())
	default: // those that were dispatched have yet to start their calls, or find no worker for them
		r.setAlarm(now + min(r.interval, float64(time.Millisecond)))
	}
}

// waitingJobs are jobs that are to be dispatched, longest first.
type waitingJobs []*Job

func (q *waitingJobs) add(j *Job) {
	if !slices.Contains(*q, j) {
		*q = append(*q, j)
	}
}

func (q *waitingJobs) remove(j *Job) {
	*q = slices.DeleteFunc(*q, func(other *Job) bool { return other == j })
}
