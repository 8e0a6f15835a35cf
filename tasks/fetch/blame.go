package fetch

import (
	"math"
	"time"

	"example.com/overlap"
)

// A page that always answers 503 says nothing of its host, and must not slow down the others. So a refused page waits by itself,
// and is asked for again when others have been asked for in its place. When they got through and it is refused once more, it is
// the page. Once that is known of some, a refusal slows the host down only if so many come in a row that pages of that kind
// hardly explain it, or if the page then gets through, which shows that it was the host.

const (
	// enough is how many requests must have got through since another was refused for a page that is refused again to tell.
	enough = 3
	// sure is how many such pages show that there are any. One may be bad luck, at a host that is asked a bit too much.
	sure = 2
	// remembered is of how many pages, and of how many refusals that told, half are forgotten.
	remembered = 200
	// few is of how many pages too little is known to tell which share is bad.
	few = 5
	// rarely is the least share of the pages that is taken to be bad, and what it is as long as nothing is known of a host:
	// one of 20. Two refusals in a row are then the host's.
	rarely = 0.05
	// mostly is the largest share that is taken to be bad, so that a host which begins to refuse most requests is found out by
	// some ten of them.
	mostly = 0.5
	// unlikely is how many times likelier than by its bad pages alone the last refusals must be, if the host refuses more, to
	// be taken for the host's: once in so many pages at most that happens by chance (a CUSUM test).
	unlikely = 100
	// lessSo is by how much less likely that is when the host is tried again: one more refusal shows it, or some more where
	// many pages are bad.
	lessSo = 10
)

// blame is what is known of whether a host refuses requests, or single pages are refused whatever else is asked.
type blame struct {
	odds    float64           // how many times likelier the last refusals are if the host refuses more than its bad pages
	from    time.Time         // the first of these
	through [enough]time.Time // when the last requests that were answered had begun, in that order

	pages   float64   // how many pages were answered
	bad     float64   // how many were refused, and not answered since, while others were
	pending float64   // how many were refused, while none was answered yet that was asked for since
	since   time.Time // the first of these

	own       int       // how many refusals were the pages' own
	cleared   int       // how many were the host's, as their pages got through; one each time that it was slowed down
	clearedOf time.Time // when the last of these pages had been refused
	gaveUp    bool      // a page was refused to the end, and no other was asked for meanwhile

	before    *pace     // what held before refusals that may yet turn out not to be the host's; nil: there were none
	suspected time.Time // the first of these
	row       int       // how many of them were the pages' own
}

// refusal is what is noted of a page that was refused, for when it is asked for again.
type refusal struct {
	at      time.Time // or when the host was slowed down, if the page had been asked for before
	answer  *StatusError
	own     bool // it is the page's own
	counted bool // among those that are bad as long as they are not answered
}

// verdict is what a refusal is taken for.
type verdict int

const (
	ofPage   verdict = iota // the page is refused whatever else is asked, or may be
	asBefore                // it was asked for when the host was not yet slowed down
	ofEither                // it is not known that there are bad pages
	ofHost                  // bad pages hardly explain it
)

// pace is how many requests a host may get in a second, 0 for any number, and at once.
type pace struct{ rate, atOnce float64 }

// freely is the pace of a host that is well.
var freely = pace{0, math.MaxInt32}

func (h *host) setPace(p pace) { h.rate, h.atOnce = p.rate, p.atOnce }

