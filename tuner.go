package overlap

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap/internal/tune"
)

// tuner has the slots of a job follow what a controller says. It exists for jobs of [Auto].
//
// It takes readings only while the job wants more slots than it has: then startWorkers wakes it. It has a goroutine for
// the few milliseconds in which readings follow one another, and a timer afterwards.
type tuner struct {
	job     *Job
	slots   *Slots
	explain func(AutoReport) // nil: nobody wants to know
	steps   func(AutoStep)   // likewise
	caps    func(AutoCap)    // likewise
	workers Workers          // that it decides over; nil: goroutines of this process
	cores   int
	outside bool                      // the calls run in processes
	alone   bool                      // there is one worker at the most until joinIn
	held    atomic.Bool               // there is a pause or a rate: else calls start without a lock
	gate    *Gate                     // closed while nothing may start
	rate    atomic.Pointer[RateLimit] // how fast calls may start; nil: at once
	rated   float64                   // which rate that is, in starts a second
	told    AutoCap                   // what caps was told last
	batches map[*Worker]uint64        // where workers' batches were at the last reading without calls that nobody had claimed

	awake atomic.Bool // readings are being taken
	woken atomic.Bool // the first is being, or has been
	over  atomic.Bool // the job is

	empty  atomic.Int32 // how many times in a row nothing got through when calls were started
	trying atomic.Bool  // calls are in flight to see whether they want cores

	ended    atomic.Int64  // how many calls have ended
	due      atomic.Int64  // how many will have when a reading is to be taken at once
	failed   atomic.Int64  // how many attempts have failed
	refused  atomic.Int64  // how many calls were refused and offered again
	calmAt   atomic.Int64  // how many will have ended when it is calm again
	ofKeys   atomic.Int64  // how many attempts were refused for which the policy of the call's key sees to that
	late     atomic.Int64  // how many failed since their time was up
	lateDue  atomic.Int64  // how many will have when a reading is to be taken at once
	limit    atomic.Int64  // how long that was the last time, in nanoseconds
	others   atomic.Int64  // how many failed for something else
	starting atomic.Int32  // how many workers wait for what is to make their calls
	timed    atomic.Int64  // of how many calls it is known how long they took
	took     atomic.Int64  // how long these took, in nanoseconds
	atStop   atomic.Int64  // how many calls had ended, without those that failed, when the job stopped
	squares  atomic.Uint64 // the sum of the squares of that, in microseconds

	mu         sync.Mutex
	settings   tune.Settings
	controller *tune.Controller // made by control
	wokenAt    time.Duration    // when the first reading was about to be taken; 0: none was yet
	next       nextReading
	refusals   map[int]refusedBefore // of calls that were refused and have not ended, by index; nil before the first
}

// measure has CPU time and the like read, without waiting for a core.
var measure = func(r *tune.Reading) { sensor.Measure(r) }

// sense has a reading taken of this process, after it has given way. The same sensor serves all jobs.
var sense = func(r *tune.Reading) { sensor.Measure(r) }

// lookAtProcesses has processes that this one has started looked at; now, whatever that costs.
var lookAtProcesses = func(r *tune.Reading, now bool) { sensor.LookAtProcesses(r, now) }

// lookAtRoom has it looked at how many processes and threads there may be.
var lookAtRoom = func() int { return sensor.Room() }

// sensor is made before there is any time bubble, to which its channel would belong.
var sensor = tune.NewSensor()

// newTuner gives the job a tuner, which it has until it is over.
func newTuner(job *Job, settings tune.Settings, a *auto) *tuner {
	t := &tuner{
		job: job, gate: NewGate(), settings: settings, explain: a.explain, steps: a.steps, caps: a.caps, workers: a.over,
		cores: settings.Cores, outside: settings.Processes, alone: job.waitedFor && !settings.Processes,
	}
	if t.alone {
		t.slots = NewSlots(1)
	} else {
		t.slots = NewSlots(settings.Level())
		t.slots.wanted = t.wake
	}
	job.mu.Lock()
	defer job.mu.Unlock()
	if job.stopped.Load() { // its context has ended already, and whoever stops it may be looking at what follows
		return t
	}
	job.tuner = t
	if job.admission == nil {
		job.admission = &admission{job: job}
	}
	job.admission.limits = append(job.admission.limits, t)
	return t
}

// control is the controller, which most jobs of a few calls do without: to make it is a tenth of a Stream of three calls of 1 µs (W23j of bench/auto). The mutex is held.
func (t *tuner) control() *tune.Controller {
	if t.controller == nil {
		t.controller = tune.New(t.settings)
		if t.wokenAt > 0 {
			t.controller.Wake(t.wokenAt)
		}
	}
	return t.controller
}

// run takes readings until the next one is due later, or the job wants no more slots.
func (t *tuner) run() {
	for {
		wait, more := t.look()
		if !more || wait > 0 && t.readAfter(wait) {
			return
		}
	}
}

