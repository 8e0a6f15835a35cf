package tune

import (
	"math"
	"time"
)

const (
	// mostOffers is how often a call is offered again that was refused: by waitAfterRefusals, for a second in all. 3 or 10 change nothing
	// in the sweeps once, limits and cliffs.
	mostOffers = 5
	// slowRefusal is the part of the time of a call from which on a refusal is slow. To start slowly then would take many times as long
	// as a call, so that as many as got through the first wave start in the time of a refusal, and later on at once. Half or twice changes
	// nothing in the sweeps once, limits and cliffs.
	slowRefusal = 4
	// brokenDown is how many times as long as a call on average the slowest refusal takes where the far end breaks down under
	// what is asked of it. Then cut is what is left of the calls that got through the first wave, as such a far end lets through
	// more than it can do with. With 1 nothing changes, and with 4 W8 takes 1.53 times as long as at best, not 1.44, and a job of the sweep
	// cliffs 4.0 times, not 3.5 (the median). With a cut of 0.5, W8 takes 1.66 times as long, and with 0.85 1.49 times; it is what CUBIC
	// goes on with after a loss (RFC 9438).
	brokenDown = 2
	cut        = 0.7
	// fewInFlight is up to how many calls in flight it is found out by probing whether one more is too many, or was only too soon.
	fewInFlight = 3
	// mostAsked is for how long at most a far end is left alone that wants to be, whatever it says: longer than that, a
	// job had better ask once more.
	mostAsked = time.Minute
	// lowered is by what a rate is divided that is known from few calls and turns out to be too high, as by bisection. With 1.4 a job of
	// the sweep once takes 118 times as long as at best on average, not 140, which varies as much.
	lowered = 2
	// someEvidence is with how much evidence that refusals are for what calls ask no rate is taken from a few calls: one call that was
	// refused again after others had got through is about as much. Without that rule jobs of which one call in a hundred is always
	// refused took up to 12 s in place of 3 (TestAutoOfInputsThatAreAlwaysRefused, 300 runs of each row).
	someEvidence = 1
	// mostFloods is how many times refusals may not stop at a rate until it is left for good: the first may have come
	// of a bucket that was full. Half or twice changes nothing in the sweeps rates, limits and once.
	mostFloods = 2
)

// refusals find the most calls, in flight or started in a second, that the far end takes before it refuses.
//
// When a refusal comes, nothing starts until all refusals have come back of the calls that were in flight: that is a wave. Those
// of them that got through are as many as the far end takes, however long a refusal takes beside a call. Calls then start
// slowly. If fewer get through until the next refusal, the limit is a rate: at both moments nothing more was allowed (a token
// bucket is empty then), so those that got through in between are all that were allowed in that time. Where refusals come back
// before the calls that got through, it is told apart by probing which of the two it is.
//
// All of that is left out while refusals have turned out to be by chance.
type refusals struct {
	limit inFlightLimit
	rate  startRate
	// Only one of the two is set, except that a limit may be while a few calls are tried for chance.

	seen   int64         // how many calls were refused
	gaveUp int64         // how many of them failed
	asked  time.Duration // until when the far end wants to be left alone
	short  bool          // it has said so
	alone  time.Duration // until when it had wanted that before the wave

	wave     wave
	waves    int           // how many waves there were
	before   endOfWave     // of the wave before
	survived int           // how many of those in flight at its first refusal had been let through
	reacted  time.Duration // when the last conclusion was drawn: what began before says nothing new
	slowest  time.Duration // the longest time that a refusal took

	outage    outage
	slowStart slowStart
	probing   probing

	chance    chance
	badInputs badInputs
	beside    int    // how many other jobs were looked at when it was last tried whether more may be in flight
	suspected limits // what was asked at most when refusals began to look like chance
}

// endOfWave is what is known of a wave that is over, from which on is counted how many calls get through.
type endOfWave struct {
	began   time.Duration // when the first call that was refused had begun
	through int64         // how many calls had been let through by its end
	seen    int64         // how many had been refused by then
}

