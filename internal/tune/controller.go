package tune

import "time"

const (
	// spin is for how long at most a controller takes readings one after another, once calls wait to start, and each time
	// that the level has risen twofold: it is over before a call that waits for a network has come back. Many jobs that begin
	// at once need that again, since each reading gives way to what all of them have to do, and may find a core busy with it.
	// There is no timer between them, as Go's are no finer than 1 ms where nothing runs (netpoll_epoll.go). Half or twice changes nothing.
	spin = 3 * time.Millisecond
	// mostLooks is how many readings that are at most. It bounds them also where no clock goes on. One takes some 4 µs on 2 cores
	// (BenchmarkMeasure), so they are over sooner than spin. Half or twice changes nothing.
	mostLooks = 64
	// early is for how long readings follow one another closely: until CPU time has been compared with the clock (utilizationWindow).
	// Half of it has a server that slows down steeply take 1.50 times as long as at best, and twice of it 1.69, not 1.43.
	early = 20 * time.Millisecond
	// shortWait and longWait are between two readings. Go's timers are no finer than the first where nothing runs, and CockroachDB's
	// readings each 1 ms took 5 to 10 % of a core (cockroachdb/cockroach#66881). Twice the first has a server that slows down steeply take
	// 1.58 times as long as at best, not 1.43; half or twice of the second changes nothing.
	shortWait = time.Millisecond
	longWait  = 50 * time.Millisecond
	// waitAtMax is between two where the level is the highest that is allowed, and can only go down. With longWait in its place
	// readings take 0.3 % of two cores, and else 0.07 % (go run ./auto -quick -only C2,C3 in bench).
	waitAtMax = 500 * time.Millisecond
	// atFirst is how many calls are put in flight before the time that it takes is looked at, and doubling is how long
	// it then takes at least to put twice as many in flight: so that a far end that refuses at once is heard.
	// A hundred are in flight after 1.5 ms, which is 1 % of the 160 ms that a request of the article takes. Half or twice changes nothing.
	atFirst  = 16
	doubling = 500 * time.Microsecond
	// doublings is how many times: there are 4,096 by then, more than anybody puts in flight blindly.
	doublings = 8
	// hearing is for how long no more than the blind calls are in flight where a job has up to twice as many: a far end that
	// refuses so many has mostly done so by then, and a call that waits takes far longer: that is 8 ms, 5 % of a request of the article.
	hearing = 16 * doubling
	// looksACall is how many readings are taken while a call takes its time, at about what it takes on average, and looksARefusal
	// the same of a refusal. With 4, a server that slows down steeply takes 1.61 times as long as at best, not
	// 1.43; 16 change nothing, and cost twice the CPU time. One a refusal has TestAutoLosesNoCallToARateLimit fail, four change nothing.
	looksACall    = 8
	looksARefusal = 2
)

// Settings are what a controller goes by.
type Settings struct {
	Cores int // how many cores there are, at least 1
	Start int // how many calls to begin with; 0: one a core
	Max   int // the most calls in flight; 0: there is no limit
	Blind int // how many before the first has ended; 0: Blind
	Room  int // how many processes and threads there may be, see Reading

	Processes bool // the calls run in processes of their own, of which the readings tell
}

// Level is how many calls a job begins with.
func (s Settings) Level() int {
	level := s.start()
	if s.Room > 0 {
		level = min(level, startRoom(s))
	}
	return level
}

// start is Level if there may be any number of processes and threads.
func (s Settings) start() int {
	level := s.Start
	if level == 0 {
		level = s.Cores
	}
	if s.Max > 0 {
		level = min(level, s.Max)
	}
	return level
}

// Controller says how many calls of a job may be in flight. It is not safe for concurrent use.
type Controller struct {
	settings Settings
	level    int
	bound    Bound
	awake    bool          // Wake was called
	began    time.Duration // when the first reading was taken
	looks    int
	raised   time.Duration // when the level was last raised twofold, or the first reading was taken
	raisedAt int           // which reading that was

	gate      gate
	beside    beside
	standBys  standBys
	collector collector
	processes processGate
	farEnd    farEnd
	refusals  refusals
	timeouts  timeouts
	memory    memory
	threads   threads
	lack      lack
	history   history
}

// New returns a controller.
func New(s Settings) *Controller {
	level := s.Level()
	s.Start = s.start()
	if s.Blind == 0 {
		s.Blind = Blind
	}
	return &Controller{
		settings: s, level: level,
		gate: newGate(s.Cores), processes: processGate{cores: s.Cores},
		farEnd: newFarEnd(max(s.Blind, s.Start)), memory: newMemory(), threads: newThreads(s.Cores),
	}
}

// Level is how many calls may be in flight.
func (c *Controller) Level() int { return c.level }