// look takes a reading and does what the controller says. It reports when to take the next one, and false if none is to
// be taken.
func (t *tuner) look() (wait time.Duration, more bool) {
	r := tune.Reading{Delay: sensor.GiveWay()}
	if t.over.Load() { // its calls were done first
		return 0, false
	}
	sense(&r)
	if t.outside {
		lookAtProcesses(&r, false)
	}
	t.read(&r)
	if r.Beside > 0 {
		r.Turn = t.takeTurn()
		defer t.endTurn()
	}
	if r.Wanted == 0 && !t.needed() {
		if t.batches == nil {
			t.batches = map[*Worker]uint64{}
		}
		switch shared, left := t.job.shareStuck(t.batches); {
		case shared > 0:
			t.job.dispatch()
			t.read(&r)
		case left:
			return stuck, true
		}
	}
	if r.Wanted == 0 && !t.needed() {
		t.awake.Store(false)
		// Whoever needed it a moment ago saw that it was awake, and did not wake it.
		if !t.needed() || !t.awake.CompareAndSwap(false, true) {
			return 0, false
		}
	}
	t.mu.Lock()
	advice := t.control().Look(r)
	t.next.hurried, t.next.atEnds = false, advice.AtEnds
	refused := t.refused.Load()
	t.mu.Unlock()
	t.trying.Store(advice.Trying)
	t.empty.Store(int32(advice.Empty))
	t.due.Store(advice.Ended)
	if t.lateDue.Store(advice.Late); advice.Late > 0 && t.late.Load() >= advice.Late {
		t.hurry() // they timed out since the reading
	}
	if t.ended.Load() > r.Ended+r.Failed {
		t.callsEnded(0) // Calls that ended since the reading saw the due of the one before.
	}
	before := t.slots.Limit()
	t.follow(advice, refused)
	if advice.Why != "" && t.steps != nil {
		step := AutoStep{At: r.At, From: before, To: advice.Level, Why: advice.Why, InFlight: r.InFlight, Ended: r.Ended}
		t.tell(func() { t.steps(step) })
	}
	if now := (AutoCap{At: r.At, Level: advice.Level, Bound: bounds[advice.Bound]}); t.caps != nil &&
		(now.Level != t.told.Level || now.Bound != t.told.Bound) {
		t.told = now
		t.tell(func() { t.caps(now) })
	}
	return advice.Wait, true
}

// stuck is how long a batch has not got on of which others are to take calls: as long as Go's timers take at least where nothing runs.
const stuck = time.Millisecond

// tell tells whoever wants to know something, but not after the job.
func (t *tuner) tell(say func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over.Load() {
		say()
	}
}

// needed reports whether there is something that only a reading brings forward: calls that want a slot, or a pause or a
// rate that has to end.
func (t *tuner) needed() bool {
	return t.job.queued.Load() || t.held.Load() || t.gate.Closed() || t.rate.Load() != nil
}

// read fills in what is to be seen of the job.
func (t *tuner) read(r *tune.Reading) {
	state := t.slots.State()
	r.Beside = int(tunersWoken.Load()) - 1
	r.At, r.Wanted, r.Left = t.job.now(), state.Wanted, -1
	r.InFlight = max(0, state.InUse-int(t.job.heldBack.Load())-int(t.starting.Load()))
	r.AtOnce = int(t.job.perWorker.Load())
	r.Timed, r.Took = t.timed.Load(), time.Duration(t.took.Load())
	r.Squares = float64(t.squares.Load()) / 1e12
	r.TimedOut, r.Limit = t.late.Load(), time.Duration(t.limit.Load())
	ended := t.ended.Load()
	r.Failed = min(ended, t.failed.Load()) // of calls that are about to end, too, or to be offered again
	r.Ended = ended - r.Failed
	if t.job.closed.Load() {
		r.Left = int(t.job.openCalls.Load())
	}
}

// follow does what the controller says, which knows of so many refusals.
func (t *tuner) follow(advice tune.Advice, refused int64) {
	if advice.Pause || advice.Rate > 0 {
		t.held.Store(true)
	}
	if math.Abs(advice.Rate-t.rated) > 1e-9 {
		t.rated = advice.Rate
		if advice.Rate > 0 {
			rate := Rate(1, time.Duration(max(1, float64(time.Second)/advice.Rate)))
			rate.continueFrom(t.rate.Load())
			t.rate.Store(rate)
		} else {
			t.rate.Store(nil)
		}
		t.job.dispatch()
	}
	if t.slots.Limit() != advice.Level {
		t.slots.Resize(advice.Level)
	}
	if advice.Pause {
		t.gate.Close()
		return
	}
	if t.refused.Load() != refused {
		return // and the next reading says what follows from that
	}
	t.gate.Open()
	if advice.Rate == 0 {
		t.held.Store(false)
	}
	if t.refused.Load() != refused {
		t.pause()
	}
}

// pause has no call start until the next reading says so.
func (t *tuner) pause() {
	t.gate.Close()
	t.held.Store(true)
}

