package tune

import (
	"slices"
	"time"
)

// Class is what holds the calls of a job up.
type Class uint8

const (
	Unknown       Class = iota // there was too little to see
	TooFew                     // there were no more calls than could be in flight, or hardly ever one
	CPUBound                   // the cores were busy with the calls
	IOBound                    // the calls waited
	Mixed                      // the cores were busy, with calls of which most wait
	LockBound                  // the calls waited for one another's locks
	MemoryBound                // more calls might not have fitted into memory
	FarEndLimited              // what the calls wait for does no more
	RateLimited                // what the calls wait for lets no more start in a second
)

const (
	// busy is the share of the cores' time from which on they are what held the calls up.
	busy = 0.85
	// mostlyWaiting is the share of a call's time, without that in which it would run but has no core, that it waits in a job
	// that keeps the cores busy, from which on it is a mixed one.
	mostlyWaiting = 0.3
	// hardlyWaiting is up to which share of calls that wait a job lacks cores, whoever else is using them.
	hardlyWaiting = 0.1
	// mostlyLocked is the share of the calls in flight that wait for a lock, from which on that is what holds them up.
	mostlyLocked = 0.5
	// halfBusy is the share of the cores' time from which on a job whose calls wait is a mixed one: it computes for as long.
	halfBusy = 0.5
	// halfWaiting is the share of calls that wait below which most of them want a core.
	halfWaiting = 0.5
	// ioBoundUpTo and cpuBoundFrom are the shares of the calls' time on a core of calls that wait and of calls that compute.
	ioBoundUpTo, cpuBoundFrom = 0.25, 0.75
	// shortJob is up to how long a job says nothing of how busy the cores are: as long as it takes to read that some ten times.
	shortJob = 500 * time.Microsecond
	// shortOfProcesses is the same of a job of processes, which come and go, and whose CPU time counts before or after that: some
	// ten readings of them.
	shortOfProcesses = 10 * processWait
	// seenEnough is the share of a job's time over which readings were taken at least for them to say what its calls do.
	seenEnough = 0.5
	// hardlyAny is how many calls for each core, or less where the level was lower, are in flight on average at least of a
	// job that lacks anything: of another, what holds it up is where its inputs come from, who takes its results, or the
	// limits that it has of its own.
	hardlyAny = 0.5
	// hardlyUsed is the share of the level that is in flight on average at least of a job that is held up by what its calls wait
	// for: of another, it is held up by what does not let them start, as by one slow call at the head of an ordered Stream.
	hardlyUsed = 0.25
	// tinyCall is up to how long a call takes, on average, in which it cannot have waited for anything: to park a goroutine and to
	// go on with it takes about that.
	tinyCall = time.Microsecond
)

// Report is what a controller has found out.
type Report struct {
	Class     Class
	Bound     Bound         // what kept the level where it was in the end
	Level     int           // how many calls might be in flight in the end
	Peak      int           // the highest level
	MeanLevel float64       // the level on average; 0: unknown
	AtStart   int           // how many calls are put in flight before anything is known of them
	Took      time.Duration // from the first reading to the last
	Typical   time.Duration // how long a call took
	AtFirst   time.Duration // how long the first took that ended; 0: unknown
	CoresBusy float64       // how many cores were busy with this process, at most those that there are; negative: unknown
	Others    float64       // how many were busy with other programs; 0 as well where that is not known
	Waiting   float64       // the share of the calls in flight that waited, 0 to 1; negative: too little was seen of them
	InFlight  float64       // how many calls were in flight on average
	Rate      float64       // how many calls ended in a second
	Calls     int64         // how many ended
	Refused   int64         // how many were refused
	TimedOut  int64         // how many times the time of one was up
	BadInputs bool          // they turned out to be for what calls ask
	StartRate float64       // how many might start in a second in the end; 0: any number
	Lower     int           // a level at which less was done, where that was tried; 0: none
	Gain      float64       // by what share more was done at the level than at that
	Higher    int           // a level at which no more was done, where that was tried; 0: none
	Changes   []Change      // how the level changed, oldest first
	Readings  int           // how many readings were taken
}

