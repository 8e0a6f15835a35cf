package cli

import (
	"fmt"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
)

// machineInterval is how often the machine is looked at for --load and --memfree.
const machineInterval = time.Second

// machineGate keeps calls from starting while the machine has too much to do, or too little memory.
type machineGate struct {
	gate   *overlap.Gate
	limits limitFlags
	busy   func() (int64, error) // how many threads run, or wait for a processor
	free   func() (int64, error) // bytes
	say    func(text string)
	told   bool // that calls wait
}

// gate looks at the machine now and each second until stop is called. It is nil where no flag asks for it.
func (f *limitFlags) gate(say func(text string)) (gate *overlap.Gate, stop func(), err error) {
	if f.load.calls == 0 && f.memoryFree == 0 {
		return nil, func() {}, nil
	}
	g := &machineGate{gate: overlap.NewGate(), limits: *f, busy: busyThreads, free: freeMemory, say: say}
	if err := g.look(); err != nil {
		return nil, nil, err
	}
	return g.gate, every(machineInterval, func() { _ = g.look() }), nil // as it is, when the machine does not tell
}

// look opens or closes the gate.
func (g *machineGate) look() error {
	why, err := g.lacks()
	switch {
	case err != nil:
		return err
	case why == "":
		g.gate.Open()
		return nil
	}
	g.gate.Close()
	if !g.told {
		g.told = true
		g.say("calls wait: " + why)
	}
	return nil
}

// lacks says why calls have to wait; "" if they need not.
func (g *machineGate) lacks() (why string, err error) {
	if most := int64(g.limits.load.calls); most > 0 {
		busy, err := g.busy()
		if err != nil {
			return "", usageErrorf("--load cannot be: %w", err)
		}
		if busy > most {
			return fmt.Sprintf("the machine has %s to run, and --load allows %s",
				figures.Counted(busy, "thread", "threads"), figures.Grouped(most)), nil
		}
	}
	if least := g.limits.memoryFree; least > 0 {
		free, err := g.free()
		if err != nil {
			return "", usageErrorf("--memfree cannot be: %w", err)
		}
		if free < int64(least) {
			return fmt.Sprintf("%s of memory are free, and --memfree wants %s", figures.Count(free, "byte"), &least), nil
		}
	}
	return "", nil
}
