package tune

import "testing"

// One more is tried after some rounds, ever more rarely while that finds nothing, and more once it finds something.
func TestLackIsTriedAgain(t *testing.T) {
	c := New(Settings{Cores: 2, Start: 100})
	r := Reading{Wanted: 5000, Left: -1}
	there, tries, most := 50, 0, 0
	pass := func(rounds int) {
		for range rounds {
			r.At += 100 * ms
			r.InFlight = min(c.Level(), there)
			r.Ended, r.Timed = r.Ended+int64(r.InFlight), r.Timed+int64(r.InFlight)
			r.Took += 100 * ms * 50
			if c.Level() > there {
				tries++
				c.Lacks(r, ByDescriptors, there)
			}
			r.InFlight = c.Level()
			most = max(most, c.Look(r).Level)
		}
	}
	pass(1)
	if most = 0; c.Level() != 50 || c.bound != ByDescriptors {
		t.Fatalf("at first %d in flight, by %v", c.Level(), c.bound)
	}
	if pass(500); tries < 4 || tries > 12 || most > 53 || c.Level() < 50 {
		t.Errorf("tried %d times, up to %d in flight, in the end %d", tries, most, c.Level())
	}
	if there = 90; c.Level() < 50 {
		t.Fatal(c.Level())
	}
	if pass(2000); c.Level() < 80 {
		t.Errorf("with 90 to be had, %d in flight", c.Level())
	}
	if c.LacksNothing(); c.Look(r).Bound == ByDescriptors {
		t.Error("it still lacks something")
	}
}