// Report says what was found out, given a last reading when the job is over. In flight in it are those calls of a job that was stopped
// which had not ended by then.
func (c *Controller) Report(end Reading) Report {
	h := &c.history
	if c.lack.bounds(c.level) { // which may not have been looked at since
		c.level, c.bound = c.lack.limit.cap, c.lack.of
	}
	own := end.CPU
	if c.settings.Processes {
		end = end.ofProcesses()
	}
	r := Report{
		Bound: c.bound, Level: c.level, Peak: max(h.peak, c.level), Took: end.At - h.first.At, CoresBusy: -1,
		Refused: c.refusals.seen, TimedOut: end.TimedOut, BadInputs: c.refusals.badInputs.known, StartRate: c.refusals.rate.perSecond, Changes: slices.Clone(h.changes), Readings: c.looks,
	}
	if c.looks == 0 && !c.awake { // no call waited for another
		r.Took = 0
	}
	r.Calls = end.Ended + end.Failed
	r.Peak = int(min(int64(r.Peak), max(1, r.Calls+int64(end.InFlight)))) // a level that there were no calls for says nothing
	r.MeanLevel = min(h.meanLevel(end.At), float64(r.Peak))
	r.AtStart = c.settings.Start
	if !c.settings.Processes {
		r.AtStart = max(r.AtStart, c.settings.Blind)
	}
	if r.Took > 0 {
		r.Rate = float64(end.Ended-h.first.Ended) / r.Took.Seconds()
		if r.Rate == 0 && end.At > 0 { // what got through did so before the first reading
			r.Rate = float64(end.Ended) / end.At.Seconds()
		}
		r.Others = h.others / r.Took.Seconds()
		r.InFlight = min(float64(r.Peak), float64(end.Took)/float64(r.Took)) // Little's law
		least := shortJob
		if c.settings.Processes {
			least = shortOfProcesses
		}
		if end.CPU >= 0 && h.first.CPU >= 0 && c.looks > 0 && r.Took >= least {
			r.CoresBusy = min(float64(end.CPU-h.first.CPU)/float64(r.Took), float64(c.settings.Cores))
		}
		if c.settings.Processes && r.CoresBusy >= 0 { // to the sensor, processes of ours are other programs
			r.Others = max(0, r.Others-r.CoresBusy+float64(own-h.own)/float64(r.Took))
		}
	}
	if (r.Bound == ByNothing || r.Bound == ByCalls) && h.byMemory > r.Took/2 { // in the end, there was room for some more
		r.Bound = ByMemory
	}
	if end.Timed > 0 {
		r.Typical = end.Took / time.Duration(end.Timed)
	}
	if h.early.Timed > 0 {
		r.AtFirst = h.early.Took / time.Duration(h.early.Timed)
	}
	if h.inFlight > 0 {
		r.Waiting = max(0, 1-h.wanting(r, c.settings.Cores)/h.inFlight)
	}
	sawEnough := h.last.At-h.first.At >= time.Duration(seenEnough*float64(r.Took))
	if !sawEnough && r.CoresBusy >= 0 && r.CoresBusy+r.Others < busy*float64(c.settings.Cores) {
		r.Waiting = max(0, 1-c.onCore(r, end)) // no call wanted a core that it did not get
	}
	c.farEnd.compare(&r)
	r.Class = c.classify(r, end)
	if !sawEnough {
		r.Waiting = -1
	}
	return r
}