// measured is how many calls have been let through in a second since the wave before, until a moment. A bucket that was full
// before the far end had been left alone for as long as it wanted has filled no more: the rate is no less than with that time and
// no more than without it, and the geometric mean of the two is taken.
func (f *refusals) measured(through int64, until time.Duration) float64 {
	since := f.before.began
	rate := float64(through-f.before.through) / (until - since).Seconds()
	if f.alone <= since {
		return rate
	}
	return rate * math.Sqrt(float64(until-since)/float64(max(until-f.alone, leastQuiet)))
}

// through is how many calls have been let through, once there is no refusal under way.
func (f *refusals) through(r Reading) int64 { return r.Ended + r.Failed + int64(r.InFlight) - f.gaveUp }

// refused is told of a refusal. It reports whether the call is to be made again.
func (f *refusals) refused(r Reading, of Refusal) (again bool) {
	if of.Before == 0 {
		f.badInputs.answered(r.At-of.Took, true)
		f.outage.refusedFirst(r)
	} else {
		f.badInputs.refusedAgain(of.Since, r.At-of.Took)
		f.lookAtInputs(r)
		if f.chance.ofInputs {
			return f.refusedForInput(of)
		}
	}
	if f.outage.isDown() && f.through(r) <= f.outage.through+int64(r.InFlight) {
		f.seen++
		f.gaveUp++
		return false
	}
	if again = of.Before < mostOffers || f.outage.patient; !again {
		f.gaveUp++
	}
	f.seen++
	f.slowest = max(f.slowest, of.Took)
	alone := f.asked
	if of.After > 0 {
		f.short = true
		f.asked = max(f.asked, r.At+min(of.After, mostAsked))
	}
	if f.outage.isDown() {
		f.outage.resumed()
		f.before.began, f.before.through = r.At-of.Took, f.through(r) // the time before says nothing of a rate
	}
	f.outage.refused(f.through(r))
	f.chance.refused(r.At-of.Took, of.Took, of.Before)
	f.lookAtChance(r)
	if f.rate.perSecond > 0 && f.seen-f.before.seen > mostAtRate {
		f.leaveRate(r)
	}
	switch {
	case f.chance.suspicion != unlikely:
	case f.wave.on:
		f.wave.add(r, of)
	case r.At-of.Took < f.reacted:
	case f.limit.isTried() && !f.probing.on:
		f.limit.fail(r)
		f.reacted, f.wave.took = r.At, of.Took
		if f.limit.cap <= fewInFlight && of.Ended == 0 && of.Took <= typical(r)/slowRefusal {
			f.startProbing(f.limit.cap, r)
		}
	default:
		f.wave.begin(r, of, f.gaveUp)
		f.waves++
		f.alone = alone
		f.probing.answered = f.probing.on
	}
	return again
}

// look takes a reading, and reports whether nothing may start now.
func (f *refusals) look(r Reading) (pause bool) {
	if f.chance.suspicion != unlikely {
		f.lookAtChance(r)
	}
	if f.chance.suspicion != unlikely {
		return r.At < f.asked
	}
	callsStart := f.rate.perSecond > 0 && !f.rate.rough
	if f.wave.on && f.wave.isOver(r, callsStart) {
		f.endWave(r)
	} else if f.wave.on && !callsStart {
		return true
	}
	if r.At < max(f.outage.resume, f.asked) {
		f.rate.rest(r.At, f.through(r))
		return true
	}
	f.goOn(r)
	return false
}

