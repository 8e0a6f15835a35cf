package tune

import (
	"math"
	"time"
)

const (
	// leastQuiet is how long there must be no refusal for a wave of them to be over, at least.
	leastQuiet = 2 * time.Millisecond
	// leastPause is how long nothing starts, at least, when all that was tried was refused, and mostPause at most. It is three
	// times as long each time.
	leastPause = 15 * time.Millisecond
	mostPause  = time.Second
	// mostEmpty is how many waves in a row may leave nothing in flight until refusals count as failures like any other: with
	// the pauses between them that takes some two seconds, in which a server can be started again.
	mostEmpty = 7
	// mostOffers is how often a call is offered again that was refused.
	mostOffers = 5
	// alike is which share of the calls that got through one wave must get through the next for the limit to be one of
	// how many are in flight, rather than of how many start in a second.
	alike = 0.8
	// above is by how much more calls start in a second than the rate that was found: so a higher rate is found out, at
	// the cost of one call refused in some two hundred.
	above = 1.005
	// short is the same where the far end says how long it wants to be left alone after a refusal.
	short = 0.99
	// slowRefusal is the part of the time of a call from which on a refusal is slow. Not to start slowly then costs no more
	// refusals than calls got through the wave, and to do so would take many times as long as a call.
	slowRefusal = 4
	// brokenDown is how many times as long as a call on average the slowest refusal takes where the far end breaks down under
	// what is asked of it. Then cut is what is left of the calls that got through the first wave, as such a far end lets through
	// more than it can do with.
	brokenDown = 2
	cut        = 0.7
	// fewPassed is how many calls must have got through between two waves at least for that to be a rate, and manyPassed for it to
	// be trusted where calls start ever more often.
	fewPassed  = 4
	manyPassed = 16
	// fewInFlight is up to how many calls in flight it is found out by probing whether one more is too many, or was only too soon.
	fewInFlight = 3
	// sunk is the share of a rate below which the next one found is much lower, and mostSinks is how many times in a row that may be
	// found: refusals then have nothing to do with how many calls start in a second, and no rate is low enough.
	sunk      = 0.75
	mostSinks = 3
	// mostAtRate is how many calls may be refused at a rate until it is left: where far too many start, refusals never stop for
	// long enough to be counted.
	mostAtRate = 32
	// calm is how many calls must start without a refusal for the rate to be raised, twice as many each time that this was
	// refused, and calmest is the most.
	calm      = 50
	calmest   = 800
	leastCalm = 8 // of a rate of a few a second
	// raised is the factor of such a raise. After carefulRaises, by which any bucket is empty whose rate was right, the next is
	// the square of it, and so on up to mostRaised: a rate that was found while this program had no core for long, and asked
	// for nothing, is much too low.
	raised        = 1.05
	carefulRaises = 4
	mostRaised    = 2
	// tryRounds is how many times as many calls as may be in flight must end without a refusal for one more to be tried, or
	// raised times as many. Twice as many must each time that this was refused, so that ever fewer are; and where the far
	// end wants to be left alone after a refusal, tryRoundsIfShort from the first.
	tryRounds        = 2
	tryRoundsIfShort = 64
	// rarest is the most of them.
	rarest = 4096
)

