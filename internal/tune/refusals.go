package tune

import (
	"math"
	"time"
)

const (
	// leastQuiet is how long there must be no refusal for a wave of them to be over, at least.
	leastQuiet = 2 * time.Millisecond
	// quickRefusal is up to how long a refusal may take and is quick in any case.
	quickRefusal = 50 * time.Millisecond
	// mostPause is the longest time in which nothing starts because all that was tried was refused.
	mostPause = time.Second
	// mostEmpty is how many waves in a row may leave nothing in flight until refusals count as failures like any other.
	mostEmpty = 5
	// alike is which share of the calls that got through one wave must get through the next for the limit to be one of
	// how many are in flight, rather than of how many start in a second.
	alike = 0.8
	// above is by how much more calls start in a second than the rate that was found: so a higher rate is found out, at
	// the cost of one call refused in some two hundred.
	above = 1.005
	// short is the same where the far end says how long it wants to be left alone after a refusal.
	short = 0.99
	// cut is what is left of the level after refusals that took as long as a call.
	cut = 0.7
	// near is how close to the lowest level with such refusals it is not worth while to go.
	near = 0.05
	// calm is how many calls must start without a refusal for the rate to be raised.
	calm = 50
	// raised is the factor of such a raise. After carefulRaises, by which any bucket is empty whose rate was right, the next is
	// the square of it, and so on up to mostRaised: a rate that was found while this program had no core for long, and asked
	// for nothing, is much too low.
	raised        = 1.05
	carefulRaises = 4
	mostRaised    = 2
)

// refusals find the most calls, in flight or started in a second, that the far end takes before it refuses.
//
// Refusals that come quickly leave those in flight that were let through: when the wave is over, they are as many as
// the far end takes. Calls then start slowly, twice as many each time that a refusal would have come back. If fewer get
// through until the next refusal, the limit is a rate. At both moments nothing more was allowed (a token bucket is empty
// then), so those that got through in between are all that were allowed in that time.
//
// Refusals that take as long as a call say nothing of that kind. They cut the level once for all calls that were in
// flight; then it is raised half way to the lowest level with refusals, as long as there are none.
type refusals struct {
	cap  int     // the most calls in flight; 0: there is no limit
	rate float64 // the most starts in a second; 0: there is no limit

	seen  int64         // how many calls were refused
	last  time.Duration // when the last one was
	took  time.Duration // how long it takes to be refused
	asked time.Duration // until when the far end wants to be left alone
	short bool          // it has said so

	wave     bool          // refusals come in
	waves    int           // how many waves there were
	first    time.Duration // when the first call that was refused in the wave had begun
	emptied  time.Duration // the same of the wave before
	passed   int64         // how many calls had been let through at the end of the wave before
	survived int           // how many were in flight at its end
	empty    int           // how many waves in a row have left none
	ended    int64         // how many calls had ended when that were too many waves
	resume   time.Duration // until when nothing starts

	restart  time.Duration // since when calls start slowly; negative: they do not
	restarts int64         // how many calls had been started then

	calmAt int64   // how many calls will have been started when the rate has proven itself
	raises int     // how often it has been since it was found
	raise  float64 // the factor of the last

	// Of slow refusals.
	low, high int           // the highest level without and the lowest with them; 0: not known
	drained   time.Duration // when no more were in flight than the cap allows
	draining  bool          // more are
	checkAt   int64         // how many calls will have ended when the cap has proven itself
}

func newRefusals() refusals { return refusals{restart: -1} }

// through is how many calls have been let through, once there is no refusal under way.
func through(r Reading) int64 { return r.Ended + r.Failed + int64(r.InFlight) }

// refused is told of the refusal of a call that had begun so long ago. after is for how long the far end wants to be
// left alone, 0 if it did not say; typical is how long a call takes. It reports whether the call is to be made again.
func (f *refusals) refused(r Reading, took, after, typical time.Duration) bool {
	f.seen++
	if after > 0 {
		f.short = true
		f.asked = max(f.asked, r.At+min(after, time.Minute))
	}
	if quick := took < typical/8 || took <= quickRefusal && (typical == 0 || took < typical/2); !quick || f.high > 0 {
		f.slow(r, took)
		return true
	}
	if f.empty >= mostEmpty {
		if r.Ended == f.ended {
			return false // it is down
		}
		f.empty = 0
	}
	if !f.wave {
		f.wave = true
		f.waves++
		f.first = r.At - took
	}
	f.took = max(f.took, took)
	f.last = r.At
	return true
}

