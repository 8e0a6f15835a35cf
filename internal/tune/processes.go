package tune

import (
	"math"
	"time"
)

const (
	// processWindow is over how much time processes are looked at before more are started: what a new one is to do is seen
	// once it has loaded its program, which takes some milliseconds. Half of it changes nothing; twice of it has
	// TestAutoOfProcesses fail.
	processWindow = 20 * time.Millisecond
	// mostWindow is the most of that.
	mostWindow = 10 * time.Second
	// processWait is between two readings of processes at least, so that a window has several. The same holds of it.
	processWait = 5 * time.Millisecond
	// processRoom is the share of the cores' time below which more processes that wait keep them busier. With 0.9, commands that compute
	// for three quarters of their time take 1.11 times as long on two cores as with four of them, not 1.01 times.
	processRoom = 0.95
	// sureProcessLooks is of how many readings a window is at least where the cores are kept busy if one process more wanted one at one of
	// them. With half, TestOneProcessThatIsNotSeen fails; twice changes nothing.
	sureProcessLooks = 24
	// contendedProcesses is the share of the cores that processes want from which on there are enough where no core of the machine is
	// idle, whoever uses them: brief ones are seldom seen while they run, as starting them and taking leave of them takes as long.
	contendedProcesses = 0.5
)

// processesApart is how long after a reading of processes the next one is taken at least: up to half as long again as
// processWait, and not always the same, since calls that take turns in step with the readings would look as busy at each.
func processesApart(readings int) time.Duration {
	return processWait + processWait*time.Duration(5*readings%8)/16
}

// processGate says whether the cores have room for more calls that run in processes of their own. The goroutine that
// waits for a process looks idle whatever that does. So it goes by the processes' CPU time and by how many of them want
// a core: those that others keep from one have used little, and count.
type processGate struct {
	cores   int
	open    bool          // a window has begun
	since   time.Duration // when
	cpu     time.Duration // CPU time by then
	at      time.Duration // when the last reading of processes was taken
	looks   int           // of how many readings of processes the window is
	running int           // how many cores processes were seen to want in them, all together
	busy    float64       // the share of the cores that were busy or could have been in the last window
	crowd   crowd
}

// look takes a reading, and says how many calls would keep the cores busy; 0: no more than there are, or it is not
// known yet.
func (g *processGate) look(r Reading, level int) int {
	at := r.At - r.Processes.Age
	if !r.Processes.Known || g.open && at <= g.at {
		return 0
	}
	g.at = at
	if !g.open || r.InFlight < level { // those that are yet to start say nothing
		g.begin(r, at)
		return 0
	}
	g.looks++
	g.running += min(r.Processes.Running, g.cores) // more of them do not make up for a core that was idle at another time
	if r.Beside == 0 {                             // else the processes may be those of another job
		g.crowd.look(r, at, g.cores)
	}
	if at-g.since < g.window() || g.looks < 2 {
		return 0
	}
	cores := float64(g.cores)
	seen := func(running int) float64 {
		busy := max(float64(r.Processes.CPU-g.cpu)/float64(at-g.since), float64(running)/float64(g.looks)) / cores
		if r.Neighbours.Full && busy >= contendedProcesses {
			return 1
		}
		return busy
	}
	busy := seen(g.running)
	if busy < processRoom && seen(g.running+1) >= processRoom && g.looks < sureProcessLooks {
		return 0 // A process that has just ended, or is about to begin, is not seen, and one of so few says nothing.
	}
	g.busy = busy
	g.begin(r, at)
	if g.saturated() {
		return 0
	}
	g.crowd.cap = 0
	return int(math.Ceil(float64(level) * min(mostFilling, spare/g.busy)))
}

// window is over how much time processes are looked at. Where calls have turned out to be far too many it is about as long as one
// takes: they may all wait at the same time, and then all compute.
func (g *processGate) window() time.Duration {
	return max(processWindow, min(g.crowd.takes, mostWindow))
}

func (g *processGate) begin(r Reading, at time.Duration) {
	g.open, g.since, g.cpu, g.looks, g.running = true, at, r.Processes.CPU, 0, 0
}

// saturated reports whether the cores are what holds the calls up.
func (g *processGate) saturated() bool { return g.busy >= processRoom }

// ofProcesses is a reading of a job whose calls run in processes: what these do counts with what this process does.
func (r Reading) ofProcesses() Reading {
	r.CPU, r.Memory, r.Room = -1, r.Processes.Memory, r.Processes.Room
	if r.Processes.Known {
		r.CPU = r.Processes.CPU
		r.Running += r.Processes.Running
	}
	return r
}