// refusals find the most calls, in flight or started in a second, that the far end takes before it refuses.
//
// When a refusal comes, nothing starts until all refusals have come back of the calls that were in flight. Those of them that
// got through are as many as the far end takes, however long a refusal takes beside a call. Calls then start slowly, twice as
// many each time that a refusal would have come back. If fewer get through until the next refusal, the limit is a rate. At
// both moments nothing more was allowed (a token bucket is empty then), so those that got through in between are all that
// were allowed in that time. A limit of how many are in flight is tried again and again, ever more rarely as long as one more
// is refused: it may have been found while the far end had an outage, or hardly anything was in flight.
//
// Where refusals come back before the calls that got through, it is told apart by probing which of the two it is. A rate that
// is known only from few calls is raised as long as none is refused, by more each time.
//
// All of that is left out while refusals have turned out to be by chance.
type refusals struct {
	cap  int     // the most calls in flight; 0: there is no limit
	rate float64 // the most starts in a second; 0: there is no limit

	seen   int64         // how many calls were refused
	gaveUp int64         // how many of them failed
	last   time.Duration // when the last one was
	took   time.Duration // how long it takes to be refused
	asked  time.Duration // until when the far end wants to be left alone
	short  bool          // it has said so
	alone  time.Duration // until when it had wanted that before the wave

	wave       bool          // refusals come in
	waves      int           // how many waves there were
	first      time.Duration // when the first call that was refused in the wave had begun
	before     int64         // how many calls had ended when its refusal came
	emptied    time.Duration // first of the wave before
	passed     int64         // how many calls had been let through at the end of the wave before
	seenBefore int64         // how many had been refused then
	survived   int           // how many of those in flight at its first refusal had been let through
	inFlight   int           // how many calls were in flight, at most, when the call began that was refused first in the wave
	reacted    time.Duration // when the last conclusion was drawn: what began before says nothing new
	empty      int           // how many waves in a row have let none through
	ended      int64         // how many calls had been let through when that were too many waves
	pause      time.Duration // how long nothing has started after the last of them
	resume     time.Duration // until when nothing starts

	restart  time.Duration // since when calls start slowly; negative: they do not
	restarts int64         // how many calls had been started then
	step     time.Duration // how long it takes at least until twice as many start
	slowest  time.Duration // the longest time that a refusal took
	probing  probing
	chance   chance

	suspected limits // what was asked at most when refusals began to look like chance

	found    float64       // the last rate that was measured
	sinks    int           // how many times in a row a much lower rate was found than that before
	floods   int           // how many times in a row refusals have not stopped at a rate
	rough    bool          // the rate is known from few calls
	raisedAt time.Duration // when it was last raised
	calm     int64         // how many calls must start without a refusal for the rate to be raised
	calmAt   int64         // how many calls will have been started when the rate has proven itself
	raises   int           // how often it, or the cap, has been since it was found
	raise    float64       // the factor of the last

	proven int           // the cap that the last try began from
	tryAt  int64         // how many calls will have ended when a higher cap is tried
	heard  time.Duration // when a refusal would have come, had the last try been too many
	every  int64         // how many calls must end between two tries, as a multiple of the cap
}

func newRefusals() refusals { return refusals{restart: -1} }

// through is how many calls have been let through, once there is no refusal under way.
func (f *refusals) through(r Reading) int64 { return r.Ended + r.Failed + int64(r.InFlight) - f.gaveUp }

// refused is told of a refusal, and reports whether the call is to be made again.
func (f *refusals) refused(r Reading, of Refusal) (again bool) {
	f.seen++
	f.slowest = max(f.slowest, of.Took)
	alone := f.asked
	if of.After > 0 {
		f.short = true
		f.asked = max(f.asked, r.At+min(of.After, time.Minute))
	}
	if f.empty >= mostEmpty {
		if f.through(r) <= f.ended+int64(r.InFlight) {
			f.gaveUp++
			return false // it is down
		}
		f.empty = 0
	}
	if again = of.Before < mostOffers; !again {
		f.gaveUp++
	}
	f.lookAtChance(r)
	if f.rate > 0 && f.seen-f.seenBefore > mostAtRate {
		f.leaveRate(r)
	}
	switch {
	case f.chance.suspicion != unlikely:
	case f.wave:
		f.took, f.last = max(f.took, of.Took), r.At
	case r.At-of.Took < f.reacted:
	case f.proven > 0 && f.cap > f.proven && !f.probing.on: // it was tried, and is too many
		f.cap, f.reacted, f.raises, f.took = f.proven, r.At, 0, of.Took
		f.every = min(2*f.every, rarest)
		f.tryLater(r)
		if f.cap <= fewInFlight && of.Ended == 0 && of.Took <= typical(r)/slowRefusal {
			f.startProbing(f.cap, r)
		}
	default:
		f.wave = true
		f.waves++
		f.first, f.before, f.last, f.took = r.At-of.Took, r.Ended+r.Failed, r.At, of.Took
		f.inFlight, f.alone = r.InFlight+int(of.Ended), alone
		f.probing.answered = f.probing.on
	}
	return again
}