// goOn lets more calls start as long as none is refused.
func (f *refusals) goOn(r Reading) {
	switch {
	case f.probing.on:
		if f.probing.look(r, f.slowest) {
			f.endProbing(r)
		} else if f.probing.isRate {
			f.limit.cap = 0
		}
	case f.rate.perSecond > 0:
		if !f.wave.on {
			f.rate.raise(r, f.through(r), f.wave.took, f.short)
		}
	case f.limit.cap > 0:
		if r.Beside < f.beside { // one that has ended may have asked the same far end
			f.limit.reconsider(r)
		}
		f.beside = r.Beside
		if f.slowStart.on {
			f.slowStart.look(r, f.limit.cap, f.through(r))
		}
		f.limit.try(r, f.wave.took)
	}
}

// endWave draws the conclusion from a wave.
func (f *refusals) endWave(r Reading) {
	f.wave.on, f.reacted = false, r.At
	through := f.through(r)
	if f.probing.answered {
		f.judgeProbes(r, through)
		return
	}
	survived := f.wave.survived(r)
	typical := typical(r)
	if f.waves == 1 && typical > 0 && f.wave.took > brokenDown*typical {
		survived = int(cut * float64(survived))
	}
	passed := through - f.before.through                                                            // between the two waves
	isRate := passed >= fewPassed && f.wave.began > f.before.began+f.wave.took && f.rate.isLikely() // if it is no limit
	isLimit := false                                                                                // for sure
	switch {
	case survived <= 0 && passed <= 0:
		f.outage.wait(r, f.wave.took, int(through), f.badInputs.evidence >= someEvidence)
		if f.rate.perSecond == 0 {
			f.setLimit(1, r)
		}
	case f.waves > 1 && f.rate.perSecond == 0 && f.limit.cap == 1 && f.wave.inFlight <= 1 && f.wave.through > f.before.through &&
		f.wave.began > f.before.began && f.rate.isLikely() && // a call that is alone is not one too many at once
		f.badInputs.evidence < someEvidence: // nor is it known of it that it is refused for what it asks
		f.setRate(f.measured(f.wave.through, f.wave.began), r)
		f.rate.rough = true
	case f.waves > 1 && f.rate.perSecond == 0 && f.isSameLimit(survived):
		level := min(survived, f.survived)
		if f.limit.cap > 0 { // as many were in flight when one was refused
			level = min(level, f.limit.cap-1)
		}
		f.setLimit(level, r)
		isLimit = true
	case f.rate.rough && f.rate.isLikely():
		f.judgeRough(through, r)
	case f.rate.perSecond > 0 && !f.rate.isLikely(): // and none is low enough
		f.suspected = limits{rate: f.rate.perSecond}
		f.chance.try(r, f.gaveUp, f.seen)
		f.followChance(r)
		return
	case f.rate.perSecond > 0 && passed < fewPassed:
		f.setRate(0, r) // one step lower, until there are enough for a rate
		return
	case f.waves > 1 && isRate:
		rate := f.measured(through, f.wave.began)
		if rate > f.rate.perSecond && f.rate.perSecond > 0 { // by chance, as some were refused at a lower one
			rate = 0 // one step lower
		}
		f.setRate(rate, r)
	case !f.rate.isLikely():
		f.rate.leave()
		f.setLimit(survived, r)
	case f.rate.perSecond == 0:
		f.setLimit(survived, r)
	}
	if passed > 0 {
		f.outage.end(passed)
	}
	if f.outage.isDown() { // nothing is held back any more, since nothing can be waited for
		f.outage.through, f.outage.resume = through, 0
		f.limit.clear()
		if f.outage.downs > 0 {
			f.rate.leave()
		}
		f.slowStart.on = false
		return
	}
	f.survived, f.before.seen = survived, f.seen
	if passed > 0 || f.waves == 1 { // else the time since then counts, too
		f.before.through, f.before.began = through, f.wave.began
	}
	if f.rate.perSecond > 0 {
		return
	}
	isSlow := typical > 0 && survived > 0 && f.wave.took > typical/slowRefusal
	switch {
	case isLimit, isSlow && (f.waves > 1 || f.wave.took >= typical):
		f.slowStart.on = false
	case isSlow: // if all of these started at once, and the limit is a rate, it would refuse them all
		f.slowStart.begin(r, f.through(r), f.wave.took, survived)
	case f.waves == 1 && survived > 0 && r.InFlight == survived:
		f.startProbing(survived, r)
	default:
		f.slowStart.begin(r, f.through(r), 2*f.wave.took, 1)
	}
}

