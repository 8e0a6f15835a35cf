package tune

import (
	"math"
	"time"
)

// leastEnded is of how many calls a round must see the end, as many as HyStart++ takes samples in a round (RFC 9406). Half or twice
// changes nothing.
const leastEnded = 8

// measured is what calls of a level did.
type measured struct {
	level int
	rate  float64 // how many calls were answered in a second, well or not
	err   float64 // the standard error of the rate, relative to it

	ended, failed float64 // how many calls were answered, and of how many the answer was a failure
}

// gain is by how much m did more than base, as a natural logarithm, and its standard error. Calls that fail count as done as far as
// no more of them do for certain: where a part of the inputs is bad, chance has more or fewer of these in a round.
func (m measured) gain(base measured) (gain, err float64) {
	gain, err = math.Log(m.rate/base.rate), math.Hypot(m.err, base.err)
	ended, failed := m.ended+base.ended, m.failed+base.failed
	if failed == 0 || failed == ended || m.ended == 0 || base.ended == 0 {
		return gain, err
	}
	share := failed / ended
	more := m.failed/m.ended - base.failed/base.ended
	if math.Abs(more) <= 2*math.Sqrt(share*(1-share)*(1/m.ended+1/base.ended)) {
		return gain, err
	}
	well, wellOfBase := max(1, m.ended-m.failed), max(1, base.ended-base.failed)
	gain += math.Log(well / m.ended / (wellOfBase / base.ended))
	return gain, math.Hypot(err, math.Sqrt(1/well+1/wellOfBase-1/m.ended-1/base.ended))
}

// round measures how many calls end in a second while the level stays the same. It begins when the calls that were in
// flight at the change have ended, and lasts until about as many calls have ended as are in flight.
type round struct {
	level  int
	from   int64   // how many calls must have ended before it begins
	begin  Reading // what was seen at its beginning
	begun  bool
	needed int64  // of how many calls it must see the end
	recent recent // what had been started before
	heard  bool   // calls have ended since it began to wait for those that are not new
	wave   bool   // it is to see the end of all that are
	late   bool   // enough have ended, and those that began with them are waited for
}

// isNew is up to which share of how long a call takes it counts as new. With half of it a server that slows down steeply takes
// 1.35 times as long as at best, not 1.43, and nothing else changes; with twice of it 4.7 times, and W4 fails in the tests.
const isNew = 1. / 8

// newRound is a round at a level that begins with the reading, once those of the calls in flight have ended that are not
// new. As far as is known calls take so long.
func newRound(level int, r Reading, typical time.Duration, recent recent) round {
	m := round{level: level, begin: r, needed: int64(leastOf(level)), recent: recent}
	old := recent.old(r, time.Duration(isNew*float64(typical)))
	m.from = r.answered() + int64(old)
	m.begun = old == 0
	return m
}

// seeWave has it see the end of all calls in flight that are new, and not of half as many only.
func (m *round) seeWave() {
	m.wave = true
	m.needed = max(int64(leastOf(m.level)), int64(m.level)-(m.from-m.begin.answered()))
}

// leastWell is which part of the calls that a round sees the end of must end well: else it goes on. A far end that fails each call once more
// than some are in flight would be asked for ever more else, as it gets more done in a second the more fail. Half or twice changes nothing in
// TestAutoOfInputsThatFail; with 0.4 that fails of which four calls of five do.
const leastWell = 0.1

// leastOf is of how many calls at least a round at a level sees the end.
func leastOf(level int) int { return max(leastEnded, level/2) }

// due is how many calls will have ended when there is something to do for the round.
func (m *round) due() int64 {
	switch {
	case !m.begun:
		return m.from
	case m.late:
		return m.begin.answered() + int64(math.Ceil(nearlyAll*float64(m.level)))
	}
	return m.begin.answered() + m.needed
}

// look takes a reading and reports whether the round has seen enough.
func (m *round) look(r Reading) bool {
	if !m.begun && !m.heard && m.begin.answered() < r.answered() {
		m.heard = true
		m.callsTake(r.At - m.begin.At)
	}
	if !m.begun && r.answered() >= m.from {
		m.begun, m.begin = true, r
	}
	enough := m.begun && r.answered() >= m.begin.answered()+m.needed && r.At > m.begin.At
	if enough && float64(r.Ended-m.begin.Ended) < leastWell*float64(m.needed) {
		m.needed += int64(leastOf(m.level))
		enough = false
	}
	m.late = enough && m.hasStragglers(r)
	return enough && !m.late
}

const (
	// nearlyAll is the share of the calls of a level that are as good as all. Neither 0.8 nor 0.95 changes anything.
	nearlyAll = 0.9
	// patience is for how many times as long as those that have ended took the others of a wave are waited for. Half or twice as much
	// longer changes nothing, but without it (1) a server that breaks down beyond 200 is asked for 640 (TestRoundWaitsForStragglers).
	patience = 1.25
	// mostRound is how many times as many calls as it needs a round may see the end of where what it has seen says nothing. Half or
	// twice changes nothing.
	mostRound = 8
)

