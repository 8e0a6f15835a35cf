package overlap

import "sync"

// Gate is an [Option] with which calls are kept from starting for a while: a job that is given a closed one goes on as
// soon as it opens. Several jobs can be given the same Gate, and several gates of one job must all be open. Make one
// with [NewGate]. Safe for concurrent use.
type Gate struct {
	mu     sync.Mutex
	made   bool
	closed bool
	queue  waitingJobs // the jobs that have calls which wait for it to open
}

// NewGate returns a gate that is open.
//
// While it is closed, no attempt at a call begins, and what runs goes on. A call that waits holds no worker, no slot
// and no goroutine, its wait is no part of its [Timeout], and a [Stream] draws inputs as far as its [Window] allows. A
// job that waits for its gate can be canceled and told to drain like any other. An open gate costs some ten
// nanoseconds a call.
func NewGate() *Gate { return &Gate{made: true} }

// Close keeps calls from starting until Open is called. A call that somebody has been handed at that moment may still
// begin. It waits for nothing, and does nothing to a gate that is closed.
func (g *Gate) Close() {
	g.mustBeMade("Gate.Close")
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// Open lets calls start. It waits for none of them, and does nothing to a gate that is open.
func (g *Gate) Open() {
	g.mustBeMade("Gate.Open")
	g.mu.Lock()
	g.closed = false
	waiting := g.queue
	g.queue = nil
	g.mu.Unlock()
	for _, j := range waiting {
		j.dispatch()
	}
}

// Closed reports whether the gate keeps calls from starting.
func (g *Gate) Closed() bool {
	g.mustBeMade("Gate.Closed")
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

func (g *Gate) mustBeMade(where string) {
	if g == nil || !g.made {
		panic("overlap: " + where + ": the gate was not made by NewGate")
	}
}

func (g *Gate) applyToJob(to *options) {
	g.mustBeMade("Gate")
	to.limits = append(to.limits, g)
}

// allows implements startLimit.
func (g *Gate) allows(j *Job, _ int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		g.queue.add(j)
	}
	return !g.closed
}

// take implements startLimit.
func (g *Gate) take(j *Job, n int) int {
	if g.allows(j, n) {
		return n
	}
	return 0
}

// giveBack implements startLimit.
func (g *Gate) giveBack(int) {}

// forget implements startLimit.
func (g *Gate) forget(j *Job) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.queue.remove(j)
}
