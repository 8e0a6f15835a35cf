package tune

import (
	"testing"
	"time"
)

// What is in flight may be workers that make several calls at once.
func TestTimeoutsOfSeveralCallsAtOnce(t *testing.T) {
	var limit timeouts
	r := Reading{AtOnce: 10}
	limit.run(&r, 200, 0, 32, time.Second)
	limit.run(&r, 200, 100, 32, time.Second)
	if limit.cap < 4 || limit.cap > 5 {
		t.Errorf("of 200 a second, %d workers of 10 calls each may be in flight", limit.cap)
	}
}

// run has so many calls end well and time out in a second, with a limit of half a second and so many in flight, and a reading
// every 50 ms.
func (t *timeouts) run(r *Reading, ended, timedOut int64, inFlight int, during time.Duration) {
	r.Limit, r.InFlight = 500*ms, inFlight
	for end := r.At + during; r.At < end; {
		r.At += 50 * ms
		r.Ended += ended / 20
		r.TimedOut += timedOut / 20
		t.look(*r)
	}
}

// No more are in flight than end in half of the limit; more once that is more, and as many as before where that does not help.
func TestTimeouts(t *testing.T) {
	var limit timeouts
	var r Reading
	limit.run(&r, 200, 0, 128, time.Second)
	limit.run(&r, 200, 2, 128, 2*time.Second)
	if limit.cap != 0 {
		t.Fatalf("one of a hundred timed out, and %d may be in flight", limit.cap)
	}
	limit.run(&r, 200, 100, 128, time.Second)
	if limit.cap < 40 || limit.cap > 50 {
		t.Fatalf("of 200 a second, %d may be in flight", limit.cap)
	}
	before := limit.cap
	limit.run(&r, 400, 0, before, 3*time.Second)
	if limit.cap < 90 || limit.cap > 100 {
		t.Errorf("of 400 a second, %d may be in flight", limit.cap)
	}
	limit.run(&r, 40, 200, limit.cap, time.Second)
	if limit.cap == 0 || limit.cap > before {
		t.Errorf("when most time out again, %d may be in flight", limit.cap)
	}
	limit.run(&r, 40, 200, limit.cap, 10*time.Second)
	if limit.cap != 0 {
		t.Errorf("most time out, however many are in flight, and %d may be", limit.cap)
	}
	limit.run(&r, 200, 0, 128, 3*time.Second)
	limit.run(&r, 200, 200, 128, time.Second)
	if limit.cap == 0 {
		t.Error("when none timed out for a while, and many do again, any number may be in flight")
	}
}

// Calls that hang of many that workers make several at once are a small share of those in flight.
func TestAFewTimeoutsOfManyCallsAtOnce(t *testing.T) {
	var limit timeouts
	r := Reading{AtOnce: 10, InFlight: 32, Limit: 500 * ms}
	for range 40 { // waves of 320 calls of 400 ms, of which 5 hang
		for range 4 {
			r.At += 100 * ms
			limit.look(r)
		}
		r.Ended += 315
		r.At += 50 * ms
		limit.look(r)
		r.TimedOut += 5
		r.At += 50 * ms
		limit.look(r)
	}
	if limit.cap > 0 {
		t.Errorf("5 of 320 hang, and %d workers may be in flight", limit.cap)
	}
}

// No more may be in flight than a little more than are.
func TestTimeoutsRaiseNoFurtherThanWhatIsInFlight(t *testing.T) {
	var limit timeouts
	var r Reading
	limit.run(&r, 200, 0, 128, time.Second)
	limit.run(&r, 200, 100, 128, time.Second)
	for range 200 {
		r.Timed += 100
		r.Took += 100 * 300 * ms
		limit.run(&r, 200, 0, min(limit.cap, 60), time.Second)
	}
	if limit.cap < 60 || limit.cap > 80 {
		t.Errorf("where 60 are in flight, %d may be", limit.cap)
	}
}

// Timeouts that have nothing to do with how many are in flight limit nothing, also while the far end may be busy.
func TestTimeoutsThatLimitNothing(t *testing.T) {
	limit := timeouts{off: true, cut: timeoutCut{share: 0.98}, drained: time.Hour, raises: timeoutRaises{usual: timeoutTally{98, 2}}}
	r := Reading{Limit: 200 * ms, InFlight: 128}
	for range 100 {
		r.At += 50 * ms
		r.TimedOut += 32
		limit.look(r)
	}
	if limit.cap != 0 {
		t.Errorf("%d may be in flight", limit.cap)
	}
}
