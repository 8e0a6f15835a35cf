package tune

import (
	"testing"
	"time"
)

// Where no core of the machine is idle, more processes are started only of calls that hardly want one.
func TestProcessesWhereNoCoreIsIdle(t *testing.T) {
	for running, rises := range map[int]bool{0: true, 1: true, 2: false, 3: false} {
		c := New(Settings{Cores: 4, Start: 8, Processes: true})
		for at := time.Duration(0); at < time.Second; {
			r := Reading{At: at, CPU: -1, InFlight: c.Level(), Wanted: 1000, Left: -1, Neighbours: Neighbours{Used: 4, Full: true}}
			r.Processes = Processes{Known: true, Running: running, Busy: running}
			at += c.Look(r).Wait
		}
		if c.Level() > 8 != rises {
			t.Errorf("8 calls, of which %d want one of 4 cores: there are %d after a second", running, c.Level())
		}
	}
}

// Calls that compute in step with the readings keep the cores busy at each of them and leave some of their time all the same.
func TestProcessesThatComputeInStepWithReadings(t *testing.T) {
	const inFlight, share = 36, 0.8
	c := New(Settings{Cores: 4, Start: inFlight, Processes: true})
	for at := time.Duration(0); at < time.Second && c.Level() == inFlight; {
		r := Reading{At: at, CPU: -1, InFlight: inFlight, Wanted: 1000, Left: -1}
		r.Ended = int64(at / (20 * ms) * inFlight)
		r.Timed, r.Took = r.Ended, time.Duration(r.Ended)*20*ms
		r.Processes = Processes{Known: true, CPU: time.Duration(share * 4 * float64(at)), Running: 2}
		if at%processWait < ms {
			r.Processes.Running = 4
		}
		at += c.Look(r).Wait
	}
	if c.Level() == inFlight {
		t.Errorf("after a second there are still %d in flight", inFlight)
	}
}

// A process that has just ended when a reading is taken, beside programs that take most of the cores, leaves no room for another.
func TestOneProcessThatIsNotSeen(t *testing.T) {
	for cores := 1; cores <= 4; cores++ {
		c := New(Settings{Cores: cores, Processes: true})
		readings := 0
		for at := time.Duration(0); at < time.Second; {
			r := Reading{At: at, CPU: -1, InFlight: cores, Wanted: 1000, Left: -1}
			r.Processes = Processes{Known: true, CPU: time.Duration(cores) * at / 3, Running: cores, Busy: cores}
			if readings++; readings%25 == 0 {
				r.Processes.Running--
			}
			at += c.Look(r).Wait
		}
		if c.Level() != cores {
			t.Errorf("there are %d after a second on %d cores", c.Level(), cores)
		}
	}
}