// lookAtChance has calls not slowed down by refusals that have nothing to do with how much is asked.
func (f *refusals) lookAtChance(r Reading) {
	before := f.chance.suspicion
	if !f.chance.look(r, f.gaveUp, f.seen) {
		return
	}
	if before == unlikely {
		f.suspected = limits{f.cap, f.rate, f.every}
	}
	*f = refusals{
		seen: f.seen, gaveUp: f.gaveUp, last: f.last, took: f.took, asked: f.asked, short: f.short, slowest: f.slowest,
		chance: f.chance, suspected: f.suspected, waves: f.waves,
		seenBefore: f.seen, passed: f.through(r), emptied: r.At, reacted: r.At, restart: -1,
	}
	switch {
	case f.chance.suspicion == tried:
		f.cap = chanceCalls
	case f.chance.suspicion == sure:
	case f.suspected.rate > 0:
		f.setRate(f.suspected.rate/above, r)
	case f.suspected.cap > 0:
		f.setCap(f.suspected.cap, r)
		f.every = max(f.every, f.suspected.every)
		f.tryLater(r)
	}
}

// leaveRate is when refusals do not stop at a rate: what has got through meanwhile says which is right. If they do not stop
// then either, it is none, unless probing has shown that it is.
func (f *refusals) leaveRate(r Reading) {
	passed := f.through(r)
	f.seenBefore, f.wave, f.reacted = f.seen, false, r.At
	if f.floods++; (f.floods >= 2 || passed-f.passed < fewPassed || r.At <= f.emptied) && !f.probing.isRate {
		f.rate, f.found, f.rough = 0, 0, false
		f.sinks++
		return
	}
	rate := f.rate / 2
	if f.floods < 2 && r.At > f.emptied {
		rate = min(f.rate/raised, f.measured(passed, r.At))
	}
	f.rate, f.passed, f.emptied = 0, passed, r.At
	f.setRate(rate, r)
}

// look takes a reading, and reports whether nothing may start now.
func (f *refusals) look(r Reading) (pause bool) {
	if f.chance.suspicion != unlikely {
		f.lookAtChance(r)
	}
	if f.chance.suspicion != unlikely {
		return r.At < f.asked
	}
	quiet := f.took
	if f.rate > 0 && !f.rough { // calls go on starting
		quiet = 2 * f.took
	}
	switch {
	case !f.wave:
	case r.InFlight == 0, r.At-f.last >= max(leastQuiet, quiet):
		f.endWave(r)
	case f.rate == 0 || f.rough:
		return true
	}
	if r.At < max(f.resume, f.asked) {
		return true
	}
	f.goOn(r)
	return false
}

