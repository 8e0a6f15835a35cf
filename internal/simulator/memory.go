package simulator

import "example.com/overlap/internal/tune"

// memory is what calls hold, and what is garbage until the next collection: when there is as much as was alive at the
// last (GOGC=100), or the limit is near.
type memory struct {
	used, live, survived, limit, peak int64
	cycles                            int64
}

// LimitMemory says how many bytes the process may use.
func (m *Machine) LimitMemory(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.memory.limit = bytes
}

// Allocate has a call hold so many bytes more, or that many less if it is negative.
func (m *Machine) Allocate(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := &m.memory
	h.live += bytes
	h.used += max(0, bytes)
	if h.used > max(2*h.survived, 4<<20) || h.limit > 0 && h.used > h.limit/10*9 {
		h.used, h.survived = h.live, h.live
		h.cycles++
	}
	h.peak = max(h.peak, h.used)
}

// PeakMemory is the most that was used.
func (m *Machine) PeakMemory() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.memory.peak
}

func (h *memory) reading() tune.Memory {
	return tune.Memory{Used: h.used, Live: h.survived, Cycles: h.cycles, Limit: h.limit}
}
