package overlap

import (
	"syscall"

	"example.com/overlap/internal/tune"
)

// lackOf is what binds where calls meet a limit of this machine.
func lackOf(limit error) tune.Bound {
	switch limit {
	case syscall.EMFILE, syscall.ENFILE:
		return tune.ByDescriptors
	case syscall.EADDRNOTAVAIL:
		return tune.ByPorts
	case syscall.EAGAIN:
		return tune.ByThreads
	}
	return tune.ByMemory
}

// lacks is told that a call, which is held back, met a limit of this machine while so many others ran. How long it took says
// nothing of what calls take.
func (t *tuner) lacks(c Call, limit error, others int) {
	c.worker.claimed = 0
	r := tune.Reading{CPU: -1}
	t.read(&r)
	t.mu.Lock()
	t.control().Lacks(r, lackOf(limit), others)
	t.mu.Unlock()
	t.hurry()
}

// lacksNothing is told that what calls met was none: the address is not there that they want to be reached from.
func (t *tuner) lacksNothing() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.control().LacksNothing()
}
