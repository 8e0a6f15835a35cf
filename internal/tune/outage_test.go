package tune

import (
	"testing"
	"time"
)

// Where the far end was down and a call got through, fewer empty waves are waited for, until several get through without a refusal:
// where most calls are refused for what they ask, the waits would never end.
func TestAnOutageIsWaitedForLessTheNextTime(t *testing.T) {
	var o outage
	empty := func() (waves int) {
		for !o.isDown() {
			o.wait(Reading{}, ms, 0, false)
			waves++
		}
		o.resumed()
		return waves
	}
	for _, want := range []int{mostEmpty, mostEmpty / 2, mostEmpty / 4, 1, 1} {
		if got := empty(); got != want {
			t.Errorf("it counts as down after %d empty waves, want %d", got, want)
		}
	}
	o.refused(backUp - 1)
	if got := empty(); got != 1 {
		t.Errorf("after %d calls that got through it counts as down after %d empty waves, want 1", backUp-1, got)
	}
	o.refused(2*backUp - 1)
	if got := empty(); got != mostEmpty {
		t.Errorf("after %d in a row it counts as down after %d empty waves, want %d", backUp, got, mostEmpty)
	}
}

// Where calls got through before, it takes calls that had not been refused yet to tell an outage from chance, and only one in two that are
// tried is such a call: so many waves must be waited for.
func TestAnOutageIsToldFromChance(t *testing.T) {
	const got = 300
	for _, test := range []struct {
		name                string
		refused             int // of calls that ended before the outage
		forInputs, newCalls bool
		isDown              bool // after a minute
	}{
		{"half were refused before", got, false, true, false},
		{"none were refused before", 0, false, true, false},
		{"most were refused before", 100 * got, false, true, true},
		{"no other call is made", got, false, false, true},
		{"of inputs that are refused", got, true, true, true},
	} {
		var o outage
		for range test.refused {
			o.refusedFirst(Reading{})
		}
		r := Reading{Ended: got}
		for waves := 1; r.At < time.Minute && !o.isDown(); waves++ {
			if test.newCalls && waves%2 == 0 {
				o.refusedFirst(r)
			}
			o.wait(r, ms, got, test.forInputs)
			r.At += o.pause
		}
		if o.isDown() != test.isDown {
			t.Errorf("%s: after %v it counts as down: %v, want %v", test.name, r.At, o.isDown(), test.isDown)
		}
	}
}
