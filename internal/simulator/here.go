package simulator

import (
	"runtime"
	"time"
)

// Computer is what calls compute on: a [Machine], or [ThisMachine].
type Computer interface {
	Compute(d time.Duration) // keeps a core busy for so long
}

// ThisMachine is the machine that the program runs on, to compare a simulation with.
func ThisMachine() Computer {
	best := time.Duration(1 << 62)
	for range 50 {
		begun := time.Now()
		spin(100_000)
		best = min(best, time.Since(begun))
	}
	return here{turns: 100_000 / best.Seconds()}
}

// here computes by turns of a loop, of which a core makes so many in a second.
type here struct{ turns float64 }

func (h here) Compute(d time.Duration) { spin(int(d.Seconds() * h.turns)) }

func spin(turns int) {
	x := uint64(turns)
	for range turns {
		x = x*6364136223846793005 + 1442695040888963407
	}
	runtime.KeepAlive(x)
}
