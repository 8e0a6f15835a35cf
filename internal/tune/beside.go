package tune

import (
	"math"
	"time"
)

const (
	// besideLooks is of how many looks the least number of goroutines counts that ran or wanted to: calls that have just
	// begun, or been woken, want a core for a moment. With one, two jobs of which one computes (W19) take 1.12 times as long on average
	// as with two, and with three 1.07 times, as a look beside calls that compute takes 20 ms (30 to 40 runs of each).
	besideLooks = 2
	// besideStep is the factor by which the level is raised to see whether calls that are added want cores. Half or twice of it has W19
	// take 1.0 to 1.05 times as long.
	besideStep = 4
	// besideLeap is the same once most of the calls in flight are seen to wait: 8 of 2 cores' calls that are tried become 128, as many
	// as a job that is alone puts in flight at first. Half or twice of it has W19 take 0.97 to 1.02 times as long.
	besideLeap = 16
	// besidePause is for how many looks nothing is tried after calls that were added did want cores, at first: then twice
	// as many each time. Half or twice changes nothing in W19.
	besidePause = 24
)

// beside finds out whether the calls of a job wait although the cores are busy: with other jobs on Auto in this process.
// Goroutines do not say whose they are, so a few calls more are put in flight: those of a job that waits do not add to
// the goroutines that want a core. One job tries at a time, as what another adds would be taken for its own.
type beside struct {
	at      time.Duration // of the last look that counted
	level   int           // of these looks
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

// look says how many calls the cores have room for, as far as is seen: 0 if that is not known. saturated is whether they are busy.
func (b *beside) look(r Reading, level int, saturated bool) (more int) {
	switch {
	case r.Beside == 0:
		b.alone(r, saturated)
		return 0
	case b.falling && r.InFlight <= b.baseAt:
		b.falling, b.trying = false, false
		return 0
	case b.falling:
		return 0
	case r.InFlight < level, r.At-b.at < b.apart(r):
		return 0 // the calls that are to be looked at have not started, or would look the same
	case r.Wanted == 0:
		b.trying = false // there are no more to add
		return 0
	}
	if !b.trying && !r.Turn && 2*(r.Running+r.Runnable) >= r.InFlight {
		return 0 // what another job tries must not be counted as what there was before
	}
	b.at = r.At
	if level != b.level { // fewer wanted cores when fewer were in flight
		b.level, b.looks = level, 0
	}
	if b.looks == 0 {
		b.least = math.MaxInt
	}
	b.least = min(b.least, r.Running+r.Runnable)
	b.looks++
	switch {
	case b.rest > 0:
		b.rest--
		return 0
	case b.looks < besideLooks && !b.surelyWait(r):
		return 0
	}
	return b.check(r, level)
}

// surelyWait reports whether one look is enough to see that the calls wait: where few of the calls that have been added want cores, or
// of those that are known to wait. One look is never enough for processes, as it may miss some that run.
func (b *beside) surelyWait(r Reading) bool {
	return !r.Processes.Known && (b.trying && b.addedWait(r) || b.waits && b.mostWait(r))
}

// mostWait reports whether most of the calls in flight wait, whoever's those are that want cores.
func (b *beside) mostWait(r Reading) bool { return 2*b.least < r.InFlight }

// addedWait reports whether most of the calls wait that have been added.
func (b *beside) addedWait(r Reading) bool { return 2*(b.least-b.base) < r.InFlight-b.baseAt }

// apart is how long there is between two looks at least: processes that have just begun load their programs.
func (b *beside) apart(r Reading) time.Duration {
	if r.Processes.Known {
		return processWindow
	}
	return shortWait
}

// check is look with what several looks have seen.
func (b *beside) check(r Reading, level int) (more int) {
	mostWait := b.mostWait(r) && b.looks <= besideLooks // a whole rest may have had a moment in which few wanted cores
	b.looks = 0
	b.waits = mostWait || b.trying && b.addedWait(r)
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
	if mostWait && !r.Processes.Known {
		return besideLeap * level
	}
	return besideStep * level
}

// alone is look while there is no other job. A job that keeps the cores busy by itself has no need to try when others begin.
func (b *beside) alone(r Reading, saturated bool) {
	*b = beside{at: r.At} // what is alone so far has not begun when others do
	if saturated {
		b.rest, b.pause = besidePause, besidePause
	}
}

// isOpen reports whether it is about to find out.
func (b *beside) isOpen() bool { return b.rest == 0 && b.looks > 0 || b.trying }
