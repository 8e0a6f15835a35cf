package overlap

import "testing"

// The turn to try is that of the job which tries, until it has no calls that it could add: a Stream whose inputs are late would keep
// other jobs from finding out what theirs do. A job whose calls are just being started keeps its turn.
func TestTheTurnToTry(t *testing.T) {
	defer tunerTrying.Store(nil)
	for _, c := range []struct {
		awake bool
		ready int
		taken bool
	}{
		{awake: true, ready: 0, taken: false},
		{awake: false, ready: 5, taken: false},
		{awake: false, ready: 0, taken: true},
	} {
		holder := &tuner{job: &Job{callSet: readyCalls{n: c.ready}}}
		holder.awake.Store(c.awake)
		holder.trying.Store(true)
		other := &tuner{job: &Job{callSet: readyCalls{n: 5}}}
		tunerTrying.Store(nil)
		for range 2 { // it takes the turn, and keeps it
			if !holder.takeTurn() {
				t.Fatalf("%+v: nobody else had the turn, and it is not to be had", c)
			}
		}
		holder.endTurn()
		if other.takeTurn() != c.taken || holder.takeTurn() == c.taken {
			t.Errorf("%+v: the turn is %p's", c, tunerTrying.Load())
		}
	}
}
