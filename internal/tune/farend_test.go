package tune

import "testing"

func TestTopOfTheParabola(t *testing.T) {
	law := func(n int) measured {
		x := float64(n)
		return measured{level: n, rate: 10 * x / (1 + .02*(x-1) + .0005*x*(x-1))}
	}
	if got := top(law(16), law(32), law(64)); got < 42 || got > 46 { // by theory, 44.3
		t.Errorf("got %d", got)
	}
	flat := func(n int) measured { return measured{level: n, rate: 100} }
	if got := top(flat(16), flat(32), flat(64)); got != 32 {
		t.Errorf("of a flat line: got %d, want 32", got)
	}
}
