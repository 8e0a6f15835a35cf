package tune

import (
	"math"
	"time"
)

// What is said of the sweep is of TestSweep of timeouts: far ends of 2 to 100 places, of which jobs take 1.0 times as long as at best on
// average and lose 43,000 calls.
const (
	// leastTimeouts is how many calls must have timed out, and leastShare which share of those that ended, for more to be in flight than
	// the far end gets done in time: one call of a hundred that hangs does so however many others there are. With half of the number
	// jobs of the sweep take 1.1 times as long, and twice of it changes nothing; with half of the share 1.3 times, and with twice of it 47,000
	// calls are lost.
	leastTimeouts = 4
	leastShare    = 0.1
	// inTime is the part of the time limit that calls are to take: by Little's law as many in flight as end in that time. The other half
	// is for those that take longer than others: with 0.8, 54,000 calls of the sweep are lost; with 0.25, the job of
	// TestAutoOfCallsThatTimeOut takes too long of which a third of the calls hang.
	inTime = 0.5
	// fewerTimeouts is which part of the share that timed out may do so once less is asked, if it was for that. With 0.25 50,000 calls
	// of the sweep are lost, 0.8 changes nothing.
	fewerTimeouts = 0.5
	// mostCuts is how many times in a row less is asked in vain at most, and spareCuts how many of these are more than it takes until none
	// should time out any more (cutsInVain). Then timeouts have nothing to do with how much is asked, and slow nobody down. 2 at most change
	// nothing, with 8 the job of that test takes too long all of whose calls hang. With none to spare that of a server fails which has
	// twelve places after sixty, and with two to spare that of which a third of the calls hang.
	mostCuts  = 4
	spareCuts = 1
	// settles is how many limits after less is asked what times out says something of that: those in flight end within one, and the
	// far end may be busy with them for as long again. Half changes nothing, with twice the job takes too long all of whose calls hang.
	settles = 2
	// drains is for how many times as long as the far end takes to get done what is in flight nothing may end in time
	// where it does not notice that nobody waits for that any more: meanwhile it has to get done those that start as well. Half
	// or twice changes nothing. Without it, almost all of 500 calls are lost at such a far end of two places, not three fifths of them.
	// mostDrains is how many time limits that may be: a job looks the same of which nearly all calls hang. Half or twice changes nothing.
	drains     = 2
	mostDrains = 32
	// lookBack is how many times as long as calls take is looked back at when the first times out: what had ended long before says nothing of
	// a far end that stalls. Half or twice changes nothing.
	lookBack = 4
)

// timeouts find how many calls in flight the far end gets done before their time is up. More only wait for one another, and where it
// does not notice that nobody waits for them any more, it gets next to nothing done in time.
type timeouts struct {
	cap     int           // the most calls in flight; 0: there is no limit
	off     bool          // timeouts have nothing to do with how many are in flight
	more    bool          // more have timed out since that was found than did then
	cut     timeoutCut    // the last time that less was asked
	drained time.Duration // when the far end is done with what was in flight, whether or not anybody waits for it
	raises  timeoutRaises // what has been asked since

	from Reading // what had been seen when what is looked at began
	late int64   // how many had timed out since at the last reading
}

// timeoutCut is that less is asked of the far end, once or several times in a row.
type timeoutCut struct {
	share float64      // the share that had timed out before the first
	vain  int          // how many times in a row it was
	seen  timeoutTally // what was seen meanwhile
}

// timeoutTally is how many calls timed out, and how many ended well.
type timeoutTally struct{ late, ended int64 }

// share is the share of the calls that timed out.
func (t timeoutTally) share() float64 { return float64(t.late) / float64(max(1, t.late+t.ended)) }

// add adds others.
func (t *timeoutTally) add(others timeoutTally) {
	t.late += others.late
	t.ended += others.ended
}

// begin has what ends from a moment on be looked at: that of a reading, or later.
func (t *timeouts) begin(r Reading, at time.Duration) {
	t.from, t.late = r, 0
	t.from.At = at
}