// Wake says that the first reading is about to be taken: it comes when there is a core for it.
func (c *Controller) Wake(at time.Duration) { c.history.first.At, c.awake = at, true }

// Look takes a reading and says how many calls may be in flight from now on.
func (c *Controller) Look(r Reading) Advice {
	if c.looks == 0 {
		c.began, c.raised = r.At, r.At
	}
	if r.answered() == 0 && r.Left <= 2*c.settings.Blind { // a Stream knows how many it has a moment after the first reading
		c.farEnd.raiseBlind(r.Left)
	}
	c.looks++
	more := c.look(&r)
	c.memory.look(r, c.level)
	c.lack.look(r)
	pause := c.refusals.look(r)
	c.timeouts.look(r)
	before := c.level
	c.setLevel(r, more)
	if c.level >= 2*before {
		c.raised, c.raisedAt = r.At, c.looks
	}
	switch {
	case c.level > before && c.standBys.added:
		c.history.standingBy = c.level
	case c.level > before:
		c.history.standingBy = 0
	}
	c.history.level(r.At, c.level, c.bound)
	advice := Advice{
		Level: c.level, Bound: c.bound, Why: c.why(before), Wait: c.wait(r), Ended: c.farEnd.round.due() + r.Ended + r.Failed - r.answered(), Pause: pause,
		Empty: c.refusals.outage.empty(r), Rate: c.refusals.perSecond(r), Trying: c.beside.trying,
	}
	if advice.Wait >= waitAtMax {
		advice.Late = r.TimedOut + leastTimeouts
	}
	if !c.settings.Processes && c.bound == ByCores && c.collector.keepsCoresBusy(r, c.settings.Cores) {
		advice.AtEnds, advice.Wait = true, longWait
		advice.Ended = min(advice.Ended, r.Ended+r.Failed+c.collector.ends(r, c.apart(r)))
	}
	return advice
}

// look says how many calls the cores have room for, as far as is seen: the level where they have none. It has the
// reading tell of the processes that the calls run in, if they do.
func (c *Controller) look(r *Reading) (more int) {
	if c.settings.Processes {
		if c.looks == 1 {
			c.history.own = r.CPU
		}
		*r = r.ofProcesses()
		c.history.look(*r, c.settings.Cores, &c.farEnd)
		more = c.processes.look(*r, c.level)
		unwanted := c.beside.look(*r, c.level, c.processes.saturated())
		c.farEnd.look(*r, (c.processes.saturated() || r.Neighbours.Full) && !c.beside.waits) // to the sensor, processes of ours are other programs
		c.threads.lookAtProcesses(*r)
		return max(more, c.level, unwanted)
	}
	c.history.look(*r, c.settings.Cores, &c.farEnd)
	c.collector.look(*r)
	collects := c.collector.isBusy(*r)
	opening := c.gate.look(*r, collects)
	unwanted := c.beside.look(*r, c.level, c.gate.saturated())
	c.farEnd.look(*r, c.gate.saturated() && !c.beside.waits)
	c.threads.look(*r)
	more = max(c.level, c.gate.filling(*r, collects), unwanted)
	switch {
	case more > c.level:
	case opening == ajar:
		more = c.level + 1
	case opening == open:
		more = 2 * c.level
	}
	return c.standBys.look(*r, more, c.level, c.settings.Cores, c.collector.isOften(*r))
}

// setLevel sets the level to the least of the caps. The cores have room for so many calls.
func (c *Controller) setLevel(r Reading, more int) {
	most, bound := c.mostInFlight(r)
	switch {
	case c.level >= most:
		c.level, c.bound = max(1, most), bound
	case r.Wanted == 0:
		c.bound = ByCalls
	case r.InFlight < c.level:
	case more > c.level:
		c.level, c.bound = min(more, most), ByNothing
	case c.settings.Processes && r.Processes.Known && !c.processes.saturated():
		c.bound = ByNothing // so far it is not known
	default:
		c.bound = ByCores
	}
}

// why says in words what the level has changed for; empty if it has not.
func (c *Controller) why(before int) string {
	switch {
	case c.level == before:
		return ""
	case c.level == before+1 && c.level == c.refusals.limit.cap:
		return "is one more refused?"
	case c.level > before && c.lack.limit.isTried() && c.lack.bounds(c.level):
		return "do more find what they need?"
	case c.level > before && c.level == c.farEnd.cap && c.farEnd.phase == climbing:
		return "do more end in a second?"
	case c.level > before && c.standBys.added:
		return "calls are brief: some stand by"
	case c.level > before && (c.farEnd.phase != ramping || c.level <= c.farEnd.blind):
		return "the cores have room"
	case c.level > before: // raiseBlind
		return "the job has no more, and none is refused so far"
	case c.bound == ByRefusals, c.bound == ByRate:
		return "more are refused"
	case c.bound == ByTimeouts:
		return "calls time out"
	case c.bound == ByMemory:
		return "more might not fit into memory"
	case c.bound == ByThreads:
		return "there may be no processes or threads for more"
	case c.bound == ByDescriptors, c.bound == ByPorts:
		return "this machine lacks what more need"
	case c.bound == ByMax:
		return "more may not be"
	case c.standBys.cap > 0:
		return "calls are brief no more: none stand by"
	case c.bound == ByCores:
		return "the cores have no room"
	case c.farEnd.phase == descending:
		return "do as many end in a second?"
	}
	return "most have ended in a second at about this"
}