// endWave draws the conclusion from a wave.
func (f *refusals) endWave(r Reading) {
	f.wave, f.reacted = false, r.At
	passed := f.through(r)
	if f.probing.answered {
		f.judgeProbes(r, passed)
		return
	}
	survived := min(f.inFlight, int(r.Ended+r.Failed-f.before)+r.InFlight) // more have ended where some began meanwhile
	typical := typical(r)
	if f.waves == 1 && typical > 0 && f.took > brokenDown*typical {
		survived = int(cut * float64(survived))
	}
	isOfCalls := false // the limit is one of how many are in flight, for sure
	switch {
	case survived <= 0 && passed <= f.passed && f.rate == 0:
		f.pause = min(mostPause, max(leastPause, 2*f.took, 3*f.pause))
		f.empty++
		f.setCap(1, r)
		f.resume = r.At + f.pause
	case f.rate == 0 && f.cap == 1 && f.inFlight <= 1 && f.waves > 1 && passed > f.passed && f.first > f.emptied &&
		f.sinks < mostSinks: // a call that is alone is not one too many at once
		f.setRate(f.measured(passed, f.first), r)
		f.rough = true
	case f.waves > 1 && f.rate == 0 && f.survived > 0 && (float64(survived) >= alike*float64(f.survived) ||
		(f.inFlight >= f.cap || f.waves == 2) && 2*survived >= f.survived): // all that are allowed were in flight when one was refused
		level := min(survived, f.survived)
		if f.cap > 0 {
			level = min(level, f.cap-1)
		}
		f.setCap(level, r)
		isOfCalls = true
	case f.rough && f.sinks < mostSinks:
		f.judgeRough(passed, r)
	case f.rate > 0 && passed-f.passed < fewPassed:
		f.setRate(0, r) // one step lower, until there are enough for a rate
		return
	case f.waves > 1 && passed-f.passed >= fewPassed && f.first > f.emptied && f.sinks < mostSinks:
		rate := f.measured(passed, f.first)
		if f.sinks++; rate >= sunk*f.found {
			f.sinks = 0
		}
		f.found = rate
		if rate > f.rate && f.rate > 0 { // by chance, as some were refused at a lower one
			rate = 0 // one step lower
		}
		f.setRate(rate, r)
	case f.sinks >= mostSinks:
		f.rate, f.found, f.rough = 0, 0, false
		f.setCap(survived, r)
	case f.rate == 0:
		f.setCap(survived, r)
	}
	if passed > f.passed {
		f.empty, f.pause = 0, 0
	}
	if f.empty >= mostEmpty { // nothing is held back any more, since nothing can be waited for
		f.ended, f.cap, f.proven, f.resume, f.restart = passed, 0, 0, 0, -1
		return
	}
	f.survived, f.seenBefore = survived, f.seen
	if passed > f.passed || f.waves == 1 { // else the time since then counts, too
		f.passed, f.emptied = passed, f.first
	}
	if f.rate == 0 {
		f.restart, f.restarts, f.step = r.At, f.through(r), max(leastQuiet, 2*f.took)
		if isOfCalls || typical > 0 && survived > 0 && f.took > typical/slowRefusal {
			f.restart = -1
		} else if f.waves == 1 && survived > 0 && r.InFlight == survived {
			f.startProbing(survived, r)
		}
	}
}

// measured is how many calls have been let through in a second since the wave before, until a moment. A bucket that was full
// before the far end had been left alone for as long as it wanted has filled no more: the rate is no less than with that time and
// no more than without it, and the geometric mean of the two is taken.
func (f *refusals) measured(passed int64, until time.Duration) float64 {
	rate := float64(passed-f.passed) / (until - f.emptied).Seconds()
	if f.alone <= f.emptied {
		return rate
	}
	return rate * math.Sqrt(float64(until-f.emptied)/float64(max(until-f.alone, leastQuiet)))
}

// judgeRough lowers a rate that was known from few calls, and has been raised too far.
func (f *refusals) judgeRough(passed int64, r Reading) {
	f.sinks++
	rate := f.rate / 2
	if n := passed - f.passed; n >= fewPassed && f.first > f.emptied {
		rate = f.measured(passed, f.first)
		if n < manyPassed { // most of them while the rate was lower
			rate = max(rate, min(f.rate/max(raised, f.raise), 2*rate))
		}
		f.sinks, f.rough = 0, false
	}
	rate = min(rate, f.rate)
	f.rate = 0
	f.setRate(rate, r)
}

// startProbing has one more call start while so many are in flight, and others once that is known to be none too many. When
// calls end, no more start than have ended.
func (f *refusals) startProbing(level int, r Reading) {
	f.probing.start(level, r)
	f.cap, f.restart, f.step = level+1, r.At, max(leastQuiet, f.took)
}

// judgeProbes draws the conclusion from a wave of calls that were refused while probing.
func (f *refusals) judgeProbes(r Reading, passed int64) {
	switch p := &f.probing; {
	case !p.on:
	case p.isRate:
		p.on = false
		f.setRate(f.measured(passed, f.first), r)
		f.rough = true
		f.passed, f.emptied, f.seenBefore = passed, f.first, f.seen
	case r.Ended+r.Failed == p.ended && p.tries < mostProbes:
		p.tries++
		f.step *= 2
		f.restart = r.At
	default:
		f.endProbing(r)
	}
}

// endProbing goes on with the limit that those calls are which were in flight.
func (f *refusals) endProbing(r Reading) {
	f.probing.on, f.reacted = false, r.At // what is still refused began while there was no cap
	f.survived = f.probing.level
	f.cap, f.proven, f.raises = f.survived, f.survived, 0
	f.every = max(f.every, f.leastEvery())
	f.tryLater(r)
	f.restart, f.restarts, f.step = r.At, f.through(r), max(leastQuiet, 2*f.took)
	if f.probing.tries > 0 {
		f.restart = -1
	}
}

