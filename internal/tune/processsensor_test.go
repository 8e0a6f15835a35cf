package tune

import (
	"testing"
	"testing/synctest"
	"time"
)

// Processes are looked at for a fiftieth of the time, whatever the first look at all of the machine cost, and one in the
// middle of which there was no core.
func TestProcessesAreReadAsOftenAsIsCheap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, reads := newProcessSensor(), 0
		takes := time.Millisecond / 5
		p.read = func() Processes {
			reads++
			switch reads {
			case 1, 4:
				time.Sleep(5 * time.Millisecond)
			default:
				time.Sleep(takes)
			}
			return Processes{Running: reads}
		}
		var at []time.Duration
		for begun := time.Now(); time.Since(begun) < 100*time.Millisecond; time.Sleep(time.Millisecond) {
			before := reads
			if p.look(time.Now(), false); reads > before {
				at = append(at, time.Since(begun).Truncate(time.Millisecond))
			}
		}
		// At once again, as it is not known what a look costs, then after 10 ms each, and after twice that once.
		if len(at) < 9 || len(at) > 11 {
			t.Errorf("read %d times in 100 ms, at %v, want 10 times or so", len(at), at)
		}
		if seen := p.look(time.Now(), true); seen.Running != reads || seen.Age != 0 && seen.Age > takes {
			t.Errorf("asked for at once: got %+v", seen)
		}
	})
}