// mostInFlight is the least of the caps but the cores', and which it is.
func (c *Controller) mostInFlight(r Reading) (most int, bound Bound) {
	most, bound = c.farEnd.cap, ByFarEnd
	if !c.farEnd.limited() { // so far as many as these were tried
		bound = ByNothing
	}
	lower := func(cap int, by Bound) {
		if cap > 0 && cap < most {
			most, bound = cap, by
		}
	}
	if c.farEnd.phase == ramping && r.At-c.began < doublings*doubling {
		lower(max(c.settings.Start, atFirst)<<int((r.At-c.began)/doubling), ByNothing)
	}
	if c.farEnd.phase == ramping && r.At-c.began < hearing {
		lower(max(c.settings.Start, c.settings.Blind), ByNothing)
	}
	lower(c.beside.cap, ByCores)
	lower(c.standBys.cap, ByCores)
	lower(c.processes.crowd.cap, ByCores)
	lower(c.refusals.limit.cap, ByRefusals)
	lower(c.timeouts.cap, ByTimeouts)
	lower(c.memory.cap, ByMemory)
	lower(c.threads.cap, ByThreads)
	lower(c.lack.limit.cap, c.lack.of)
	lower(c.settings.Max, ByMax)
	if c.refusals.rate.perSecond > 0 {
		bound = ByRate
	}
	return most, bound
}

// wait is how long to wait for the next reading.
func (c *Controller) wait(r Reading) time.Duration {
	wait := c.apart(r)
	if !c.settings.Processes && r.Delay >= wait {
		return 0 // a timer would have to wait for a core as well
	}
	return wait
}

// apart is how long there is between two readings.
func (c *Controller) apart(r Reading) time.Duration {
	since := r.At - c.began
	most := min(c.farEnd.cap, c.settings.Blind)
	least := shortWait
	if c.settings.Processes {
		least = processesApart(c.looks)
	}
	rising := r.At-c.raised < spin && c.looks-c.raisedAt < mostLooks
	switch {
	case rising && !c.settings.Processes && r.Wanted > 0 && c.level < most:
		return 0
	case c.refusals.wave.on || c.refusals.slowStart.on:
		return min(max(shortWait, c.refusals.wave.took/looksARefusal), longWait)
	case since < early, c.beside.isOpen() && c.level < most, c.isToRise(r):
		return least
	case c.settings.Max > 0 && c.level >= c.settings.Max && r.TimedOut == c.timeouts.from.TimedOut:
		return waitAtMax
	}
	typical := c.farEnd.typical
	if typical == 0 {
		typical = since // as far as is known
	}
	return min(max(typical/looksACall, least), longWait)
}

// isToRise reports whether a higher level has just begun to be measured that the calls have not been raised to: it takes two
// readings to see that the cores have room, of which the first may find them busy with the calls that have just started.
func (c *Controller) isToRise(r Reading) bool {
	return c.farEnd.phase == climbing && c.level < c.farEnd.cap && r.At-c.farEnd.climbed < spin
}

// Refused is told of a refusal, and reports whether the call is to be made again; then, too, nothing may start until the
// next reading says so.
func (c *Controller) Refused(r Reading, of Refusal) (again bool) { return c.refusals.refused(r, of) }

// Lacks is told that a call met a limit of this machine while so many others of the job ran, and is to be made again.
func (c *Controller) Lacks(r Reading, of Bound, others int) {
	c.lack.met(r, of, others)
	c.history.peak = min(c.history.peak, c.lack.limit.cap)
}

// LacksNothing is told that it was no limit of the machine.
func (c *Controller) LacksNothing() { c.lack = lack{} }

// Through is told that a call has ended well that had begun at a time and was never refused. Only calls that end after the first
// refusal need be told of.
func (c *Controller) Through(began time.Duration) { c.refusals.badInputs.answered(began, false) }

// ThroughAgain is told that a call has ended well that was refused first at a time.
func (c *Controller) ThroughAgain(r Reading, since time.Duration) { c.refusals.gotThrough(r, since) }
