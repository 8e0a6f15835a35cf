package tune

import "time"

const (
	// alike is which share of the calls that got through one wave must get through the next for the limit to be the same. Neither 0.6
	// nor 0.9 changes anything in the sweeps limits and cliffs.
	alike = 0.8
	// tryRounds is how many times as many calls as may be in flight must end without a refusal for one more to be tried, or
	// raised times as many. Twice as many must each time that this was refused, so that ever fewer are; and where the far
	// end wants to be left alone after a refusal, tryRoundsIfShort from the first, as a refusal
	// costs the time of many rounds then: with half of that a job of the sweep rates takes 2.9 times as long as at best on average, with twice
	// of it 3.2 times, not 3.0. With half of the first a job of the sweep cliffs takes 3.7 times as long as at best, and with
	// twice of it one of the sweep once 49 times (the medians), not 3.5 and 43.
	tryRounds        = 2
	tryRoundsIfShort = 64
	// awaited is for how many rounds a moment is waited for that is far from when calls start, once one more was refused. Half or twice
	// changes nothing in the sweeps limits and rates.
	awaited = 4
	// rarest is the most of them: one call of 4,096 at most is refused then. 64 or 8,192 change nothing in these sweeps, whose jobs are too
	// short for it.
	rarest = 4096
)

// inFlightLimit is how many calls may be in flight. It is tried again and again whether more may be, ever more rarely as long as
// one more is refused: the limit may have been found while the far end had an outage, or hardly anything was in flight.
type inFlightLimit struct {
	cap    int // 0: there is no limit
	proven int // the cap that the last try began from

	growth growth
	often  int64         // how many calls must end between two tries at least, as a multiple of the cap
	every  int64         // how many must, likewise, since tries were refused
	tryAt  int64         // how many calls will have ended at the next try
	heard  time.Duration // when a refusal would have come, had the last try been too many

	vain    bool          // a try at this limit was refused
	ended   int64         // how many calls had ended at the last reading
	endedAt time.Duration // when the last of them was seen
}

// set has no more calls in flight from now on, and has that tried no more often than every so many rounds.
func (l *inFlightLimit) set(level int, every int64, r Reading) {
	// Otherwise it is the same limit, give or take one, and is tried as rarely as before.
	if l.proven == 0 || level > l.proven || float64(level+1) <= alike*float64(l.proven) {
		l.every, l.vain = 0, false
	}
	l.cap = max(1, level)
	l.proven, l.growth, l.often, l.every = l.cap, growth{}, every, max(every, l.every)
	l.tryLater(r)
}

// clear has any number in flight.
func (l *inFlightLimit) clear() { l.cap, l.proven = 0, 0 }

func (l *inFlightLimit) tryLater(r Reading) { l.tryAt = r.Ended + r.Failed + l.every*int64(l.cap) }

// try raises the limit, if it has proven itself. A refusal takes so long. Once that was refused the next call starts halfway between
// two others: where no two may start at once, as at a rate whose bucket holds one, it may have been refused for that alone.
func (l *inFlightLimit) try(r Reading, took time.Duration) {
	if r.Ended+r.Failed != l.ended {
		l.ended, l.endedAt = r.Ended+r.Failed, r.At
	}
	if r.Ended+r.Failed < l.tryAt || r.At < l.heard || r.InFlight < l.cap || r.Wanted == 0 {
		return
	}
	halfway := r.At-l.endedAt >= typical(r)/time.Duration(2*l.cap)
	if l.vain && !halfway && r.Ended+r.Failed < l.tryAt+awaited*int64(l.cap) {
		return
	}
	l.proven, l.heard = l.cap, r.At+2*took
	l.cap += max(1, int(l.growth.next(1)*float64(l.cap))-l.cap)
	l.tryLater(r)
}

// reconsider has it tried soon whether more may be in flight, as there is a reason to.
func (l *inFlightLimit) reconsider(r Reading) {
	before := l.tryAt
	l.every, l.vain = l.often, false
	l.tryLater(r)
	l.tryAt = min(l.tryAt, before)
}

// isTried reports whether more are in flight than is known to be none too many.
func (l *inFlightLimit) isTried() bool { return l.proven > 0 && l.cap > l.proven }

// fail is when what was tried was refused.
func (l *inFlightLimit) fail(r Reading) {
	l.cap, l.growth, l.vain = l.proven, growth{}, true
	l.every = min(2*l.every, rarest)
	l.tryLater(r)
}
