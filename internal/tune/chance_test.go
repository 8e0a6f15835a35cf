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
		c.refused(r.At, 0, 1)
		c.look(*r, 0, *refused, true)
	}
}

// ofThose has so many calls end of which so many are refused.
func (c *chance) ofThose(r *Reading, refused *int64, all, those int64) (changed bool) {
	r.At += time.Second
	r.Ended += all - those
	*refused += those
	for range those {
		c.refused(r.At, 0, 1)
	}
	return c.look(*r, 0, *refused, true)
}

// As large a share refused of far less, again and again, is tried with some calls: if about the same share of them is refused, and
// not none or far more, and then of as many that start more slowly, it was by chance, until far more are.
func TestRefusalsByChance(t *testing.T) {
	const all = 60
	for _, of := range []struct{ few, slow int64 }{{0, 0}, {6, 6}, {6, 0}, {6, 58}, {58, 0}} { // refused when it is tried
		var c chance
		var r Reading
		var refused int64
		for rate := 1000.0; c.suspicion == unlikely && rate > 100; rate /= 3 {
			c.refuse(&r, &refused, 10, chanceRefusals, rate)
		}
		if c.suspicion != tried {
			t.Fatalf("a tenth is refused of less and less: suspicion %d, want that it is tried", c.suspicion)
		}
		if !c.ofThose(&r, &refused, all, of.few) || (c.suspicion == paced) != (of.few == 6) {
			t.Errorf("%d of %d were refused when it was tried: suspicion %d", of.few, all, c.suspicion)
		}
		if c.suspicion != paced {
			continue
		}
		if c.ofThose(&r, &refused, all, of.slow) {
			t.Errorf("it is known at once what comes of starting more slowly: suspicion %d", c.suspicion)
		}
		if !c.ofThose(&r, &refused, all, of.slow) || (c.suspicion == sure) != (of.slow == 6) {
			t.Errorf("%d of %d were refused that started more slowly: suspicion %d", of.slow, all, c.suspicion)
		}
		if got := c.fine; of.slow == 0 && got != all-6 {
			t.Errorf("hardly any was refused that started more slowly, and it is known that %v get through in a second, want %v", got, all-6)
		}
		if c.suspicion != sure {
			continue
		}
		c.refuse(&r, &refused, 10, 10*chanceRefusals, 1000)
		if c.suspicion != sure {
			t.Error("the same share is refused afterwards: no more by chance")
		}
		refused += 10 * chanceRefusals
		for range 10 * chanceRefusals {
			c.refused(r.At, 0, 1)
		}
		if c.look(r, 0, refused, true); c.suspicion != unlikely {
			t.Error("far more are refused: still by chance")
		}
	}
}

// Of few refusals the share may be seen too large: how much got through when it was smaller stays what less is compared with, or calls
// sink to a rate from which there is no far less.
func TestALargerShareOfLess(t *testing.T) {
	var c chance
	var r Reading
	var refused int64
	c.refuse(&r, &refused, 8, chanceRefusals, 480)
	c.refuse(&r, &refused, 2, chanceRefusals, 30)
	if c.refuse(&r, &refused, 9, chanceRefusals, 10); c.suspicion != tried {
		t.Errorf("a ninth is refused of 480 a second, a third of 30 and a tenth of 10: suspicion %d, want that it is tried", c.suspicion)
	}
}

