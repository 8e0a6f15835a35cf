package tune

import (
	"testing"
	"time"
)

// No more calls are in flight than keep the cores busy: those that want one, and as many as wait meanwhile.
func TestCrowd(t *testing.T) {
	for name, c := range map[string]struct{ inFlight, busy, running, from, to int }{
		"all compute":                     {32, 32, 32, 4, 4},
		"most compute":                    {32, 30, 30, 8, 10},
		"most wait":                       {32, 8, 8, 0, 0},
		"about as many as keep them busy": {5, 5, 5, 0, 0},
		"few compute, in many processes":  {16, 4, 16, 0, 0},
		"the cores have room":             {32, 2, 2, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var w crowd
			for at := time.Duration(0); at < 4*time.Second; at += 10 * ms {
				r := Reading{At: at, InFlight: c.inFlight, Ended: int64(at / (20 * ms))}
				r.Processes = Processes{Known: true, Running: c.running, Busy: c.busy, CPU: time.Duration(min(4, c.running)) * at}
				w.look(r, at, 4)
			}
			if w.cap < c.from || w.cap > c.to {
				t.Errorf("of %d in flight %d want a core, and there may be %d, want %d to %d", c.inFlight, c.busy, w.cap, c.from, c.to)
			}
		})
	}
}
