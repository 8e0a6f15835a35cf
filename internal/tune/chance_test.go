package tune

import (
	"testing"
	"time"
)

// refuse has so many calls get through and then one refused, again and again until so many have been refused, while that many
// get through in a second.
func (c *chance) refuse(r *Reading, refused *int64, passed, times int64, rate float64) {
	for range times {
		r.Ended += passed
		r.At += time.Duration(float64(passed) / rate * float64(time.Second))
		*refused++
		c.look(*r, 0, *refused)
	}
}

// As large a share refused of far less, again and again, is tried with some calls: if about the same share of them is refused, and
// not none or far more, it was by chance, until far more are.
func TestRefusalsByChance(t *testing.T) {
	for _, ofThose := range []int64{0, 6, 58} { // refused of those, when it is tried
		var c chance
		var r Reading
		var refused int64
		for rate := 1000.0; rate > 100; rate /= 3 {
			c.refuse(&r, &refused, 10, chanceRefusals, rate)
		}
		if c.suspicion != tried {
			t.Fatalf("a tenth is refused of less and less: suspicion %d, want that it is tried", c.suspicion)
		}
		const all = 60
		r.Ended += all - ofThose
		refused += ofThose
		if !c.look(r, 0, refused) || (c.suspicion == sure) != (ofThose == 6) {
			t.Errorf("%d of %d were refused when it was tried: suspicion %d", ofThose, all, c.suspicion)
		}
		if c.suspicion != sure {
			continue
		}
		c.refuse(&r, &refused, 10, 10*chanceRefusals, 1000)
		if c.suspicion != sure {
			t.Error("the same share is refused afterwards: no more by chance")
		}
		refused += 10 * chanceRefusals
		if c.look(r, 0, refused); c.suspicion != unlikely {
			t.Error("far more are refused: still by chance")
		}
	}
}

// A limit is no chance: what is asked beyond it is refused, and less and less of it as less is asked.
func TestRefusalsByALimit(t *testing.T) {
	var c chance
	var r Reading
	var refused int64
	for _, passed := range []int64{2, 5, 20, 100, 200, 200, 200} {
		if c.refuse(&r, &refused, passed, chanceRefusals, 100); c.suspicion != unlikely {
			t.Fatalf("one of %d refused, as many get through in a second: suspicion %d", passed+1, c.suspicion)
		}
	}
}

// What was in flight when it began to be tried says nothing of fewer calls, neither if it gets through nor if it is refused.
func TestWhatWasInFlightBeforeItWasTriedDoesNotCount(t *testing.T) {
	c := chance{share: .5, rate: 100, falls: leastFalls}
	r := Reading{At: time.Second, Ended: 10, InFlight: 60}
	if c.look(r, 0, 10); c.suspicion != tried {
		t.Fatalf("suspicion %d, want that it is tried", c.suspicion)
	}
	refused := int64(10)
	for range 30 { // half of them are refused
		r.Ended++
		refused++
		c.forget(r.At - time.Millisecond)
		if c.look(r, 0, refused) {
			t.Fatalf("after %d that had begun before, the suspicion is %d", refused, c.suspicion)
		}
	}
	r.At += time.Second
	r.InFlight = chanceCalls
	r.Ended += chanceCalls
	if c.look(r, 0, refused); c.suspicion != unlikely {
		t.Errorf("none of the others is refused, and the suspicion is %d", c.suspicion)
	}
}