// A share that is many times as large is another one: a bucket that had been full is empty.
func TestAFarLargerShareOfLess(t *testing.T) {
	var c chance
	var r Reading
	var refused int64
	c.refuse(&r, &refused, 40, chanceRefusals, 180)
	if c.refuse(&r, &refused, 2, chanceRefusals, 90); c.suspicion != unlikely {
		t.Errorf("one of 41 is refused of 180 a second, a third of 90: suspicion %d", c.suspicion)
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
	if c.look(r, 0, 10, true); c.suspicion != tried {
		t.Fatalf("suspicion %d, want that it is tried", c.suspicion)
	}
	refused := int64(10)
	for range 30 { // half of them are refused
		r.Ended++
		refused++
		c.refused(r.At-time.Millisecond, 0, 0)
		if c.look(r, 0, refused, true) {
			t.Fatalf("after %d that had begun before, the suspicion is %d", refused, c.suspicion)
		}
	}
	r.At += time.Second
	r.InFlight = chanceCalls
	r.Ended += chanceCalls
	if c.look(r, 0, refused, true); c.suspicion != unlikely {
		t.Errorf("none of the others is refused, and the suspicion is %d", c.suspicion)
	}
}

// Where each call is refused the first time only, all are refused that are tried, and get through when they are made again.
func TestCallsThatAreRefusedTheFirstTime(t *testing.T) {
	c := chance{share: .5}
	r := Reading{InFlight: chanceCalls}
	c.try(r, 0, 0)
	refused := int64(0)
	for again := range 10 {
		r.InFlight = 4 * chanceCalls
		for range 4 * chanceCalls {
			refused++
			c.refused(r.At, ms, 0)
			c.look(r, 0, refused, true)
		}
		r.At += 10 * ms
		r.Ended += 4 * chanceCalls
		r.InFlight = 0
		want := sure
		if again < 2 {
			want = paced
		}
		if c.look(r, 0, refused, true); c.suspicion != want {
			t.Fatalf("all were refused once %d times: suspicion %d, want %d", again+1, c.suspicion, want)
		}
	}
}

// As long as a refusal may still come, none says nothing.
func TestRefusalsThatAreSlowerThanCalls(t *testing.T) {
	c := chance{share: .5, slowest: 20 * ms}
	r := Reading{}
	c.try(r, 0, 0)
	r.At, r.Ended = 10*ms, 2*chanceCalls
	if c.look(r, 0, 0, true) {
		t.Fatalf("suspicion %d before a refusal could have come", c.suspicion)
	}
	r.At = 100 * ms
	if c.look(r, 0, 0, true); c.suspicion != unlikely {
		t.Errorf("suspicion %d where none is refused", c.suspicion)
	}
}

// Where a far end breaks down under what is asked once no refusal slows it down, it was no chance.
func TestRefusalsByChanceOfAFarEndThatBreaksDown(t *testing.T) {
	c := chance{suspicion: sure, share: .3, rate: 1000}
	r := Reading{At: time.Second, Ended: 2 * chanceFlood}
	if c.look(r, 0, chanceFlood, true); c.suspicion != unlikely {
		t.Errorf("suspicion %d where a tenth as many calls get through", c.suspicion)
	}
}

// A trial ends as soon as hardly anything gets through of calls that had been refused before, even if the share was so small that
// it takes many calls to see it again.
func TestATrialEndsWhereNothingGetsThrough(t *testing.T) {
	c := chance{suspicion: tried, share: leastChance}
	c.begin(Reading{}, 0, 0)
	r := Reading{At: ms}
	calls := int64(0)
	for ; c.suspicion == tried && calls < 100; calls++ {
		c.refused(r.At, ms, 1)
		c.look(r, 0, calls+1, true)
	}
	if calls > 2*chanceCalls || c.suspicion != unlikely {
		t.Errorf("after %d refusals the suspicion is %d", calls, c.suspicion)
	}
}

// A trial may end since the same inputs are refused again and again before anything gets through. But where of the other calls far more are
// refused than before, too much was asked.
func TestATrialInWhichCallsAreRefusedAgain(t *testing.T) {
	for _, test := range []struct {
		first int64 // how many of eight calls that had not been refused before are
		share float64
		want  bool // it may be for what they ask
	}{{3, .2, true}, {4, .14, false}, {4, .3, true}, {7, .8, true}, {8, .8, false}} {
		c := chance{share: test.share}
		c.try(Reading{}, 0, 0)
		r := Reading{At: ms, Ended: 8 - test.first, InFlight: 16, Timed: 8, Took: 8 * ms}
		for range chanceCalls {
			c.refused(r.At, ms, 1)
		}
		if c.look(r, 0, chanceCalls+test.first, true); c.suspicion != unlikely || c.repeats != test.want {
			t.Errorf("%d of 8 are refused, where it was %v: suspicion %d, by repeats %t", test.first, test.share, c.suspicion, c.repeats)
		}
	}
}

// Refusals for what calls ask slow nobody down, but for far more of them, as of a far end of which too much is asked.
func TestMoreRefusalsThanForInputs(t *testing.T) {
	for _, share := range []float64{.01, .1, .5} {
		c := chance{suspicion: sure, ofInputs: true, share: share}
		if c.isMore(window{refused: int64(100 * share), passed: 50, flying: int64(50-100*share) + 1}) {
			t.Errorf("as many as %v of all are too many", share)
		}
		if !c.isMore(window{refused: 118, passed: 0, flying: 10}) {
			t.Errorf("118 of 128 are no more than %v of all", share)
		}
	}
}

// Nor do they where windows of so many refusals are over before most of what is in flight has come back: 45,000 calls were refused.
func TestFarMoreRefusalsThanForInputsBesideManyInFlight(t *testing.T) {
	for _, refused := range []int64{5, 44} { // beside ten that get through
		c := chance{suspicion: sure, ofInputs: true, share: 1. / 3}
		r := Reading{InFlight: 63, Timed: 1, Took: 5 * ms}
		var seen int64
		for range 100 {
			r.At += 10 * ms
			r.Ended += 10
			seen += refused
			c.look(r, 0, seen, false)
		}
		if (c.suspicion == sure) != (refused == 5) {
			t.Errorf("%d of %d are refused where a third should be: suspicion %d", refused, refused+10, c.suspicion)
		}
	}
}

// What gets through in a second is not taken from a moment: when refusals turned out to be for what calls ask just after a window had
// begun, four calls in no time were four million a second, and that hardly any of those got through had all calls held back again.
func TestInputsAreBlamedAtTheBeginningOfAWindow(t *testing.T) {
	for _, before := range []suspicion{unlikely, tried, sure} {
		c := chance{suspicion: before, rate: 200, share: 0.2}
		r := Reading{At: time.Second, Ended: 10, Timed: 10, Took: 500 * time.Millisecond, InFlight: 16}
		var refused int64
		c.begin(r, 0, refused)
		r.Ended, r.Timed, r.Took = 14, 14, 700*time.Millisecond
		c.blameInputs(r, 0, refused, 0.2)
		for range 4 {
			r.At += 50 * time.Millisecond
			r.Ended, r.InFlight = r.Ended+64, 128
			refused += 16
			c.look(r, 0, refused, false)
		}
		if c.suspicion != sure || !c.ofInputs {
			t.Errorf("from suspicion %d on: a fifth is refused of 1280 a second, and suspicion is %d", before, c.suspicion)
		}
	}
}
