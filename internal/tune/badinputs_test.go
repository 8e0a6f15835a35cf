package tune

import (
	"testing"
	"time"
)

// askedAgain has calls that were refused at a moment be made again one after another, after each of which so many others get
// through and so many are refused, of those that began since.
func (b *badInputs) askedAgain(since, at time.Duration, calls, through, refused int) {
	for range calls {
		for range through {
			b.answered(at, false)
		}
		for range refused {
			b.answered(at, true)
		}
		b.refusedAgain(since, at)
	}
}

// Calls that are refused again and again while others get through are refused for what they ask, however many of those there are;
// the more of the others are refused, the more it takes.
func TestBadInputsAreKnown(t *testing.T) {
	for _, c := range []struct{ through, refused, least, most int }{
		{20, 0, 2, 4}, {8, 2, 5, 12}, {5, 5, 10, 30},
	} {
		var b badInputs
		calls := 0
		for ; !b.known && calls < 100; calls++ {
			b.askedAgain(time.Second, 2*time.Second, 1, c.through, c.refused)
		}
		if calls < c.least || calls > c.most {
			t.Errorf("where %d others get through and %d do not, it is known after %d calls, want %d to %d", c.through, c.refused, calls, c.least, c.most)
		}
	}
}

// What share is refused for what it asks is not taken from calls of which only those that got through have come back.
func TestShareOfBadInputsWhereRefusalsAreSlow(t *testing.T) {
	var b badInputs
	b.answered(time.Second, true)
	for range 8 {
		b.answered(2*time.Second, false)
	}
	for range 2 {
		b.answered(2*time.Second, true)
	}
	for range 50 { // and ten that have not come back, as they began together with the one that has, or later
		b.answered(3*time.Second, false)
		b.answered(4*time.Second, false)
	}
	if b.refusedAgain(time.Second, 3*time.Second); b.share < 0.2 || b.share > 0.3 {
		t.Errorf("the share is %.2f, want a fifth", b.share)
	}
}

// Nothing is known while no other call gets through that began later, as in an outage.
func TestBadInputsNeedOthersThatGetThrough(t *testing.T) {
	var b badInputs
	b.askedAgain(time.Second, time.Second/2, 100, 5, 0) // which began before
	b.askedAgain(time.Second, 2*time.Second, 100, 0, 1)
	if b.known || b.evidence > 0 {
		t.Errorf("there is evidence of %v", b.evidence)
	}
}

// Calls that get through the next time speak against it, also once it was known.
func TestBadInputsAreForgotten(t *testing.T) {
	var b badInputs
	b.askedAgain(time.Second, 2*time.Second, 100, 5, 5)
	if !b.known {
		t.Fatal("it is not known")
	}
	for range 10 {
		b.gotThrough(time.Second)
	}
	if b.known {
		t.Error("it is still known when 10 have got through")
	}
	for range 20 { // as of any calls of which half are refused
		b.askedAgain(time.Second, 2*time.Second, 1, 5, 5)
		b.gotThrough(time.Second)
	}
	if b.known {
		t.Error("it is known of calls of which half get through")
	}
}

// Where it was known, and too much was asked as well, twice as much evidence is needed the next time.
func TestBadInputsNeedMoreOnceTheyWereNotAll(t *testing.T) {
	known := func(b *badInputs) (calls int) {
		for ; !b.known && calls < 100; calls++ {
			b.askedAgain(time.Second, 2*time.Second, 1, 5, 5)
		}
		return calls
	}
	var b badInputs
	first := known(&b)
	b.drop(time.Second)
	if second := known(&b); second < 2*first-1 {
		t.Errorf("it is known after %d calls, and again after %d", first, second)
	}
}

// Refusals of calls that began before the evidence was dropped are of the same time, and say no more than it did: of a rate that even a
// few calls at once exceeded it was known right afterwards that all refusals were for what calls ask, and as much was asked as could be.
func TestBadInputsAreOfNoCallsFromBefore(t *testing.T) {
	for again, want := range map[time.Duration]bool{2 * time.Second: false, 4 * time.Second: true} {
		var b badInputs
		b.drop(3 * time.Second)
		b.askedAgain(time.Second, again, 100, 5, 5)
		if b.known != want {
			t.Errorf("of calls made again at %v, dropped at 3s: known %v, want %v", again, b.known, want)
		}
	}
}
