package tune

import "testing"

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