// slow cuts the level, unless the call had begun when more were in flight than the last cut allowed.
func (f *refusals) slow(r Reading, took time.Duration) {
	if f.high > 0 && (f.draining || r.At-took < f.drained) {
		return
	}
	f.high = max(1, r.InFlight)
	if f.cap > 0 {
		f.high = min(f.high, f.cap)
	}
	if f.low >= f.high {
		f.low = 0
	}
	f.setSlow(max(f.low, int(cut*float64(f.high))))
}

// setSlow sets the most calls in flight after slow refusals.
func (f *refusals) setSlow(level int) {
	f.cap = max(1, level)
	f.draining = true
	f.checkAt = math.MaxInt64
}

// proveSlow raises the level half way to one with refusals, as long as there are none.
func (f *refusals) proveSlow(r Reading) {
	switch {
	case f.high == 0:
	case f.draining:
		if r.InFlight <= f.cap {
			f.draining, f.drained = false, r.At
			f.checkAt = r.Ended + int64(max(calm, 2*f.cap))
		}
	case r.Ended >= f.checkAt:
		f.low = f.cap
		if half := f.low + (f.high-f.low)/2; float64(f.high-f.low) > near*float64(f.low) && half > f.low {
			f.setSlow(half)
		} else {
			f.checkAt = math.MaxInt64
		}
	}
}

// look takes a reading, and reports whether nothing may start now.
func (f *refusals) look(r Reading) (pause bool) {
	f.proveSlow(r)
	switch {
	case !f.wave:
	case r.At-f.last >= max(leastQuiet, 2*f.took):
		f.endWave(r)
	case f.rate == 0:
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
	f.wave = false
	passed, survived := through(r), r.InFlight
	switch {
	case survived == 0 && passed == f.passed && f.rate == 0:
		f.empty++
		f.resume = r.At + min(mostPause, max(leastQuiet, 2*f.took)<<min(f.empty, 20))
	case f.waves > 1 && f.rate == 0 && float64(survived) >= alike*float64(f.survived) && f.survived > 0:
		f.cap = max(1, min(survived, f.survived, f.cap-1))
	case f.waves > 1 && passed > f.passed && f.first > f.emptied:
		f.setRate(float64(passed-f.passed)/(f.first-f.emptied).Seconds(), r)
	default:
		f.cap = max(1, survived)
	}
	if passed > f.passed {
		f.empty = 0
	}
	if f.empty >= mostEmpty { // nothing is held back any more, since nothing can be waited for
		f.ended, f.cap, f.resume, f.restart = r.Ended, 0, 0, -1
		return
	}
	f.passed, f.survived, f.emptied = passed, survived, f.first
	if f.rate == 0 {
		f.restart, f.restarts = r.At, through(r)
	}
}

// setRate has calls start at a rate from now on.
func (f *refusals) setRate(rate float64, r Reading) {
	rate = max(rate, f.rate/max(raised, f.raise)) // a bucket that had been full has let more through than this counts
	f.raises, f.raise = 0, raised
	if f.short {
		f.rate = short * rate
	} else {
		f.rate = above * rate
	}
	f.cap, f.restart = 0, -1
	f.calmAt = through(r) + calm
}

// goOn lets more calls start as long as none is refused.
func (f *refusals) goOn(r Reading) {
	switch {
	case f.rate > 0:
		if through(r) >= f.calmAt && !f.wave {
			if f.raises++; f.raises > carefulRaises {
				f.raise = min(mostRaised, f.raise*f.raise)
			}
			f.rate *= f.raise
			f.calmAt = through(r) + calm
		}
	case f.restart < 0:
	case f.cap > 0 && r.InFlight >= f.cap && through(r) == f.restarts:
		f.restart = r.At // nothing can start yet
	case f.cap > 0 && through(r)-f.restarts >= int64(2*f.cap):
		f.restart = -1
	}
}

// startRate is how many calls may start in a second; 0: any number.
func (f *refusals) startRate(r Reading) float64 {
	if f.rate > 0 || f.restart < 0 {
		return f.rate
	}
	step := max(leastQuiet, 2*f.took)
	return math.Exp2(min(30, float64((r.At-f.restart)/step))) / step.Seconds()
}