// isSameLimit reports whether the calls that got through two waves say that the limit is one of how many are in flight: about as
// many did, or half as many although all that are allowed were in flight when one was refused, or the first wave was that of the
// calls which were started before anything was known.
func (f *refusals) isSameLimit(survived int) bool {
	return f.survived > 0 && (float64(survived) >= alike*float64(f.survived) ||
		(f.wave.inFlight >= f.limit.cap || f.waves == 2) && 2*survived >= f.survived)
}

// judgeRough lowers a rate that was known from few calls, and has been raised too far.
func (f *refusals) judgeRough(through int64, r Reading) {
	f.rate.halved++
	rate := f.rate.perSecond / lowered
	if through-f.before.through >= fewPassed && f.wave.began > f.before.began {
		rate = f.measured(through, f.wave.began)
		f.rate.halved, f.rate.rough = 0, false
	}
	rate = min(rate, f.rate.perSecond)
	f.rate.perSecond = 0
	f.setRate(rate, r)
}

// leaveRate is when refusals do not stop at a rate: what has got through meanwhile says which is right. If they do not stop
// then either, it is none.
func (f *refusals) leaveRate(r Reading) {
	through, lower := f.through(r), f.rate.perSecond/raised
	f.before.seen, f.wave.on, f.reacted = f.seen, false, r.At
	f.rate.floods++
	f.rate.leave()
	if f.rate.floods < mostFloods && through-f.before.through >= fewPassed && r.At > f.before.began {
		rate := min(lower, f.measured(through, r.At))
		f.before.through, f.before.began = through, r.At
		f.setRate(rate, r)
	}
}

// setLimit has no more calls in flight from now on.
func (f *refusals) setLimit(level int, r Reading) {
	every := int64(tryRounds)
	if f.short {
		every = tryRoundsIfShort
	}
	f.limit.set(level, every, r)
}

// setRate has calls start at a rate from now on.
func (f *refusals) setRate(rate float64, r Reading) {
	f.rate.set(rate, f.rate.during(f.wave, f.wave.last), r.At, f.through(r), f.short)
	f.limit.clear()
	f.slowStart.on = false
}

// startProbing has one more call start while so many are in flight, and others once that is known to be none too many. When
// calls end, no more start than have ended.
func (f *refusals) startProbing(level int, r Reading) {
	f.probing.start(level, r)
	f.limit.cap = level + 1
	f.slowStart.begin(r, f.through(r), f.wave.took, 1)
}

// judgeProbes draws the conclusion from a wave of calls that were refused while probing.
func (f *refusals) judgeProbes(r Reading, through int64) {
	switch p := &f.probing; {
	case !p.on:
	case p.isRate:
		p.on = false
		f.setRate(f.measured(through, f.wave.began), r)
		f.rate.rough = true
		f.before = endOfWave{began: f.wave.began, through: through, seen: f.seen}
	case r.Ended+r.Failed == p.ended && p.tries < mostProbes>>p.vain:
		p.tries++
		f.slowStart.step *= 2
		f.slowStart.since = r.At
	default:
		f.endProbing(r)
	}
}

// endProbing goes on with the limit that those calls are which were in flight.
func (f *refusals) endProbing(r Reading) {
	f.probing.on, f.reacted = false, r.At // what is still refused began while there was no cap
	f.survived = f.probing.level
	f.setLimit(f.survived, r)
	f.slowStart.begin(r, f.through(r), 2*f.wave.took, 1)
	f.slowStart.on = f.probing.tries == 0
	if f.probing.tries > 0 {
		f.probing.vain++
	}
}

