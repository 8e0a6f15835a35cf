package tune

import (
	"math"
	"time"
)

const (
	// leastTimeouts is how many calls must have timed out, and leastShare which share of those that ended, for more to be in flight than
	// the far end gets done in time: one call of a hundred that hangs does so however many others there are.
	// Half or twice the number changes nothing in TestAutoOfCallsThatTimeOut, nor does half or twice of the share.
	leastTimeouts = 4
	leastShare    = 0.1
	// inTime is the part of the time limit that calls are to take: by Little's law as many in flight as end in that time. The other half
	// is for those that take longer than others: with 0.8, 365 of 2,000 calls time out and not 283; with 0.25, the job fails there of which
	// a third of the calls hang.
	inTime = 0.5
	// fewerTimeouts is which part of the share that timed out may do so once less is asked, if it was for that. With a part
	// of 0.8 the job fails in that test whose server gets six places after sixty; 0.25 changes nothing.
	fewerTimeouts = 0.5
	// mostCuts is how many times in a row less is asked in vain at most, and spareCuts how many of these are more than it takes until none
	// should time out any more (cutsInVain). Then timeouts have nothing to do with how much is asked, and slow nobody down. With 2 at most,
	// 970 of 1,000 calls are lost at a server of three places that does not notice that nobody waits, not 295; with 8 the job fails all of
	// whose calls hang. With none to spare 2,900 of 3,000 are lost at such a server of two places, not 304.
	mostCuts  = 4
	spareCuts = 1
	// settles is how many limits after less is asked what times out says something of that: those in flight end within one, and the
	// far end may be busy with them for as long again.
	settles = 2
)

// timeouts find how many calls in flight the far end gets done before their time is up. More only wait for one another, and where it
// does not notice that nobody waits for them any more, it gets next to nothing done in time.
type timeouts struct {
	cap  int     // the most calls in flight; 0: there is no limit
	off  bool    // timeouts have nothing to do with how many are in flight
	cuts int     // how many times in a row that was lowered in vain
	most float64 // the share that had timed out when less was asked first

	began           time.Duration // when what is looked at began
	ended, timedOut int64         // how many calls had ended well, and timed out, by then
	late            int64         // how many had timed out since at the last reading
}

// begin has what ends from a moment on be looked at: that of a reading, or later.
func (t *timeouts) begin(r Reading, at time.Duration) {
	t.began, t.ended, t.timedOut, t.late = at, r.Ended, r.TimedOut, 0
}

// look takes a reading.
func (t *timeouts) look(r Reading) {
	if r.At <= t.began { // calls are still in flight of which there were too many
		t.begin(r, t.began)
		return
	}
	if r.TimedOut == 0 {
		return
	}
	late, ended := r.TimedOut-t.timedOut, r.Ended-t.ended
	share := float64(late) / float64(max(1, late+ended))
	isLong := r.At-t.began >= r.Limit
	done := int(inTime*float64(ended)*float64(r.Limit)/float64(r.At-t.began)) / max(1, r.AtOnce) // in time
	switch {
	case !isLong && late < leastTimeouts, t.most > 0 && (!isLong || t.most*float64(late+ended) < 2*leastTimeouts):
		return // if as large a share timed out as before, there would be enough of them by then
	case late >= leastTimeouts && t.late < leastTimeouts: // a call counts as failed a moment before it has ended
		t.late = late
		return
	case t.off:
		t.off = share >= fewerTimeouts*t.most
		t.begin(r, r.At)
	case t.cap == 0:
		if late >= leastTimeouts && share >= leastShare && done < r.InFlight {
			t.most, t.cuts = share, 0
			t.cut(r, done)
		} else if isLong && (late == 0 || r.At-t.began >= time.Duration(patience*float64(r.Limit))) { // else more of a wave may do so now
			t.begin(r, r.At)
		}
	case share >= fewerTimeouts*t.most:
		if t.cuts++; t.cuts >= cutsInVain(max(t.most, share)) {
			t.off, t.cap = true, 0
			t.begin(r, r.At)
			return
		}
		t.cut(r, done)
	default:
		t.cuts = 0
		if late == 0 {
			t.cap = min(max(t.cap, done), 2*t.cap)
		}
		t.begin(r, r.At)
	}
}

// cutsInVain is how many times in a row less is asked in vain until timeouts count as having nothing to do with that, where a share of the
// calls times out. A far end of which too much is asked gets the others done in time. If no more than these were in flight none would time
// out, and it takes so many halvings until no more are.
func cutsInVain(share float64) int {
	return min(mostCuts, spareCuts+int(math.Ceil(-math.Log2(1-min(share, 0.99)))))
}

// cut has fewer calls in flight: as many as get done in time, at most half as many as are; and half where none did. What is left of
// those that are in flight says nothing of that.
func (t *timeouts) cut(r Reading, done int) {
	half := r.InFlight / 2
	if r.Ended == t.ended {
		done = half
	}
	t.cap = max(1, min(done, half))
	t.begin(r, r.At+settles*r.Limit)
}
