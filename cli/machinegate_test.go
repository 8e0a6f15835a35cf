package cli

import (
	"errors"
	"testing"

	"example.com/overlap"
)

// The gate is closed while there is too much to do or too little memory, which is told once.
func TestMachineGate(t *testing.T) {
	var busy, free int64
	var failure error
	said := 0
	g := &machineGate{
		gate: overlap.NewGate(), limits: limitFlags{load: loadLimit{atOnce{calls: 2}}, memoryFree: 100},
		busy: func() (int64, error) { return busy, failure }, free: func() (int64, error) { return free, failure },
		say: func(string) { said++ },
	}
	for _, s := range []struct {
		busy, free int64
		closed     bool
	}{{2, 100, false}, {3, 100, true}, {2, 99, true}, {0, 1000, false}, {4, 0, true}} {
		busy, free = s.busy, s.free
		if err := g.look(); err != nil || g.gate.Closed() != s.closed {
			t.Errorf("with %d threads and %d bytes it is closed: %t, %v", busy, free, g.gate.Closed(), err)
		}
	}
	if said != 1 {
		t.Errorf("it was told %d times", said)
	}
	failure = errors.New("nobody knows")
	if err := g.look(); !errors.Is(err, failure) || !g.gate.Closed() {
		t.Errorf("the gate has changed without a reason, or there was no error: %v", err)
	}
}
