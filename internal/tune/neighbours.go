package tune

import "time"

// Neighbours are the other programs on the machine, as far as they use its cores.
type Neighbours struct {
	Used float64 // how many cores they used in the last window; 0 as well where the system does not tell
	Full bool    // they used some, and hardly any of the machine's cores was idle
}

const (
	// neighbourWindow is over how much time the machine's CPU time is compared with ours: Linux counts it in steps of 10 ms
	// (USER_HZ), so that is an error of a tenth for each core.
	neighbourWindow = 100 * time.Millisecond
	// leastUsed is how many cores others must use to count: twice what is lost by the steps.
	leastUsed = 0.2
	// hardlyIdle is the share of the machine's time below which its cores count as all in use: what is left
	// from full on.
	hardlyIdle = 1 - full
)

// machineTime is the time of all cores of the machine, since it was started.
type machineTime struct{ busy, idle time.Duration }

// neighbourSensor compares the machine's CPU time with that of this process.
type neighbourSensor struct {
	at   time.Time
	last machineTime // zero: it could not be read, as where descriptors have run out
	cpu  time.Duration
	seen Neighbours
}

// look is given the CPU time of this process, and says what the others did in the last window.
func (n *neighbourSensor) look(now time.Time, cpu time.Duration, read func() (machineTime, bool)) Neighbours {
	passed := now.Sub(n.at)
	if cpu < 0 || passed >= 0 && passed < neighbourWindow { // else the clock of a bubble is behind
		return n.seen
	}
	t, ok := read()
	busy, idle := t.busy-n.last.busy, t.idle-n.last.idle
	if isFirst := n.last == (machineTime{}) || passed < 0 || passed > 10*neighbourWindow; !ok || isFirst || busy+idle <= 0 {
		n.seen = Neighbours{}
	} else {
		n.seen.Used = max(0, float64(busy-(cpu-n.cpu))/float64(passed))
		n.seen.Full = n.seen.Used >= leastUsed && float64(idle) < hardlyIdle*float64(busy+idle)
	}
	n.at, n.last, n.cpu = now, t, cpu
	return n.seen
}
