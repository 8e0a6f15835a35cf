package simulator

// threads are those that the process has: one for each call in a system call, and one a core.
type threads struct{ room, peak int }

// LimitThreads says how many threads the process may have.
func (m *Machine) LimitThreads(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.threads.room = n
}

// PeakThreads is how many it had at most.
func (m *Machine) PeakThreads() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.threads.peak
}

func (t *threads) take(n int) { t.peak = max(t.peak, n) }