// judge says what a refusal is taken for, and notes it.
func (h *host) judge(a overlap.KeyAttempt, now time.Time, answer *StatusError) (refusal, verdict) {
	b := &h.blame
	last, isAgain := a.Note.(refusal)
	page := refusal{now, answer, last.own, last.counted}
	if a.Refused == mostRefusals && a.Running+a.Waiting == 0 {
		b.gaveUp = true
	}
	if page.own = last.own || isAgain && b.through[0].After(last.at); page.own {
		h.isOwn(now, !last.own && !last.at.Before(b.suspected))
		if b.own >= sure {
			return page, ofPage
		}
	}
	if !h.refused.IsZero() && now.Add(-a.Took).Before(h.refused) {
		page.at = h.refused
		if !isAgain && b.hasBadPages() {
			page.counted = true
			b.count(now)
		}
		return page, asBefore
	}
	if isAgain && b.hasBadPages() && h.badSince.IsZero() {
		return page, ofPage
	}
	hosts := b.refused(now, a.Running)
	switch {
	case hosts && !b.hasBadPages():
		b.pending = 0
	case !isAgain:
		page.counted = true
		b.count(now)
	}
	switch {
	case hosts:
		return page, ofHost
	case b.hasBadPages():
		return page, ofPage
	default:
		return page, ofEither
	}
}

// hasBadPages reports whether pages are known to be refused whatever else is asked: three of five refusals that told anything
// were of that kind.
func (b *blame) hasBadPages() bool { return b.own >= sure && 5*b.own > 3*(b.own+b.cleared) }

// refused is after a refusal. It reports whether bad pages hardly explain it and those before.
func (b *blame) refused(now time.Time, running int) bool {
	if b.odds <= 1 {
		b.odds, b.from = 1, now
	}
	share := min(max(rarely, b.bad/(b.pages+b.bad+few)), mostly)
	more := (1 + share) / 2 // is refused by a host that refuses half of what it would answer
	b.odds *= more / share
	if b.odds < unlikely*math.Exp2(float64(running)/2) { // of those that run, some may yet get through
		return false
	}
	b.odds = unlikely / lessSo
	return true
}

// answered is when a request got through that began then.
func (b *blame) answered(began time.Time) {
	b.odds /= 2 // as likely would it be at a host that refuses half of them
	if b.pending > 0 && began.After(b.since) {
		b.bad, b.pending = b.bad+b.pending, 0
	}
	for i := range b.through {
		if began.After(b.through[i]) {
			if i > 0 {
				b.through[i-1] = b.through[i]
			}
			b.through[i] = began
		}
	}
}

// count counts a page that was refused.
func (b *blame) count(now time.Time) {
	if b.pending++; b.pending == 1 {
		b.since = now
	}
}

// countAnswered counts pages that were answered.
func (b *blame) countAnswered(pages int) {
	if b.pages += float64(pages); b.pages > remembered {
		b.pages, b.bad = b.pages/2, b.bad/2
	}
}

// isOwn is when a refusal turns out to be the page's own; anew if that was not known, and the host may have been slowed down
// for it.
func (h *host) isOwn(now time.Time, anew bool) {
	b := &h.blame
	if b.own++; b.own+b.cleared > remembered {
		b.own, b.cleared = b.own/2, b.cleared/2
	}
	if anew {
		b.row++
	}
	if b.row >= sure && b.hasBadPages() {
		h.undo(now)
	}
}

// clear is when a page gets through that was refused. It reports whether the host has been slowed down for that, and it was
// not sure that it was the host.
func (b *blame) clear(page refusal) (suspected bool) {
	if page.counted {
		b.bad = max(0, b.bad-1)
	}
	if page.at.After(b.clearedOf) {
		b.cleared++
		b.clearedOf = page.at
	}
	if suspected = !page.at.Before(b.suspected); suspected {
		b.before = nil
	}
	return suspected
}

// suspect is when a refusal may be the host's, which is to be slowed down.
func (h *host) suspect() {
	b := &h.blame
	if b.before != nil {
		return
	}
	b.before, b.suspected, b.row = &pace{h.rate, h.atOnce}, b.from, 0
	if h.refused.IsZero() {
		*b.before = freely
	}
}

// undo takes back what refusals have done to the host that were not its own.
func (h *host) undo(now time.Time) {
	if h.blame.before == nil {
		return
	}
	h.setPace(*h.blame.before)
	h.blame.before, h.blame.row, h.careful = nil, 0, false
	h.counted, h.answered = now, 0
	if h.tries <= 1 { // it is not tried after waits
		h.badSince, h.tries = time.Time{}, 0
	}
	h.tell(Answers, nil, 0)
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
