package tune

import "testing"

// Other jobs that end again and again do not put off the next try.
func TestAReconsideredLimitIsTried(t *testing.T) {
	r := Reading{InFlight: 20, Wanted: 20, Took: 20 * ms, Timed: 1}
	var l inFlightLimit
	l.set(20, tryRounds, r)
	for range 1000 {
		r.Ended++
		r.At += ms
		r.InFlight = l.cap
		if r.Ended%15 == 0 {
			l.reconsider(r)
		}
		l.try(r, 0)
	}
	if l.cap <= 20 {
		t.Errorf("after 1000 calls none of which was refused, %d may be in flight as at first", l.cap)
	}
}