// classify says what held the calls up, from what bound the level and how busy the cores were.
func (c *Controller) classify(r Report, end Reading) Class {
	h := &c.history
	cores := float64(c.settings.Cores)
	share := c.onCore(r, end)
	locked := h.lockedShare(end)
	switch {
	case c.refusals.seen > 0 && r.CoresBusy < busy*cores && r.StartRate == 0 && c.refusals.chance.suspicion != sure:
		return FarEndLimited
	case c.timeouts.cap > 0 && r.CoresBusy < busy*cores:
		return FarEndLimited
	case r.StartRate > 0:
		return RateLimited
	case c.looks == 0 && !c.awake:
		return TooFew
	case end.Timed > 0 && r.Took > handOff && r.InFlight < hardlyAny*min(cores, float64(r.Peak)) && r.CoresBusy < busy*cores:
		return TooFew
	case c.looks == 0 && r.Took > handOff:
		return CPUBound // in all that time there was no core for the first reading
	case c.looks == 0:
		return Unknown
	case c.refusals.limit.cap > 0:
		return FarEndLimited
	case r.Bound == ByMemory:
		return MemoryBound
	case r.Typical > 0 && r.Typical < tinyCall && locked < mostlyLocked:
		return CPUBound
	case r.CoresBusy < 0 || end.Timed == 0:
		return Unknown
	case r.CoresBusy >= busy*cores && c.waits(r, locked) && r.Peak > max(c.settings.Cores, h.standingBy) && !c.computedAtFirst(r, end):
		return Mixed
	case r.CoresBusy >= busy*cores || share >= cpuBoundFrom || h.inFlight > 0 && r.Waiting <= hardlyWaiting:
		return CPUBound
	case c.settings.Processes && c.computedAtFirst(r, end): // more of them waited for one another, as brief ones do to be started
		return CPUBound
	case locked >= mostlyLocked && !c.settings.Processes: // whose locks are not seen
		return LockBound
	case h.standingBy > 0 && r.Peak <= h.standingBy && r.CoresBusy >= halfBusy*cores: // but for the collector, they would be busy with few
		return CPUBound
	case (c.farEnd.limited() || h.limited > (r.Took-h.untold)/2) && // or it was for most of the job
		r.InFlight >= hardlyUsed*h.meanLevel(end.At):
		return FarEndLimited
	case !c.settings.Processes && r.CoresBusy >= halfBusy*cores && c.computedAtFirst(r, end): // they are idle between brief calls
		return CPUBound
	case share > ioBoundUpTo, r.CoresBusy >= halfBusy*cores:
		return Mixed
	case r.CoresBusy+r.Others >= busy*cores && h.inFlight > 0 && r.Waiting < halfWaiting: // most wanted a core that others have
		return Mixed
	}
	return IOBound
}

// onCore is the share of the calls' time on a core.
func (c *Controller) onCore(r Report, end Reading) float64 {
	took := end.Took - c.history.first.Took
	if took <= 0 {
		return 0
	}
	return r.CoresBusy * r.Took.Seconds() / took.Seconds()
}

// waits reports whether calls of a job that keeps the cores busy wait for much of their time, other than for locks. The time in
// which they would run but have no core does not count, for that grows with the level, whatever the calls do.
func (c *Controller) waits(r Report, locked float64) bool {
	if r.Waiting-locked <= hardlyWaiting {
		return false
	}
	waiting, running := (r.Waiting-locked)*r.InFlight, r.CoresBusy
	return waiting >= mostlyWaiting*(waiting+running)
}

// computedAtFirst reports whether the first calls took hardly longer than a call takes on a core: so those in flight later
// that waited did so for one another, or for the collector, which has calls that allocate much wait and help it.
func (c *Controller) computedAtFirst(r Report, end Reading) bool {
	early := c.history.early
	if early.Timed == 0 || end.Timed == 0 {
		return false
	}
	onCore := r.CoresBusy * float64(r.Took) / float64(end.Timed)
	return onCore >= cpuBoundFrom*float64(early.Took)/float64(early.Timed)
}

// compare says what other levels than the best did.
func (f *farEnd) compare(r *Report) {
	for _, m := range f.known {
		switch {
		case m.level > f.best.level && (r.Higher == 0 || m.level < r.Higher):
			r.Higher = m.level
		case m.level < f.best.level && m.level > r.Lower:
			r.Lower, r.Gain = m.level, f.best.rate/m.rate-1
		}
	}
}
