package tune

import (
	"math"
	"time"
)

// slowStart has few calls start after a wave of refusals, and twice as many each time that a refusal of those that have started
// would have come back.
type slowStart struct {
	on      bool
	since   time.Duration
	through int64         // how many calls had been let through then
	step    time.Duration // how long it takes at least until twice as many start
	first   int           // how many start in the first of these
}

func (s *slowStart) begin(r Reading, through int64, step time.Duration, first int) {
	*s = slowStart{on: true, since: r.At, through: through, step: max(leastQuiet, step), first: first}
}

// look is told how many calls may be in flight, and how many have been let through. It ends once twice as many calls have
// started as may be in flight, and begins again as long as none can start.
func (s *slowStart) look(r Reading, cap int, through int64) {
	switch {
	case r.InFlight >= cap && through == s.through:
		s.since = r.At
	case through-s.through >= int64(2*cap):
		s.on = false
	}
}

// perSecond is how many calls may start in a second.
func (s *slowStart) perSecond(r Reading) float64 {
	return float64(s.first) * math.Exp2(min(30, float64((r.At-s.since)/s.step))) / s.step.Seconds()
}
