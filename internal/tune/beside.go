package tune

import (
	"math"
	"time"
)

const (
	// besideLooks is of how many looks the least number of goroutines counts that ran or wanted to: calls that have just
	// begun, or been woken, want a core for a moment.
	besideLooks = 3
	// besideStep is the factor by which the level is raised to see whether calls that are added want cores.
	besideStep = 4
	// besidePause is for how many looks nothing is tried after calls that were added did want cores, at first: then twice
	// as many each time.
	besidePause = 24
)

// beside finds out whether the calls of a job wait although the cores are busy: with other jobs on Auto in this process.
// Goroutines do not say whose they are, so a few calls more are put in flight: those of a job that waits do not add to
// the goroutines that want a core. One job tries at a time, as what another adds would be taken for its own.
type beside struct {
	at      time.Duration // of the last look that counted
	looks   int
	least   int  // how many goroutines ran or wanted to at least, in the looks since the last check
	trying  bool // calls have been added, or those that were have not ended
	falling bool // the latter
	base    int  // that least number before
	baseAt  int  // how many calls were in flight then
	waits   bool // most of the calls wait
	rest    int  // for how many looks nothing is tried
	pause   int  // how many that is the next time
	cap     int  // how many calls may be in flight, after calls that were added wanted cores; 0: there is no limit
}

// look says how many calls the cores have room for, as far as is seen: 0 if that is not known.
func (b *beside) look(r Reading, level int) (more int) {
	switch {
	case r.Beside == 0:
		*b = beside{at: r.At} // what is alone so far has not begun when others do
		return 0
	case b.falling && r.InFlight <= b.baseAt:
		b.falling, b.trying = false, false
		return 0
	case b.falling:
		return 0
	case r.Wanted == 0:
		b.trying = false // there are no more to add
		return 0
	case b.rest > 0:
		b.rest--
		return 0
	case r.InFlight < level, r.At-b.at < b.apart(r):
		return 0 // the calls that are to be looked at have not started, or would look the same
	}
	b.at = r.At
	if b.looks == 0 {
		b.least = math.MaxInt
	}
	b.least = min(b.least, r.Running+r.Runnable)
	if b.looks++; b.looks < besideLooks {
		return 0
	}
	b.looks = 0
	return b.check(r, level)
}

// apart is how long there is between two looks at least: processes that have just begun load their programs.
func (b *beside) apart(r Reading) time.Duration {
	if r.Processes.Known {
		return processWindow
	}
	return shortWait
}

// check is look with what several looks have seen.
func (b *beside) check(r Reading, level int) (more int) {
	mostWait := 2*b.least < r.InFlight // whoever's the others are
	b.waits = mostWait || b.trying && 2*(b.least-b.base) < r.InFlight-b.baseAt
	switch {
	case mostWait:
		b.trying, b.cap = false, 0
	case b.waits:
	case b.trying:
		b.falling, b.cap = true, b.baseAt
		b.pause = max(besidePause, 2*b.pause)
		b.rest = b.pause
		return 0
	case r.Turn:
		b.trying, b.base, b.baseAt, b.cap = true, b.least, r.InFlight, 0
	default:
		return 0
	}
	return besideStep * level
}

// isOpen reports whether it is about to find out.
func (b *beside) isOpen() bool { return b.looks > 0 || b.trying }
