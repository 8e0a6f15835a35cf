package tune

import "time"

// mostProbes is how many times calls may be refused while probing until the limit is taken for one of calls in flight: half as many each
// time that it was. The wait is twice as long each time, so the last is 64 times as long as the first. Half or twice changes nothing in the
// sweep limits.
const mostProbes = 6

// unheard is how many times as long as a refusal has taken so far none must have come for what was tried not to be refused. With twice of it
// TestAutoFindsARateByRefusals fails at 50 a second; 1 changes nothing in the sweeps.
const unheard = 1.25

// probing tells a rate from a limit of how many calls are in flight: while no call ends, a far end with such a limit lets
// through no more than those that it has just let through, however long somebody waits; one with a rate does.
type probing struct {
	on       bool
	level    int           // how many calls are in flight that got through
	ended    int64         // how many calls had ended when it began
	above    time.Duration // since when more are in flight; 0: no more are
	tries    int           // how many times they were refused
	vain     int           // how many times it was seen at the level that they are
	isRate   bool          // they were not
	answered bool          // the wave of refusals that comes in is that of probes
}

func (p *probing) start(level int, r Reading) {
	before := *p
	*p = probing{on: true, level: level, ended: r.Ended + r.Failed, answered: before.answered}
	if level == before.level {
		p.vain = before.vain
	}
}

// look takes a reading, and reports whether a call has ended before anything could be told. A refusal takes no longer than took.
func (p *probing) look(r Reading, took time.Duration) (over bool) {
	switch {
	case p.isRate:
	case r.Ended+r.Failed != p.ended:
		return true
	case r.InFlight <= p.level:
		p.above = 0
	case p.above == 0:
		p.above = r.At
	case r.At-p.above > max(leastQuiet, time.Duration(unheard*float64(took))):
		p.isRate = true
	}
	return false
}
