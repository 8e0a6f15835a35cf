package fetch

import (
	"errors"
	"math"
	"net"
	"time"

	"example.com/overlap"
)

const (
	// mostRefusals is how often a request is made again that was refused.
	mostRefusals = 5
	// longestProbe is the longest wait between two requests that try a host which is down.
	longestProbe = 30 * time.Second
	// slowed is which share of the requests that a host has answered in a time, and at once, it gets after a refusal.
	slowed = 0.7
	// quicker is by how much more it gets in each second without one.
	quicker = 1.1
	// peace is how long there must be no refusal for a host to get all requests again.
	peace = time.Minute
	// leastDoubted is how many requests a second a host gets at least while its refusals may be the pages' own, if it got
	// more. A bad page is then known in the second or two until it is asked for again, and some 20 others are fetched.
	leastDoubted = 10
	// leastEvery is from which time between two requests on they are held to it.
	leastEvery = time.Millisecond
)

// host is what is known of a host, while it is not well. The methods are called for one attempt at a time.
type host struct {
	key        string
	politeness Politeness
	is         HostState

	badSince time.Time     // since when there was no answer but refusals; zero: there was one
	tries    int           // how many requests have tried it since
	wait     time.Duration // after the last of them
	hold     time.Time     // until when no request is made
	failing  error         // what requests fail with that would have to wait

	refused  time.Time // when it was last slowed down since it refused; zero: it is at peace
	counted  time.Time // since when answers are counted
	answered int
	rate     float64   // the most requests in a second; 0: any number
	raised   time.Time // when the rate was last raised
	atOnce   float64   // the most requests at once
	doubted  float64   // what rate would be if it was sure that it was the host which refused; 0: what it is
	careful  bool      // no request has got through that began since it was slowed down: they are made one after another
	mixed    bool      // they are made in any order, since it refused some in a row, and those that are the next may be bad

	blame blame // of its refusals
}

// ended is a KeyPolicy's.
func (h *host) ended(a overlap.KeyAttempt) overlap.KeyState {
	now := time.Now()
	if h.counted.IsZero() {
		h.counted = now.Add(-a.Within)
	}
	h.answered += a.Succeeded
	h.blame.countAnswered(a.Succeeded)
	var page overlap.KeyState
	switch answer, refused := errors.AsType[*StatusError](a.Err); {
	case refused && (answer.Status == 429 || answer.Status == 503):
		page = h.refuses(a, now, answer)
		page.Again = page.Again && a.Refused < mostRefusals && answer.Overloaded()
	case a.Err == nil || refused || !isUnreachable(a.Err):
		if refused {
			h.answered++
		}
		h.answers(a, now)
	default:
		h.isDown(a, now)
	}
	return h.state(now, page)
}

// state is what the host's requests are held to.
func (h *host) state(now time.Time, state overlap.KeyState) overlap.KeyState {
	state.Hold, state.Fail = max(0, h.hold.Sub(now)), h.failing
	state.Again = state.Again && h.failing == nil
	state.Mixed = h.mixed
	if h.rate > 0 && h.rate <= float64(time.Second/leastEvery) && !h.refused.IsZero() {
		state.Every = time.Duration(float64(time.Second) / h.rate)
		if h.tries > 1 && h.wait > 0 { // it is tried after waits
			state.Every = min(state.Every, h.wait)
		}
	}
	switch {
	case !h.badSince.IsZero() || h.careful:
		state.AtOnce = 1
	case !h.refused.IsZero():
		state.AtOnce = int(min(max(1, h.atOnce), math.MaxInt32))
	}
	return state
}

// tell says what has become of the host, once.
func (h *host) tell(is HostState, err error, wait time.Duration) {
	if h.is != is {
		h.is = is
		h.politeness.Tell(HostNews{h.key, is, err, wait})
	}
}

// answers is after an answer that is no refusal.
func (h *host) answers(a overlap.KeyAttempt, now time.Time) {
	h.badSince, h.failing, h.tries, h.wait = time.Time{}, nil, 0, 0
	if h.refused.IsZero() {
		h.hold = time.Time{}
		h.tell(Answers, nil, 0)
		return
	}
	began := now.Add(-a.Took)
	h.blame.answered(began)
	if h.blame.gaveUp {
		h.blame.gaveUp = false
		h.isOwn(now, true)
	}
	if page, ok := a.Note.(refusal); ok {
		h.clears(a, now, page)
	}
	switch {
	case now.Sub(h.refused) < peace:
		if began.After(h.refused) {
			h.careful = false
			h.rate *= math.Pow(quicker, max(0, now.Sub(h.raised).Seconds()))
			h.raised = now
			h.atOnce += 1 / max(1, h.atOnce)
		}
	case h.blame.hasBadPages(): // it is still to be told of what succeeds
		h.setPace(freely)
		h.tell(Answers, nil, 0)
	default:
		h.refused, h.hold, h.mixed, h.blame.before = time.Time{}, time.Time{}, false, nil
		h.counted, h.answered = now, 0
		h.tell(Answers, nil, 0)
	}
}

// clears is when a page gets through that had been refused: it was the host, which is slowed down if it was not for that.
func (h *host) clears(a overlap.KeyAttempt, now time.Time, page refusal) {
	suspected := h.blame.clear(page)
	switch {
	case page.at.After(h.refused):
		h.slowDown(a, now, 0)
		h.tell(Refuses, page.answer, 0)
	case suspected && h.doubted > 0:
		h.rate, h.doubted = min(h.rate, max(h.doubted, h.measured(now))), 0
	}
}

