package tune

import "time"

const (
	// tolerable is by which share more of the calls may time out with more in flight than with fewer. Half or twice changes nothing in
	// the sweep timeouts.
	tolerable = 0.01
	// asQuick is how many times as long calls may take with more in flight for none of them to wait for others. 1.05 or 1.2 changes
	// nothing in that sweep; without it, 44,300 calls are lost there, not 43,000, and more than 384 in the test of a far end of two places.
	asQuick = 1.1
)

// timeoutRaises are the raises of how many calls may be in flight since too many of them timed out.
type timeoutRaises struct {
	usual  timeoutTally  // how many have timed out with as many in flight as have proven themselves
	proven int           // how many were in flight before more are tried; 0: none are
	least  time.Duration // how long calls took on average, at least

	growth growth
	every  int64 // how many calls must end until more are tried again, as a multiple of what is proven; 0: none have been too many
	tryAt  int64 // how many will have ended by then
}

// tolerated is which share of the calls may time out: hardly more than usually, and less than would count as too many at first as long as
// nobody knows how many that is.
func (m *timeoutRaises) tolerated() float64 {
	if m.usual == (timeoutTally{}) {
		return leastShare
	}
	usual := m.usual.share()
	return usual + min(tolerable+usual, leastShare)
}

// isEnough reports whether so many calls say whether too many of them time out: if these did, there would be enough by then.
func (m *timeoutRaises) isEnough(seen timeoutTally) bool {
	return seen.late == 0 || seen.late >= leastTimeouts || m.tolerated()*float64(seen.late+seen.ended) >= leastTimeouts
}

// isUsual reports whether it is known how many calls time out, and hardly more do.
func (m *timeoutRaises) isUsual(seen timeoutTally) bool {
	return m.usual != timeoutTally{} && seen.share() < m.tolerated()
}

// areTooMany reports whether more of the calls time out since more are in flight.
func (m *timeoutRaises) areTooMany(seen timeoutTally) bool {
	return m.proven > 0 && seen.late >= leastTimeouts && !m.isUsual(seen)
}

// fail is when more in flight were too many, and says how many may be.
func (m *timeoutRaises) fail(r Reading) int {
	cap := m.proven
	m.proven, m.growth, m.every = 0, growth{}, min(max(tryRounds, 2*m.every), rarest)
	m.tryAt = r.Ended + r.Failed + m.every*int64(cap*max(1, r.AtOnce))
	return cap
}

// next says how many calls may be in flight, where no more of them time out than with fewer: a quarter more, as long as none of them
// waits for others; and less, ever more rarely, once that was too much.
func (m *timeoutRaises) next(r, from Reading, level int) int {
	m.usual.add(timeoutTally{late: r.TimedOut - from.TimedOut, ended: r.Ended - from.Ended})
	timed := r.Timed - from.Timed
	if timed == 0 || float64(r.InFlight) < (1-fully)*float64(level) {
		return level
	}
	takes := (r.Took - from.Took) / time.Duration(timed)
	if m.least == 0 || takes < m.least {
		m.least = takes
	}
	next := max(level+1, int(step*float64(level)))
	if float64(takes) > asQuick*float64(m.least) || r.Ended+r.Failed < m.tryAt {
		return level
	}
	if m.every > 0 { // a quarter more was too much
		next = max(level+1, int(m.growth.next(1)*float64(level)))
	}
	return next
}