// setCap has no more calls in flight from now on.
func (f *refusals) setCap(level int, r Reading) {
	// Otherwise it is the same limit, give or take one, and is tried as rarely as before.
	if f.proven == 0 || level > f.proven || float64(level+1) <= alike*float64(f.proven) {
		f.every = 0
	}
	f.cap = max(1, level)
	f.proven, f.raises, f.every = f.cap, 0, max(f.leastEvery(), f.every)
	f.tryLater(r)
}

// leastEvery is the least of every.
func (f *refusals) leastEvery() int64 {
	if f.short {
		return tryRoundsIfShort
	}
	return tryRounds
}

// tryLater has the cap tried again when so many calls have ended.
func (f *refusals) tryLater(r Reading) { f.tryAt = r.Ended + r.Failed + f.every*int64(f.cap) }

// try raises the cap, if it has proven itself.
func (f *refusals) try(r Reading) {
	if f.wave || r.Ended+r.Failed < f.tryAt || r.At < f.heard || r.InFlight < f.cap || r.Wanted == 0 {
		return
	}
	f.proven, f.heard = f.cap, r.At+2*f.took
	f.cap += max(1, int(f.nextRaise(1)*float64(f.cap))-f.cap)
	f.tryLater(r)
}

// nextRaise is the factor of the next raise, of which so many are careful.
func (f *refusals) nextRaise(careful int) float64 {
	if f.raises++; f.raises == 1 {
		f.raise = raised
	} else if f.raises > careful {
		f.raise = min(mostRaised, f.raise*f.raise)
	}
	return f.raise
}

// setRate has calls start at a rate from now on.
func (f *refusals) setRate(rate float64, r Reading) {
	if !f.short || rate == 0 { // a bucket that had been full has let more through than this counts
		rate = max(rate, f.rate/max(raised, f.raise))
	}
	switch {
	case f.rate == 0:
		f.calm = max(leastCalm, min(calm, int64(rate/2)))
	case f.raises > 0:
		f.calm = min(2*f.calm, calmest)
	}
	f.raises, f.raise = 0, raised
	if f.short {
		f.rate = short * rate
	} else {
		f.rate = above * rate
	}
	f.cap, f.proven, f.restart = 0, 0, -1
	f.calmAt = f.through(r) + f.calm
}

// raiseRate raises a rate at which no call was refused for long enough.
func (f *refusals) raiseRate(r Reading) {
	switch {
	case f.wave || f.through(r) < f.calmAt:
		return
	case f.rough && r.At-f.raisedAt < 4*max(leastQuiet, f.took): // a refusal of the last raise may be under way
		return
	case f.rough:
		f.rate *= f.nextRaise(1)
		f.calmAt = f.through(r) + fewPassed
	default:
		careful := carefulRaises
		if f.short { // too large a raise costs all of the time that the far end wants to be left alone
			careful = math.MaxInt
		}
		f.rate *= f.nextRaise(careful)
		f.calmAt = f.through(r) + f.calm
	}
	f.raisedAt, f.floods = r.At, 0
}

// goOn lets more calls start as long as none is refused.
func (f *refusals) goOn(r Reading) {
	switch {
	case f.probing.on:
		if f.probing.look(r, f.slowest) {
			f.endProbing(r)
		} else if f.probing.isRate {
			f.cap = 0
		}
		return
	case f.rate > 0:
		f.raiseRate(r)
		return
	case f.cap == 0:
		return
	}
	switch {
	case f.restart < 0:
	case r.InFlight >= f.cap && f.through(r) == f.restarts:
		f.restart = r.At // nothing can start yet
	case f.through(r)-f.restarts >= int64(2*f.cap):
		f.restart = -1
	}
	f.try(r)
}

// startRate is how many calls may start in a second; 0: any number.
func (f *refusals) startRate(r Reading) float64 {
	if f.rate > 0 || f.restart < 0 {
		return f.rate
	}
	return math.Exp2(min(30, float64((r.At-f.restart)/f.step))) / f.step.Seconds()
}