// refuses is after a 429 or 503. It says whether and when the page is asked for again.
func (h *host) refuses(a overlap.KeyAttempt, now time.Time, answer *StatusError) overlap.KeyState {
	after, said := answer.RetryAfter()
	if said && after > h.politeness.MaxRetryAfter {
		h.failing, h.hold = leftAlone(h.key, now, after, answer), now.Add(after)
		h.refused, h.raised, h.rate, h.atOnce = now, now, 0, 1
		h.tell(GivenUp, answer, after)
		return overlap.KeyState{}
	}
	page, is := h.judge(a, now, answer)
	again := behindOthers(a, after, said)
	again.Note = page
	switch is {
	case ofPage:
		return again
	case asBefore:
		if said && h.hold.After(now) {
			h.holdFor(now, after)
		}
		return again
	}
	h.suspect()
	alone := h.answered == 0
	h.slowDown(a, now, leastDoubted)
	switch {
	case alone && is == ofHost:
		h.mixed = true
		again.Again = h.tryAgain(a, now, answer, after, said)
		again.After, again.Behind = h.wait, 0
		if a.Waiting > 0 { // any other is better at trying the host, and goes first
			again.After += 10 * time.Millisecond
		}
		return again
	case a.Running+a.Waiting == 0 && !said && h.rate > 0: // perhaps there is no other
		again.After = min(again.After, time.Duration(float64(time.Second)/h.rate))
	default:
		h.tries = max(h.tries, 1) // the page does, after its first wait
	}
	h.tell(Refuses, answer, 0)
	return again
}

// slowDown is for a host that has refused a request: others are made one after another until one gets through, and then
// fewer than it has answered, but not fewer in a second than least, if it got more.
func (h *host) slowDown(a overlap.KeyAttempt, now time.Time, least float64) {
	if h.answered > 0 {
		h.badSince, h.tries = now, 0
		measured := max(h.measured(now), 1/longestProbe.Seconds())
		if h.rate > 0 && !h.refused.IsZero() {
			measured = min(measured, h.rate)
		}
		h.doubted = 0
		if measured < least && (h.rate == 0 || h.rate >= least) {
			measured, h.doubted = least, measured
		}
		h.rate = measured
		h.atOnce = max(1, slowed*float64(a.Running+1))
	}
	if h.badSince.IsZero() {
		h.badSince = now
	}
	h.careful = true
	h.counted, h.answered, h.refused, h.raised = now, 0, now, now
}

// measured is how many requests in a second are somewhat fewer than the host has answered since it was last slowed down.
func (h *host) measured(now time.Time) float64 {
	return slowed * float64(h.answered) / max(now.Sub(h.counted).Seconds(), 1e-3)
}

// isDown is after a request that could not be sent.
func (h *host) isDown(a overlap.KeyAttempt, now time.Time) {
	if !h.badSince.IsZero() && now.Add(-a.Took).Before(h.hold.Add(-h.wait)) { // begun when that was not yet known
		return
	}
	if lookup, ok := errors.AsType[*net.DNSError](a.Err); ok && lookup.IsNotFound {
		h.failing, h.hold = noSuchHost(h.key, a.Err), now.Add(longestProbe)
		h.badSince, h.wait = now, longestProbe
		h.tell(GivenUp, a.Err, longestProbe)
		return
	}
	h.tryAgain(a, now, a.Err, 0, false)
}

// tryAgain waits for longer and longer. It reports whether there is hope.
func (h *host) tryAgain(a overlap.KeyAttempt, now time.Time, err error, after time.Duration, said bool) bool {
	if h.badSince.IsZero() {
		h.badSince = now
	}
	h.wait = min(time.Second<<min(h.tries, 10), longestProbe)
	h.tries++
	if said {
		h.wait = after
	}
	if left := h.politeness.MaxDown - now.Sub(h.badSince); left > 0 && !said {
		h.wait = min(h.wait, left) // it is tried once more when its time is over
	}
	h.hold = now.Add(h.wait)
	if down := now.Sub(h.badSince); down >= h.politeness.MaxDown {
		h.failing = hostDown(h.key, down, err)
		h.tell(GivenUp, err, h.wait)
		return false
	}
	switch _, answered := err.(*StatusError); {
	case answered:
		h.tell(Refuses, err, h.wait)
	case a.Waiting > 0: // else it makes no difference yet
		h.tell(Down, err, h.wait)
	}
	return true
}

// holdFor makes no request for so long.
func (h *host) holdFor(now time.Time, d time.Duration) {
	if until := now.Add(d); until.After(h.hold) {
		h.hold = until
	}
}

// isUnreachable reports whether a request could not be sent to its host; else whatever failed came after that, or was at
// another host that it was redirected to.
func isUnreachable(err error) bool {
	failed, ok := errors.AsType[*Error](err)
	if !ok || exhaustion(failed.Err) != 0 {
		return false
	}
	switch failed.Reason {
	case DNSFailed, Refused, ConnectTimeout, ConnectFailed:
	default:
		return false
	}
	u, err := parseURL(failed.URL)
	return err == nil && u.Host == failed.Host
}