// hasStragglers reports whether the calls end that began with the round, as in a wave, and many of them have not: those that take
// longer, as where a server does well up to some number and breaks down beyond it, are waited for a little.
func (m *round) hasStragglers(r Reading) bool {
	n, mean := float64(r.answered()-m.begin.answered()), m.mean(r)
	since := (r.At - m.begin.At).Seconds()
	return n < nearlyAll*float64(m.level) && since >= nearlyAll*mean && since < patience*mean
}

// mean is how long the calls took that have ended, in seconds; 0: nobody knows.
func (m *round) mean(r Reading) float64 {
	timed := float64(r.Timed - m.begin.Timed)
	if timed <= 0 {
		return 0
	}
	return (r.Took - m.begin.Took).Seconds() / timed
}

// callsTake is told for how long no call has ended, so that calls take at least as long: where they took less before, more
// of them were new than it seemed.
func (m *round) callsTake(least time.Duration) {
	old := m.recent.old(m.begin, time.Duration(isNew*float64(least)))
	m.from = min(m.from, m.begin.answered()+int64(old))
	m.begun = old == 0
	if m.wave {
		m.seeWave()
	}
}

// spread is from what coefficient of variation of the calls' times on calls are counted, rather than timed: far from that of calls that
// always take the same (0), and from that of exponential times (1). With half of it, a server that slows down steeply takes 1.58 times
// as long as at best, not 1.43; twice of it changes nothing.
const spread = 0.4

// result is what it has measured. How many calls end in a second follows from how long each takes (Little's law: as many
// as are in flight in that time), which is exact where they end in waves, and a count is not. Where times are very
// different, those of calls that end in a short round are too short on average, and the count is right.
func (m *round) result(r Reading) measured {
	timed, mean := float64(r.Timed-m.begin.Timed), m.mean(r)
	n, since := float64(r.answered()-m.begin.answered()), (r.At - m.begin.At).Seconds()
	counted := measured{level: m.level, rate: n / since, err: 1 / math.Sqrt(n), ended: n, failed: max(0, n-float64(r.Ended-m.begin.Ended))}
	if mean <= 0 || n < nearlyAll*float64(m.level) && since >= patience*mean { // or those that have not ended take longer
		return counted
	}
	deviation := math.Sqrt(max(0, (r.Squares-m.begin.Squares)/timed-mean*mean))
	if deviation > spread*mean {
		return counted
	}
	exact := counted
	exact.rate, exact.err = float64(m.level)/mean, deviation/mean/math.Sqrt(timed)
	return exact
}

// atMost is what the round measures if all calls of its level end at this moment, as long as none has ended: it cannot measure more,
// whether or not it still waits for old ones. The rate is 0, for unknown, once one has.
func (m *round) atMost(r Reading) measured {
	if r.answered() > m.begin.answered() || r.At <= m.begin.At {
		return measured{}
	}
	return measured{level: m.level, rate: float64(m.level) / (r.At - m.begin.At).Seconds()}
}

// longer has it see the end of as many calls again, and reports whether it may, up to mostRound.
func (m *round) longer() bool {
	m.needed += int64(leastOf(m.level))
	return m.needed <= mostRound*int64(leastOf(m.level))
}

const (
	// recentLooks is how many looks are remembered, and recentApart how long they are apart at least. They are also apart by a quarter of the
	// time for which a call is new, so that together they go back twice that time, however often readings are taken.
	recentLooks = looksACall
	recentApart = 100 * time.Microsecond
)

// recent remembers how many calls had been started, to tell how many of those in flight are new.
type recent struct {
	at      [recentLooks]time.Duration
	started [recentLooks]int64
	next    int
}

// look remembers a reading. As far as is known calls take so long.
func (h *recent) look(r Reading, typical time.Duration) {
	last := (h.next + len(h.at) - 1) % len(h.at)
	apart := time.Duration(2 * isNew * float64(typical) / recentLooks)
	if r.At-h.at[last] < max(recentApart, apart) {
		return
	}
	h.at[h.next], h.started[h.next] = r.At, r.Ended+r.Failed+int64(r.InFlight)
	h.next = (h.next + 1) % len(h.at)
}

// old is how many of the calls in flight began longer ago than that.
func (h *recent) old(r Reading, ago time.Duration) int {
	if r.At < ago {
		return 0 // that is before the job
	}
	started := int64(-1)
	at := time.Duration(-1)
	for i := range h.at {
		if h.at[i] <= r.At-ago && h.at[i] > at {
			at, started = h.at[i], h.started[i]
		}
	}
	if started < 0 {
		return r.InFlight
	}
	return max(0, r.InFlight-int(r.Ended+r.Failed+int64(r.InFlight)-started))
}
