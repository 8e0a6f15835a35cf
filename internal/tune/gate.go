package tune

import (
	"math"
	"time"
)

const (
	// quick is up to what delay a core counts as free: a goroutine of the global queue is taken within microseconds
	// when a core has nothing else, and after a slice of 10 ms when it has (forcePreemptNS of runtime/proc.go). It is between the two:
	// half or twice changes nothing.
	quick = 200 * time.Microsecond
	// handOff is from what delay on a core may have been held by a goroutine in a system call: Go's sysmon takes it
	// away after 20 µs to 10 ms. Half or twice changes nothing.
	handOff = time.Millisecond
	// full is the share of the cores' time from which on there is nothing to gain by more calls: that of .NET's thread pool, which adds
	// no thread then. Neither 0.9 nor 0.975 changes anything.
	full = 0.95
	// idle is the share of the cores' time below which a delay is not for want of cores: that from which on these are what holds calls up
	// (busy). Neither 0.7 nor 0.92 changes anything.
	idle = 0.85
	// room is the share of the cores' time below which more calls that wait keep them busier, by the utilization law: the
	// share grows with how many there are (Denning and Buzen 1978). It is what a job may lose (0.95) and half of the rest. Neither 0.94 nor
	// 0.985 changes anything.
	room = 0.97
	// spare is by what factor more than the law says are put in flight, since calls do not take turns evenly. Half or twice as many more
	// change nothing.
	spare = 1.05
	// utilizationWindow is over how much time CPU time is compared with the clock: the kernel accounts other threads'
	// time at ticks of up to 4 ms (CONFIG_HZ of 250), which is an error of a fifth. Half or twice changes nothing.
	utilizationWindow = 20 * time.Millisecond
	// wantedLooks is over about how many looks the cores that goroutines want are averaged. Half or twice changes nothing.
	wantedLooks = 8
	// contended is the share of the cores that goroutines run on in Go's eyes or want, from which on a job beside others
	// that leave no core idle has calls enough: what it does not use is not free, and a goroutine that runs in Go's eyes
	// may wait for the system to give it a core, and others for a lock that it holds. It is halfway between a half, which calls that
	// compute for half of their time use, and all of them.
	contended = 0.75
	// sureLooks is how many looks in a row must have seen half of the cores free until twice as many calls are put in flight.
	// One look may come at a moment in which calls have just ended (TestGate). Four make W10 take 1.34 times as long as at best, not 1.3.
	sureLooks = 2
	// collectorLooks is the same where calls keep the garbage collector busy. With two, calls that make linked lists are put in flight
	// twice as many in every third job of a second.
	collectorLooks = 4
	// usualWindows is over about how many windows the share of the cores' time is averaged there: of one window it was anything from
	// a quarter to one and a half, of jobs that used 0.9 on average, as threads that go to sleep and are woken all the time are accounted late.
	usualWindows = 4
	// mostFilling is the factor by which the level is raised at most to keep the cores busy. With 1.4, W9b takes 1.11 times as long as at
	// best on 64 cores, not 1.09; 4 change nothing, and would believe one window of few calls.
	mostFilling = 2
)

// opening is how far the gate is open.
type opening uint8

const (
	closed opening = iota // the cores are busy
	ajar                  // one more call
	open                  // twice as many
)

// gate says whether the cores have room for more calls.
type gate struct {
	cores int
	free  int // how many looks in a row have seen half of the cores free

	since, sinceCPU time.Duration // where the window begins
	used            float64       // the share of the cores' time used in the last window; negative: unknown
	contended       bool          // others leave no core idle, and goroutines want most of them
	wanted          float64       // of late, the share of the cores that goroutines ran on or wanted, on average of looks
	usual           float64       // the same on average of the last windows
	fresh           bool          // the last look ended a window
	calls, waiting  int           // those in flight at the looks of the window in which the collector did not mark, and those of them that waited
}

func newGate(cores int) gate { return gate{cores: cores, used: -1, sinceCPU: -1} }

// look says whether more calls may start. collects is whether calls keep the garbage collector busy: while it marks, those that allocate
// wait for it, so that they do not want a core says nothing. Before the first call has ended that is not waited for.
func (g *gate) look(r Reading, collects bool) opening {
	busy := r.Running + r.Runnable
	g.wanted += (float64(min(busy, g.cores))/float64(g.cores) - g.wanted) / wantedLooks
	g.contended = r.Neighbours.Full && g.wanted >= contended
	g.measure(r)
	held := r.Delay >= handOff && busy < g.cores && r.Blocked > 0 && g.used < idle
	switch {
	case busy >= g.cores, g.used >= full, r.Delay > quick && !held, g.contended:
		g.free = 0
		return closed
	case r.Collecting && r.Ended > 0:
		return closed
	case held:
		return open
	case busy > g.cores/2:
		g.free = 0
		return ajar
	}
	sure := sureLooks
	if collects {
		sure = collectorLooks
	}
	if g.free++; g.free < sure {
		return closed
	}
	return open
}

// measure compares CPU time with the clock.
func (g *gate) measure(r Reading) {
	if g.fresh {
		g.fresh, g.calls, g.waiting = false, 0, 0
	}
	if !r.Collecting {
		g.calls += r.InFlight
		g.waiting += max(0, r.InFlight-r.Running-r.Runnable)
	}
	switch {
	case r.CPU < 0:
		return
	case g.sinceCPU < 0:
		g.since, g.sinceCPU = r.At, r.CPU
		return
	case r.At-g.since < utilizationWindow:
		return
	}
	g.used = float64(r.CPU-g.sinceCPU) / float64(r.At-g.since) / float64(g.cores)
	g.since, g.sinceCPU, g.fresh = r.At, r.CPU, true
	if g.usual == 0 {
		g.usual = g.used
	}
	g.usual += (g.used - g.usual) / usualWindows
}

// filling is how many calls would keep the cores busy, going by those in flight, where most of these wait: a look that finds
// every core busy says nothing against that, since calls that take turns leave cores free for less than the time between
// two looks. Beside others that leave no core idle the law says nothing, and little where calls and the garbage collector wait for
// one another (collects).
func (g *gate) filling(r Reading, collects bool) int {
	switch {
	case !g.fresh, r.Neighbours.Full, g.used <= 0, g.used >= room, collects && g.usual >= idle, 2*g.waiting <= g.calls:
		return 0
	}
	return int(math.Ceil(float64(r.InFlight) * min(mostFilling, spare/g.used)))
}

// saturated reports whether the cores are what holds the calls up.
func (g *gate) saturated() bool { return g.used >= full || g.contended }
