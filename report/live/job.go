package live

import (
	"cmp"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap"
)

const (
	// tick is how often something new is sent to those who look.
	tick = 100 * time.Millisecond
	// framesKept is how many ticks the calls by slot reach back.
	framesKept = 300
	// mostNoted is of about how many calls in a tick it is noted when and where they ran.
	mostNoted = 500
	// mostWatched is how many calls may end in a tick while it is watched which run. To watch a call costs up to 20 µs,
	// where its events wake a goroutine: 2 % of a core for so many.
	mostWatched = 100
)

// About is what does not change of a job. Whatever its texts hold, they are shown as text.
type About struct {
	Task    string
	Where   string // the executor
	Command string // the command line; "" for none

	// Unnumbered says that workers have no numbers, as under [overlap.Async], where a call's index is its worker.
	Unnumbered bool
	// Workers says which worker processes there are; nil where there are none. It is called once a second, and must not
	// block.
	Workers func() []Worker
}

// Calls are where a job stands. All are numbers of calls.
type Calls struct {
	Total  int64 // inputs; −1 when it is not known
	Before int64 // of them, how many have a result of an earlier run
	Drawn  int64 // inputs drawn by this run
	Ended  int64 // calls of this run that have ended, with those that failed
	Failed int64
	Queued int64 // calls that are drawn and that no worker elsewhere has taken
	Ending bool  // no more inputs are drawn
}

// Job is what a page shows of a job. It is safe for concurrent use, but for Ended. Its memory does not grow with the
// job.
type Job struct {
	about   About
	counts  func() Calls
	start   time.Time
	every   atomic.Int64 // of how many calls that end one is noted
	skipped int64        // calls that ended since the last one noted; for who calls Ended
	watches atomic.Bool  // it is watched which calls run

	mu       sync.Mutex
	now      time.Duration // of the last tick, since the start
	calls    Calls         // at the last tick
	noted    []span        // since the last tick
	frames   frames
	lanes    lanes
	running  running
	times    recentTimes
	pace     pace
	history  history
	failures failures
	auto     autoState
	workers  workerList
	over     string        // how it ended; "" while it has not
	changed  chan struct{} // closed at the next tick
}

// New returns a job that begins now. counts says where it stands; it is called ten times a second while the page is
// served, from any goroutine, and must not block. New panics when counts is nil.
func New(about About, counts func() Calls) *Job {
	if counts == nil {
		panic("live: New: counts is nil")
	}
	j := &Job{
		about: about, counts: counts, start: time.Now(), changed: make(chan struct{}), times: newRecentTimes(),
		running: running{byWorker: map[int]open{}}, lanes: lanes{unnumbered: about.Unnumbered},
	}
	j.every.Store(1)
	j.watches.Store(true)
	return j
}

// Ended is told of a call that ended: by which worker it was made, when its last attempt began and ended since the job's
// start, and whether it failed. It must not be called by two goroutines at the same time. Where many calls end in a
// second most are skipped, which takes about a nanosecond each.
func (j *Job) Ended(worker, index int, started, finished time.Duration, failed bool) {
	every := j.every.Load()
	if j.skipped++; j.skipped < every {
		return
	}
	j.skipped = 0
	j.mu.Lock()
	defer j.mu.Unlock()
	j.running.end(worker, index)
	lane := j.lanes.of(worker, index, started, finished)
	j.times.add(finished - started)
	s := span{lane: lane, lanes: 1, start: started, end: finished, calls: every, index: index}
	s.busy = (finished - started) * time.Duration(every)
	if failed {
		s.failed = every
	}
	j.noted = append(j.noted, s)
	if len(j.noted)%mostNoted == 0 { // until the next tick says what is a fair sample
		j.every.Store(2 * every)
	}
	if len(j.noted) == mostWatched+1 {
		j.watch(false)
	}
}

// Failed is told why a call failed, in the words of its error, and of which input, in short.
func (j *Job) Failed(outcome overlap.Outcome, reason, input string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failures.add(outcome, reason, input)
}

// Over is told that no call runs any more, and how the job went. What it is told later, it does not show.
func (j *Job) Over(how string) {
	j.tick()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.over == "" {
		j.over = cmp.Or(how, "There are no more calls.")
	}
	j.forgetRunning()
	j.wake()
}

// tick completes a frame, and wakes those who wait for it.
func (j *Job) tick() {
	calls := j.counts()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.over != "" {
		return
	}
	ended := calls.Ended - j.calls.Ended
	j.now, j.calls = time.Since(j.start), calls
	j.frames.add(merge(j.noted, j.lanes.count))
	j.noted = j.noted[:0]
	j.every.Store(max(1, ended/mostNoted))
	j.watch(ended <= mostWatched)
	if int64(len(j.running.byWorker)) > calls.Drawn-calls.Ended {
		j.forgetRunning() // more than there can be: the ends of some were not told
	}
	j.pace.add(j.now, calls.Ended)
	j.times.tick(j.now)
	j.workers.tick(j.now, j.about.Workers)
	j.history.add(point{
		at: j.now.Seconds(), rate: j.pace.rate(curveTicks), inFlight: j.inFlight(), level: float64(j.auto.Level),
		p50: j.times.p50, p90: j.times.p90, p99: j.times.p99,
	})
	j.wake()
}

// serve completes frames until stop is closed, so that those who look are sent something new.
func (j *Job) serve(stop <-chan struct{}) {
	j.tick() // so that whoever looks first is told where it stands
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			j.tick()
		case <-stop:
			return
		}
	}
}

func (j *Job) page() *page { return jobPage() }

func (j *Job) isOver() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.over != ""
}

// watch switches on and off that it is watched which calls run. The mutex is held.
func (j *Job) watch(on bool) {
	if j.watches.Swap(on) && !on {
		j.forgetRunning() // whose ends nobody would tell
	}
}

// wake wakes those who wait for a tick. The mutex is held.
func (j *Job) wake() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// inFlight is how many calls were in flight over the last second, on average: the time they took together by the time
// that has passed. The mutex is held.
func (j *Job) inFlight() float64 {
	over := min(j.now, time.Second)
	if over <= 0 || j.over != "" {
		return 0
	}
	from := j.now - over
	busy := j.frames.busy(int64(time.Second/tick)+1, from)
	for _, r := range j.running.byWorker {
		busy += max(0, j.now-max(r.start, from))
	}
	return busy.Seconds() / over.Seconds()
}
