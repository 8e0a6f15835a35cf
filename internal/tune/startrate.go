package tune

import (
	"math"
	"time"
)

const (
	// above is by how much more calls start in a second than the rate that was found: so a higher rate is found out, at
	// the cost of one call refused in some two hundred. Half or twice as much more changes nothing in the sweep rates.
	above = 1.005
	// short is the same where the far end says how long it wants to be left alone after a refusal, which costs more than what a rate that
	// is too low by as much does. Half or twice as much less changes nothing in the sweep rates.
	short = 0.99
	// fewPassed is how many calls must have got through between two waves at least for that to be a rate: with
	// fewer, chance is half of what is measured. TestRefusalsAtAnyRate fails with 2; 8 change nothing.
	fewPassed = 4
	// mostHalved is how many times in a row a rate may be halved that is known from few calls: refusals then have nothing to do with
	// how many calls start in a second, and no rate is low enough: it is an eighth of what was measured by then. Half or
	// twice changes nothing in the sweep rates.
	mostHalved = 3
	// mostAtRate is how many calls may be refused at a rate until it is left: where far too many start, refusals never stop for
	// long enough to be counted. Half or twice changes nothing in the sweep rates.
	mostAtRate = 32
	// calm is how many calls must start without a refusal for the rate to be raised, twice as many each time that this was
	// refused, and calmest is the most. A raise that is refused costs one call of fifty then, and one of 800 at last, which is less than
	// above costs. Half or twice of either changes nothing in the sweep rates. It is half of what starts in a second of a lower rate, and
	// leastCalm at least: twice of that has TestAutoFindsARateByRefusals fail at 10 a second, half changes nothing.
	calm      = 50
	calmest   = 800
	leastCalm = 8
	// carefulRaises is how many raises are careful: by then any bucket is empty whose rate was right. Half or twice changes
	// nothing in the sweep rates.
	carefulRaises = 4
	// untilHeard is how many times as long as a refusal takes a rate stays: a refusal of those that start first at it may be under way
	// until then, and of those that start a little later. With half TestAutoIsHardlyRefusedAtARate fails at 1,000 a second; twice changes
	// nothing in the sweeps.
	untilHeard = 4
	// binding is the part of the calls that may start at a rate that do at least where it holds them back: else nothing is seen of it.
	// Half changes nothing; with 0.8 TestAutoIsHardlyRefusedAtARate fails at 300 a second.
	binding = 0.5
)

// startRate is how many calls may start in a second. It is raised as long as none is refused: one that is known only from few
// calls soon, and by more each time.
type startRate struct {
	perSecond float64 // 0: there is no limit
	rough     bool    // it is known from few calls
	halved    int     // how many times in a row it was halved, while it was rough
	floods    int     // how many times in a row refusals have not stopped at a rate

	growth   growth
	raisedAt time.Duration // when it was last raised, or found, or nothing might start
	from     int64         // how many calls had been let through then
	calm     int64         // how many calls must start without a refusal for it to be raised
	calmAt   int64         // how many calls will have been let through when it has proven itself
}

// set has calls start at a rate from now on, where so many have been let through. The far end may have said how long it wants to
// be left alone. Where it does not, the rate is no lower than the lowest at which calls were refused: fewer have got through than might
// have while less was asked.
func (s *startRate) set(rate, lowest float64, at time.Duration, through int64, saysHowLong bool) {
	if !saysHowLong || rate == 0 {
		rate = max(rate, lowest)
	}
	switch {
	case s.perSecond == 0:
		s.calm = max(leastCalm, min(calm, int64(rate/2)))
	case s.growth.raises > 0:
		s.calm = min(2*s.calm, calmest)
	}
	s.growth = growth{factor: raised}
	s.perSecond = above * rate
	if saysHowLong {
		s.perSecond = short * rate
	}
	s.calmAt, s.raisedAt, s.from = through+s.calm, at, through
}

// during is the rate at a moment of a wave of refusals that has begun at it: that before the last raise, or somewhat less than it is,
// and another such step lower each time that the wave might have been over. If as many calls went on starting as are refused, it
// would not be over before mostAtRate are.
func (s *startRate) during(w wave, at time.Duration) float64 {
	steps := 1 + (at-w.first)/w.quiet(true)
	return s.perSecond / math.Pow(max(raised, s.growth.factor), float64(steps))
}

// raise raises a rate at which no call was refused for long enough. A refusal takes so long.
func (s *startRate) raise(r Reading, through int64, took time.Duration, saysHowLong bool) {
	switch {
	case through < s.calmAt:
		return
	case r.At-s.raisedAt < untilHeard*max(leastQuiet, took):
		return
	case float64(through-s.from) < binding*s.perSecond*(r.At-s.raisedAt).Seconds():
		return
	case s.rough:
		s.perSecond *= s.growth.next(1)
		s.calmAt = through + fewPassed
	default:
		careful := carefulRaises
		if saysHowLong { // too large a raise costs all of the time that the far end wants to be left alone
			careful = math.MaxInt
		}
		s.perSecond *= s.growth.next(careful)
		s.calmAt = through + s.calm
	}
	s.raisedAt, s.from, s.floods = r.At, through, 0
}

// rest is while nothing may start: what is seen of the rate begins afterwards.
func (s *startRate) rest(at time.Duration, through int64) { s.raisedAt, s.from = at, through }

// isLikely reports whether refusals may still have to do with how many calls start in a second.
func (s *startRate) isLikely() bool { return s.halved < mostHalved }

// leave has any number of calls start.
func (s *startRate) leave() { s.perSecond, s.rough = 0, false }