// noteTook adds up how long the calls took that the worker claimed last, now that it is about to claim so many more, or
// has. The tuner is told when that is worth the cost of three atomic operations.
func (w *Worker) noteTook(claimed int) {
	now := w.readClock()
	n := w.claimed
	if w.batchEnd > 0 {
		n -= int(w.batchEnd - w.batch.first()) // which others have taken
		w.batchEnd = 0
	}
	if n > 0 && !w.makesSeveral {
		w.addTook(n, now-w.claimedAt)
	}
	w.claimed, w.claimedAt, w.endedBefore = claimed, now, w.job.tuner.ended.Load()
}

// addTook adds up how long n calls took, all together.
func (w *Worker) addTook(n int, took time.Duration) {
	each := uint64(took.Microseconds()) / uint64(n)
	w.timed += int64(n)
	w.took += took
	w.squares += each * each * uint64(n)
	if w.took >= worthTelling {
		w.tellTook()
	}
}

// noteBatch has noteTook add up how long the calls of w's batch take that others do not take from it.
func (w *Worker) noteBatch(n int) { w.claimed, w.batchEnd = n, w.batch.first()+int64(n) }

// worthTelling is how long calls of a worker have taken before its tuner is told of them: three atomic operations take some 0.1 µs of
// that, and it is a tenth of the time between two readings.
const worthTelling = 100 * time.Microsecond

// tellTook tells the tuner how long the worker's calls took.
func (w *Worker) tellTook() {
	t := w.job.tuner
	t.timed.Add(w.timed)
	t.took.Add(int64(w.took))
	t.squares.Add(w.squares)
	w.timed, w.took, w.squares = 0, 0, 0
}

// callsEnded is told that calls have ended.
func (t *tuner) callsEnded(n int64) {
	ended := t.ended.Add(n)
	if due := t.due.Load(); due > 0 && ended >= due && t.due.CompareAndSwap(due, 0) {
		t.hurry()
	}
}

// stop is when the job's calls have all ended.
func (t *tuner) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over.Swap(true) && t.woken.Load() {
		tunersWoken.Add(-1)
	}
	tunerTrying.CompareAndSwap(t, nil)
	if t.next.timer != nil {
		t.next.timer.Stop()
	}
}

// worthMeasuring is how long a job takes at least for its CPU time to say something, and for that to be worth reading it: that
// takes longer than a few calls of a microsecond do: some 4 µs (BenchmarkMeasure of internal/tune).
const worthMeasuring = time.Millisecond

// noteStop is when the job stops, before that ends calls.
func (t *tuner) noteStop() {
	ended := t.ended.Load()
	t.atStop.Store(ended - min(ended, t.failed.Load()))
}

// reportIfWanted has what was found out told, if the job has a tuner and somebody wants to know.
func (t *tuner) reportIfWanted() {
	if t != nil && t.explain != nil {
		t.report()
	}
}

// report tells what was found out, when nothing of the job runs any more and somebody wants to know. It is not called else: its frame is so
// large that Go has to copy the stack of a worker to have room for it, which takes a sixth of a job of three calls that do nothing.
func (t *tuner) report() {
	r := tune.Reading{CPU: -1}
	if t.woken.Load() && t.job.now() >= worthMeasuring {
		measure(&r)
		if t.outside {
			lookAtProcesses(&r, true)
		}
	}
	t.read(&r)
	r.Beside = int(tunersWoken.Load()) // this one has stopped
	if t.job.stopped.Load() {          // what has ended since then was cut off
		all := r.Ended
		r.Ended = min(r.Ended, t.atStop.Load())
		r.InFlight = int(all - r.Ended) // or they had not begun
	}
	t.mu.Lock()
	report := newAutoReport(t.control().Report(r), t.cores)
	t.mu.Unlock()
	report.stopped = t.job.stopped.Load()
	report.Refused += t.ofKeys.Load()
	report.FailedOtherwise = t.others.Load()
	t.job.mu.Lock()
	report.Asleep = min(t.job.asleep.total, report.Took)
	t.job.mu.Unlock()
	report.HeldBack, report.PerWorker = t.job.ownLimit(report.Calls), t.perWorker()
	t.explain(report)
}

// perWorker is how many calls each worker makes at once, as far as those say.
func (t *tuner) perWorker() int {
	if says, ok := t.workers.(interface{ PerWorker() int }); ok {
		return says.PerWorker()
	}
	return 0
}

// allows implements startLimit.
func (t *tuner) allows(j *Job, n int) bool {
	if !t.held.Load() {
		return true
	}
	rate := t.rate.Load()
	return t.gate.allows(j, n) && (rate == nil || rate.allows(j, n))
}

// take implements startLimit.
func (t *tuner) take(j *Job, n int) int {
	if !t.held.Load() {
		return n
	}
	if !t.gate.allows(j, n) {
		return 0
	}
	if rate := t.rate.Load(); rate != nil {
		return rate.take(j, n)
	}
	return n
}

// giveBack implements startLimit.
func (t *tuner) giveBack(n int) {
	if rate := t.rate.Load(); rate != nil {
		rate.giveBack(n)
	}
}

// forget implements startLimit.
func (t *tuner) forget(j *Job) {
	t.gate.forget(j)
	if rate := t.rate.Load(); rate != nil {
		rate.forget(j)
	}
}
