package tune

import (
	"testing"
	"time"
)

const ms = time.Millisecond

func TestGate(t *testing.T) {
	for _, test := range []struct {
		name     string
		readings []Reading
		want     []opening
	}{
		{"both cores are free, twice in a row",
			[]Reading{{CPU: -1}, {CPU: -1}, {CPU: -1}}, []opening{closed, open, open}},
		{"more than half of the cores are busy", []Reading{{Running: 3, CPU: -1}, {Running: 2, Runnable: 1, CPU: -1}}, []opening{ajar, ajar}},
		{"calls wait for a core", []Reading{{Running: 2, Runnable: 2, CPU: -1}}, []opening{closed}},
		{"one look that sees no work says nothing",
			[]Reading{{CPU: -1}, {Running: 4, CPU: -1}, {CPU: -1}}, []opening{closed, closed, closed}},
		{"the goroutine that looks waits for a core", []Reading{{Delay: 10 * ms, CPU: -1}}, []opening{closed}},
		{"a core is held by a system call that waits", []Reading{{Delay: 10 * ms, Blocked: 2, CPU: -1}}, []opening{open}},
		{"the cores are busy with C, which Go does not see",
			[]Reading{{Blocked: 4, CPU: 0}, {At: 20 * ms, Blocked: 4, CPU: 80 * ms}, {At: 21 * ms, Blocked: 4, CPU: 80 * ms}},
			[]opening{closed, closed, closed}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newGate(4)
			for i, r := range test.readings {
				if got := g.look(r, false); got != test.want[i] {
					t.Errorf("look %d: got %d, want %d", i, got, test.want[i])
				}
			}
		})
	}
}

// Where calls keep the collector busy, a core must be seen free more often, and while it marks that says nothing.
func TestGateWhileTheCollectorIsBusy(t *testing.T) {
	g := newGate(4)
	for i, marks := range []bool{false, false, true, false, true, false} {
		want := closed
		if i == 5 { // the fourth that counts
			want = open
		}
		if got := g.look(Reading{CPU: -1, Ended: 1, Collecting: marks}, true); got != want {
			t.Errorf("look %d: got %d, want %d", i, got, want)
		}
	}
}

// Calls that wait while the collector marks, and at no other time, would not fill the cores that are not busy.
func TestGateDoesNotFillForTheCollector(t *testing.T) {
	for marks, want := range map[bool]int{true: 0, false: 80} {
		g := newGate(4)
		for i := range 22 {
			r := Reading{At: time.Duration(i) * ms, CPU: time.Duration(i) * ms, InFlight: 40, Running: 4, Runnable: 36}
			if i%4 != 0 {
				r.Runnable, r.Collecting = 0, marks
			}
			g.look(r, true)
			if got := g.filling(r, true); i == 20 && got != want || i != 20 && got != 0 {
				t.Errorf("the collector marks %v, look %d: %d would fill the cores", marks, i, got)
			}
		}
	}
}

// Calls that take turns leave cores free for moments that no look sees: the share of the cores' time does.
func TestGateGoesByTheCoresShare(t *testing.T) {
	for _, test := range []struct {
		name string
		last Reading
		want int
	}{
		{"most calls wait", Reading{CPU: 64 * ms, Running: 4, InFlight: 40}, 53},
		{"most calls want a core", Reading{CPU: 64 * ms, Running: 4, Runnable: 20, InFlight: 40}, 0},
		{"the cores are busy", Reading{CPU: 79 * ms, Running: 4, InFlight: 40}, 0},
		{"others leave no core idle", Reading{CPU: 64 * ms, Running: 4, InFlight: 40, Neighbours: Neighbours{2, true}}, 0},
		{"never more than twice as many", Reading{CPU: 8 * ms, Running: 1, InFlight: 40}, 80},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newGate(4)
			g.look(Reading{}, false)
			test.last.At = utilizationWindow
			g.look(test.last, false)
			if got := g.filling(test.last, false); got != test.want {
				t.Errorf("%d calls would fill the cores, want %d", got, test.want)
			}
			again := test.last
			again.At += ms
			if g.look(again, false); g.filling(again, false) != 0 {
				t.Error("goes by the same window twice")
			}
		})
	}
}

// Where others leave no core idle, goroutines that mostly run or want to say that more calls bring nothing, whatever little
// CPU time they get; those that mostly wait do not.
func TestGateBesideNeighbours(t *testing.T) {
	for _, test := range []struct {
		name    string
		running int // at each look but the last two
		full    bool
		want    opening
	}{
		{"most calls want a core", 4, true, closed},
		{"most calls wait", 1, true, open},
		{"there are no neighbours", 4, false, open},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newGate(4)
			last := opening(closed)
			for i := range 40 {
				r := Reading{At: time.Duration(i) * ms, CPU: time.Duration(i) * ms, Running: test.running}
				r.Neighbours = Neighbours{Used: 3, Full: test.full}
				if i >= 38 {
					r.Running = 0
				}
				last = g.look(r, false)
			}
			if last != test.want {
				t.Errorf("got %d, want %d", last, test.want)
			}
		})
	}
}
