package simulator

import "time"

// Lock is a mutex of a machine. A sync.Mutex would not do, as the clock of a bubble stands still while one is waited for.
type Lock struct {
	machine *Machine
	free    chan struct{}
}

// NewLock returns a lock that nobody has.
func (m *Machine) NewLock() *Lock { return &Lock{m, make(chan struct{}, 1)} }

// Hold computes for so long with the lock.
func (l *Lock) Hold(d time.Duration) {
	begun := time.Now()
	l.free <- struct{}{}
	l.machine.mu.Lock()
	l.machine.locked += time.Since(begun)
	l.machine.mu.Unlock()
	l.machine.Compute(d)
	<-l.free
}
