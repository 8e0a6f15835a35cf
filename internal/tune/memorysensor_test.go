package tune

import (
	"testing"
	"testing/synctest"
	"time"
)

// What the system says of memory costs much where there are control groups, and so is asked for the more rarely the more
// it costs.
func TestTheLimitIsReadTheMoreRarelyTheMoreItCosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, asked := newMemorySensor(), 0
		m.limit.read = func(int64) (int64, int64) {
			time.Sleep(time.Millisecond)
			asked++
			return 1 << 50, 0
		}
		for range 100 {
			if seen := m.look(time.Now()); seen.Used <= 0 || seen.Limit != 1<<50 {
				t.Fatalf("got %+v", seen)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if asked != 2 { // at once, and after 500 ms
			t.Errorf("asked %d times in a second, want 2", asked)
		}
	})
}

// What was left may be used up before that is over.
func TestTheLimitIsReadAgainOnceMuchOfTheRestIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, asked := newMemorySensor(), 0
		m.limit.read = func(used int64) (int64, int64) {
			time.Sleep(time.Second)
			asked++
			return used + 16<<30, 0 // far more than the tests of this process come to use meanwhile
		}
		m.look(time.Now())
		m.limit.used -= 1 << 30 // as if so much had been used since
		time.Sleep(10 * time.Millisecond)
		if m.look(time.Now()); asked != 1 {
			t.Errorf("after a sixteenth: asked %d times, want once", asked)
		}
		m.limit.used -= 2 << 30
		time.Sleep(10 * time.Millisecond)
		if m.look(time.Now()); asked != 2 {
			t.Errorf("after more: asked %d times, want twice", asked)
		}
	})
}