// look takes a reading.
func (t *timeouts) look(r Reading) {
	if r.TimedOut == 0 {
		if takes := typical(r); takes > 0 && r.At-t.from.At >= lookBack*takes {
			t.begin(r, r.At)
		}
		return
	}
	seen := timeoutTally{late: r.TimedOut - t.from.TimedOut, ended: max(0, r.Ended-t.from.Ended)}
	isLong := r.At-t.from.At >= r.Limit
	switch {
	case r.At <= t.from.At: // calls are still in flight of which there were too many
		t.begin(r, t.from.At)
	case t.cap > 0 && seen.ended == 0 && r.At < t.drained: // or the far end is busy with them
		if isLong {
			t.cap = max(1, t.cap/2)
			t.begin(r, r.At)
		}
	case !isLong && (seen.late < leastTimeouts || t.cut.share > 0):
	case t.cut.share*float64(seen.late+seen.ended) < 2*leastTimeouts && t.cut.share > 0:
		// If as large a share timed out as before, there would be enough of them by then.
	case seen.late >= leastTimeouts && t.late < leastTimeouts: // a call counts as failed a moment before it has ended
		t.late = seen.late
	case t.off:
		t.lookAside(r, seen)
	case t.cap == 0:
		t.lookUnlimited(r, seen, isLong)
	default:
		t.lookLimited(r, seen)
	}
}

// lookAside looks whether timeouts have something to do with how many calls are in flight after all.
func (t *timeouts) lookAside(r Reading, seen timeoutTally) {
	more := !t.raises.isUsual(seen)
	if seen.share() < fewerTimeouts*t.cut.share || more && t.more {
		t.off = false
	}
	if t.more = more; !more {
		t.raises.usual.add(seen)
	}
	t.begin(r, r.At)
}

// lookUnlimited looks whether too many calls time out.
func (t *timeouts) lookUnlimited(r Reading, seen timeoutTally, isLong bool) {
	share := seen.share()
	if !isLong { // those that began with them and ended well may have done so before
		share = timeoutTally{seen.late, seen.ended + int64(r.InFlight*max(1, r.AtOnce))}.share()
	}
	switch {
	case seen.late >= leastTimeouts && share >= leastShare && t.done(r) < r.InFlight:
		t.cut = timeoutCut{share: share}
		if seen.ended > 0 {
			rate := float64(seen.ended) / float64(r.At-t.from.At)
			drains := drains * time.Duration(float64(r.InFlight*max(1, r.AtOnce))/rate)
			t.drained = r.At + min(drains, mostDrains*r.Limit)
		}
		t.lower(r)
	case isLong && (seen.late == 0 || r.At-t.from.At >= time.Duration(patience*float64(r.Limit))): // else more of a wave may do so now
		t.begin(r, r.At)
	}
}

// lookLimited looks whether fewer calls time out since less is asked, and whether more may be.
func (t *timeouts) lookLimited(r Reading, seen timeoutTally) {
	switch share := seen.share(); {
	case t.raises.areTooMany(seen):
		t.cap = t.raises.fail(r)
		t.begin(r, r.At+settles*r.Limit)
	case share >= fewerTimeouts*t.cut.share && !t.raises.isUsual(seen):
		t.cut.seen.add(seen)
		if t.cut.vain++; t.cut.vain < cutsInVain(max(t.cut.share, share)) {
			t.lower(r)
			return
		}
		t.cap, t.off, t.more = 0, true, false
		t.raises = timeoutRaises{usual: t.cut.seen}
		if share > t.cut.seen.share() {
			t.raises.usual = seen
		}
		t.begin(r, r.At)
	case !t.raises.isEnough(seen):
	default:
		t.cut.vain, t.cut.seen = 0, timeoutTally{}
		before := t.cap
		t.cap = max(t.raises.next(r, t.from, before), min(t.done(r), 2*before))
		t.begin(r, r.At)
		if t.raises.proven = 0; t.cap > before {
			t.raises.proven = before
			t.begin(r, r.At+r.Limit) // at first those end that began before
		}
	}
}

// done is how many calls in flight end in so much of the time limit as they are to take.
func (t *timeouts) done(r Reading) int {
	ended, since := float64(r.Ended-t.from.Ended), float64(r.At-t.from.At)
	return int(inTime*ended*float64(r.Limit)/since) / max(1, r.AtOnce)
}

// cutsInVain is how many times in a row less is asked in vain until timeouts count as having nothing to do with that, where a share of the
// calls times out. A far end of which too much is asked gets the others done in time. If no more than these were in flight none would time
// out, and it takes so many halvings until no more are.
func cutsInVain(share float64) int {
	return min(mostCuts, spareCuts+int(math.Ceil(-math.Log2(1-min(share, 0.99)))))
}

// lower has fewer calls in flight: as many as get done in time, at most half as many as are; and half where none did. What is left of
// those that are in flight says nothing of that.
func (t *timeouts) lower(r Reading) {
	t.cap = r.InFlight / 2
	if r.Ended > t.from.Ended {
		t.cap = min(t.cap, t.done(r))
	}
	t.cap = max(1, t.cap)
	t.raises = timeoutRaises{}
	t.begin(r, r.At+settles*r.Limit)
}