// refusedForInput is told of a refusal that is for what the call asks: it says nothing of how many others may be made.
func (f *refusals) refusedForInput(of Refusal) (again bool) {
	f.seen++
	f.before.seen++
	f.chance.seen++
	if again = of.Before < mostOffers; !again {
		f.gaveUp++
	}
	return again
}

// gotThrough is told that a call has ended well that was refused first at a time.
func (f *refusals) gotThrough(r Reading, since time.Duration) {
	f.badInputs.gotThrough(since)
	f.chance.mended = true
	f.lookAtInputs(r)
}

// lookAtInputs has calls not slowed down by refusals that are for what they ask. It waits for the end of a
// trial whether refusals are by chance: if it is too much that is asked, repeats are refused more often than others, since they start
// behind them, and that looks the same.
func (f *refusals) lookAtInputs(r Reading) {
	switch {
	case f.badInputs.known && !f.chance.ofInputs && !f.chance.isTrial():
		if f.chance.suspicion == unlikely {
			f.suspected = limits{f.limit.cap, f.rate.perSecond, f.limit.every}
		}
		f.chance.blameInputs(r, f.gaveUp, f.seen, f.badInputs.share)
	case !f.badInputs.known && f.chance.ofInputs:
		f.chance.ofInputs = false
		f.chance.try(r, f.gaveUp, f.seen)
	default:
		return
	}
	f.followChance(r)
}

// lookAtChance has calls not slowed down by refusals that have nothing to do with how much is asked.
func (f *refusals) lookAtChance(r Reading) {
	before := f.chance.suspicion
	if before == unlikely && f.wave.on && f.rate.perSecond == 0 { // all of these began before less was asked
		return
	}
	if !f.chance.look(r, f.gaveUp, f.seen, f.rate.perSecond > 0) {
		return
	}
	switch {
	case before == unlikely:
		f.suspected = limits{f.limit.cap, f.rate.perSecond, f.limit.every}
	case f.chance.suspicion != unlikely, f.chance.repeats:
	case f.chance.fine > 0: // hardly any call was refused in the trial, so what still comes back is evidence like any other
		f.badInputs.drop(0)
	default: // so much is refused, or so little of less, that it is not for what calls ask alone
		f.badInputs.drop(r.At)
	}
	f.followChance(r)
	f.lookAtInputs(r)
}

// followChance begins anew, now that refusals are suspected to be by chance, or are not any more.
func (f *refusals) followChance(r Reading) {
	*f = refusals{
		seen: f.seen, gaveUp: f.gaveUp, asked: f.asked, short: f.short, slowest: f.slowest,
		chance: f.chance, badInputs: f.badInputs, suspected: f.suspected, waves: f.waves, wave: wave{last: f.wave.last, took: f.wave.took},
		before: endOfWave{began: r.At, through: f.through(r), seen: f.seen}, reacted: r.At,
	}
	switch {
	case f.chance.isTrial():
		f.limit.cap = chanceCalls
		if f.chance.suspicion == paced {
			f.rate.perSecond = f.chance.rate / pacedPart
		}
	case f.chance.suspicion == sure:
	case f.suspected.rate > 0:
		rate := f.suspected.rate
		if f.chance.last > 0 { // it may have been raised too far, and so many got through meanwhile
			rate = min(rate, f.chance.last)
		}
		f.setRate(max(rate, f.chance.fine)/above, r)
	case f.suspected.cap > 0:
		f.setLimit(f.suspected.cap, r)
		f.limit.every = max(f.limit.every, f.suspected.every)
		f.limit.tryLater(r)
	}
}

// perSecond is how many calls may start in a second; 0: any number.
func (f *refusals) perSecond(r Reading) float64 {
	switch {
	case f.rate.perSecond == 0 && f.slowStart.on:
		return f.slowStart.perSecond(r)
	case f.rate.perSecond > 0 && f.wave.on:
		return f.rate.during(f.wave, r.At)
	}
	return f.rate.perSecond
}
