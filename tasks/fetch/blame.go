package fetch

import (
	"math"
	"time"

	"example.com/overlap"
)

// A page that always answers 503 says nothing of its host, and must not slow down the others. So a refused page is asked for
// again when others have been asked for in its place. When they got through and it is refused once more, and that happens
// twice, refusals are the pages' own, until a page gets through that was refused before, which must have been the host, or
// too many are refused.

const (
	// enough is how many requests must have got through since another was refused for a page that is refused again to tell.
	enough = 3
	// sure is how many such pages in a row show that it is the pages. One may be bad luck, at a host that is asked a bit too
	// much.
	sure = 2
	// mostThrough is how many requests that got through are kept in mind. Each makes up for one page that is then refused
	// for the first time.
	mostThrough = 10
)

// blame is what is known of whether a host refuses requests, or single pages are refused whatever else is asked.
type blame struct {
	through int   // how many requests got through that began after the host refused one, less the pages refused since
	pages   int   // how many pages were refused again although others got through, since one was not
	before  *pace // what held before refusals that may yet turn out not to be the host's; nil: there was none
}

// pace is how many requests a host may get in a second, 0 for any number, and at once.
type pace struct{ rate, atOnce float64 }

// freely is the pace of a host that is well.
var freely = pace{0, math.MaxInt32}

func (h *host) setPace(p pace) { h.rate, h.atOnce = p.rate, p.atOnce }

// isPagesOwn reports whether a page's refusal is its own, and says nothing of the host.
func (h *host) isPagesOwn(a overlap.KeyAttempt, now time.Time) bool {
	b, again := &h.blame, a.Refused > 0
	if again && b.through >= enough {
		if b.pages++; b.pages >= sure {
			h.undo(now)
		}
	}
	switch {
	case b.pages < sure:
		return false
	case again:
		return true
	case b.through <= -a.Running/4: // of those that run, some may yet get through
		b.pages = 0
		return false
	}
	b.through--
	return true
}

// undo takes back what refusals have done to the host that were not its own.
func (h *host) undo(now time.Time) {
	if h.blame.before == nil {
		return
	}
	h.setPace(*h.blame.before)
	h.blame.before = nil
	h.counted, h.answered = now, h.blame.through
	h.tell(Answers, nil, 0)
}

// suspect is when a refusal seems to be the host's.
func (h *host) suspect(a overlap.KeyAttempt) {
	if a.Refused == 0 {
		h.blame.through = 0
	}
	if h.blame.before != nil {
		return
	}
	before := pace{h.rate, h.atOnce}
	if h.refused.IsZero() {
		before = freely
	}
	h.blame.before = &before
}

// behindOthers is when a page is asked for again that was refused: after its Retry-After, or longer each time, and when
// enough others were asked for that some of them have an answer. After a Retry-After many of them begin at once.
func behindOthers(a overlap.KeyAttempt, after time.Duration, said bool) overlap.KeyState {
	again := overlap.KeyState{Again: true, After: time.Second << a.Refused, Behind: 2 * enough}
	if said {
		again.After = after
		again.Behind += a.Running
	}
	return again
}
