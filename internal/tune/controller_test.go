package tune

import (
	"testing"
	"time"
)

func TestLevelIsAtLeastOneAndAtMostMax(t *testing.T) {
	c := New(Settings{Cores: 8, Max: 3})
	if c.Level() != 3 {
		t.Errorf("begins with %d, want 3", c.Level())
	}
	for i := range 100 {
		advice := c.Look(Reading{At: time.Duration(i) * ms, CPU: -1, InFlight: c.Level(), Wanted: 1000, Left: -1})
		if advice.Level < 1 || advice.Level > 3 {
			t.Fatalf("reading %d: level %d", i, advice.Level)
		}
	}
}

func FuzzController(f *testing.F) {
	f.Add([]byte{1, 2, 3, 200, 5, 6})
	f.Fuzz(func(t *testing.T, script []byte) {
		c := New(Settings{Cores: 2})
		var r Reading
		for i, b := range script {
			r.At += time.Duration(b) * ms / 8
			r.CPU += time.Duration(b%7) * ms
			r.Running, r.Runnable, r.Blocked = int(b%3), int(b/64), int(b%2)
			r.InFlight, r.Wanted, r.Left = min(c.Level(), int(b)), int(b)*4, int(b)*8-1
			if i%3 == 0 {
				r.Ended += int64(b)
				r.Timed, r.Took = r.Ended, r.Took+time.Duration(b)*ms
			}
			if b%5 == 0 {
				c.Refused(r, time.Duration(b)*ms, time.Duration(b/100)*time.Second)
			}
			if advice := c.Look(r); advice.Level < 1 || advice.Wait < 0 || advice.Rate < 0 || advice.Rate != advice.Rate {
				t.Fatalf("reading %d: %+v", i, advice)
			}
		}
		c.Report(r)
	})
}
