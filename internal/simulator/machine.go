// Package simulator is a machine of any number of cores in virtual time, on which calls of overlap.Auto compute and
// wait. Jobs, workers and the controller are the real ones, in a bubble of testing/synctest: what is simulated is who
// has a core and when, and what a sensor sees of that. What the library itself does takes no virtual time.
//
// A goroutine that wants a core waits for it in one queue, first come, first served, and gives it up after a slice of
// 10 ms if another wants it, as in Go's scheduler. That a switch costs something, caches and the hand-over of a core by
// a system call's thread are left out, or simplified.
package simulator

import (
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap/internal/tune"
)

const (
	// slice is after what time Go's scheduler takes a core from a goroutine that others wait for (forcePreemptNS).
	slice = 10 * time.Millisecond
	// handOver is how long a goroutine in a system call keeps its core: sysmon takes it away at its next look, which
	// is 20 µs to 10 ms later.
	handOver = 20 * time.Microsecond
	// lookTime is how long a core is busy with a reading.
	lookTime = 5 * time.Microsecond
	// turnInC is after what time it is seen anew how many threads a thread that computes in C shares the cores with: much less
	// than Linux lets one of them have a core (base_slice_ns, some 3 ms), so that these together get no more than there are.
	turnInC = 250 * time.Microsecond
)

// Machine has cores. Its methods but Look are for the calls that run on it, at the same time as they like.
type Machine struct {
	cores      int
	neighbours int // how many other processes have something to compute all the time

	mu      sync.Mutex
	busy    int             // how many cores are taken
	queue   []chan struct{} // who wants one, longest first
	looking atomic.Int64    // how many of them only want to look
	blocked int             // how many goroutines are in system calls or in C
	inC     int             // how many of them compute there, and no longer hold a core in Go's eyes
	cpu     float64         // CPU time used until used, in nanoseconds
	used    time.Time       // when that was
	using   float64         // how many cores' time is being used now
	locked  time.Duration
	memory  memory
	threads threads
}

// New returns a machine with so many cores. It must be called in the bubble that its calls run in.
func New(cores int) *Machine { return &Machine{cores: cores, used: time.Now()} }

// SetNeighbours has so many other processes compute from now on, which get their share of the cores.
func (m *Machine) SetNeighbours(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.neighbours = n
}

// Compute returns when a core has worked so long for whoever calls it.
func (m *Machine) Compute(d time.Duration) {
	m.takeCore()
	for d > 0 {
		turn := min(d, slice)
		m.work(turn)
		d -= turn
		m.mu.Lock()
		wanted := d > 0 && len(m.queue) > 0
		m.mu.Unlock()
		if wanted {
			m.giveCore()
			m.takeCore()
		}
	}
	m.giveCore()
}

// work computes for a turn, which takes longer beside those who share the cores.
func (m *Machine) work(turn time.Duration) {
	took := m.stretched(turn)
	m.use(float64(turn) / float64(took))
	time.Sleep(took)
	m.use(-float64(turn) / float64(took))
}

// use has so many cores' time be used more from now on. A clock of CPU time goes on while a call computes, and does not wait
// for its end.
func (m *Machine) use(cores float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cpuTime()
	m.using += cores
}

// cpuTime is the CPU time used so far. The mutex is held.
func (m *Machine) cpuTime() time.Duration {
	now := time.Now()
	m.cpu += m.using * float64(now.Sub(m.used))
	m.used = now
	return time.Duration(m.cpu)
}

// stretched is how long a turn of computing takes, beside those who share the cores.
func (m *Machine) stretched(turn time.Duration) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if wanted := m.busy + m.inC + m.neighbours; wanted > m.cores {
		return turn * time.Duration(wanted) / time.Duration(m.cores)
	}
	return turn
}

// Syscall waits for so long in a system call, which holds a core at first.
func (m *Machine) Syscall(d time.Duration) { m.SyscallOf(func() { time.Sleep(d) }) }

// SyscallOf is in a system call until wait returns.
func (m *Machine) SyscallOf(wait func()) {
	m.takeCore()
	m.enter()
	handed := time.AfterFunc(handOver, m.giveCore)
	wait()
	if !handed.Stop() {
		m.takeCore()
	}
	m.leave()
	m.giveCore()
}

// ComputeInC keeps a core busy for so long in C: to Go, that is a system call. Its thread goes on beside those of the
// goroutines that get the core, and the system has all of them take turns.
func (m *Machine) ComputeInC(d time.Duration) {
	m.takeCore()
	m.enter()
	m.work(min(d, handOver))
	d -= min(d, handOver)
	if d > 0 {
		m.mu.Lock()
		m.inC++
		m.mu.Unlock()
		m.giveCore()
		for ; d > 0; d -= min(d, turnInC) {
			m.work(min(d, turnInC))
		}
		m.mu.Lock()
		m.inC--
		m.mu.Unlock()
		m.takeCore()
	}
	m.leave()
	m.giveCore()
}

// enter is when a goroutine has entered a system call or C, and leave when it is back.
func (m *Machine) enter() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blocked++
	m.threads.take(m.blocked + m.cores)
}

func (m *Machine) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blocked--
}

func (m *Machine) takeCore() {
	m.mu.Lock()
	if m.busy < m.cores {
		m.busy++
		m.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	m.queue = append(m.queue, turn)
	m.mu.Unlock()
	<-turn
}

func (m *Machine) giveCore() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.queue) == 0 {
		m.busy--
		return
	}
	close(m.queue[0])
	m.queue = m.queue[1:]
}

// Look takes a reading as [tune.Sensor.Look] does.
func (m *Machine) Look(r *tune.Reading) {
	begun := time.Now()
	m.looking.Add(1)
	m.takeCore()
	m.looking.Add(-1)
	r.Delay = time.Since(begun)
	m.Measure(r)
	time.Sleep(lookTime)
	m.giveCore()
}

// Measure takes a reading as [tune.Sensor.Measure] does.
func (m *Machine) Measure(r *tune.Reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Running = max(0, m.busy-1) // without the goroutine that looks
	r.Runnable, r.Blocked = max(0, len(m.queue)-int(m.looking.Load())), m.blocked
	r.CPU, r.Locked = m.cpuTime(), m.locked
	r.Memory, r.Room = m.memory.reading(), m.threads.room
}

// LookAtProcesses takes a reading as [tune.Sensor.LookAtProcesses] does, of calls that each compute and wait in a
// process.
func (m *Machine) LookAtProcesses(r *tune.Reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wanting := m.busy + len(m.queue)
	r.Processes = tune.Processes{Known: true, Running: wanting, Busy: wanting, CPU: m.cpuTime()}
}
