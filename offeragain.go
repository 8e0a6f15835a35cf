package overlap

import (
	"errors"
	"syscall"
	"time"

	"example.com/overlap/internal/tune"
)

// offerAgain puts a call of a job on Auto back whose attempt ended so, if it was refused because too much was asked. It
// reports whether it has.
func (c Call) offerAgain(o Outcome, err error) bool {
	t := c.worker.job.tuner
	if t == nil || !t.noteFailure(c, o, err) {
		return false
	}
	after, refused := overloaded(err)
	if refused = refused && o == Failed; !refused {
		t.others.Add(1)
	}
	if keys := c.worker.job.policies(); keys != nil && keys.holds(c) {
		if refused {
			t.ofKeys.Add(1)
		}
		return false // what is refused is for the policy of its key to see to, and not for two controllers
	}
	return refused && t.offerAgain(c, after)
}

// isTimeout reports whether an error says that somebody's time was up, as those of net and of context do. One whose method
// breaks does not say so.
func isTimeout(err error) (is bool) {
	late, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	if ok && guarded(func() { is = late.Timeout() }) != nil {
		return false
	}
	return is
}

// offerAgain is told that an attempt was refused because too much was asked, and for how long whoever did wants to be left
// alone, and puts the call back if it is to be made again. It reports whether it has.
func (t *tuner) offerAgain(c Call, after time.Duration) bool {
	r := tune.Reading{CPU: -1}
	t.read(&r)
	refusal := tune.Refusal{
		Took: t.job.now() - c.worker.claimedAt, After: after, Ended: r.Ended + r.Failed - c.worker.endedBefore,
	}
	t.mu.Lock()
	before := t.refusals[c.Index()]
	if before.times == 0 {
		before.since = r.At
	}
	refusal.Before, refusal.Since = before.times, before.since
	again := t.control().Refused(r, refusal)
	if again {
		if t.refusals == nil {
			t.refusals = map[int]refusedBefore{}
			c.worker.job.followed.Store(true)
		}
		t.refusals[c.Index()] = refusedBefore{before.times + 1, before.since}
	}
	t.mu.Unlock()
	if again {
		t.calmAt.Store(t.ended.Load() + othersFirst)
		t.refused.Add(1)
		t.pause()
		t.hurry()
		t.failed.Add(-1)
		t.wake()
		c.worker.claimed = 0
		if wait := waitAfterRefusals(refusal.Before + 1); wait > 0 || c.future != nil || c.worker.job.keys() != nil {
			c.giveBack(wait)
		} else {
			c.giveBackAfterOthers()
		}
	}
	return again
}

// refusedBefore is what is known of a call that was refused, in all its attempts: a retry is not offered five times once more.
type refusedBefore struct {
	times int
	since time.Duration // when it was the first time
}

// callEnded is told of a call that has ended, from the first refusal on.
func (t *tuner) callEnded(c Call, o Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, again := t.refusals[c.Index()]
	delete(t.refusals, c.Index())
	switch {
	case t.refusals == nil || o != Succeeded:
	case again:
		r := tune.Reading{CPU: -1}
		t.read(&r)
		t.control().ThroughAgain(r, before.since)
	default:
		t.control().Through(c.worker.claimedAt)
	}
}

const (
	// soonAgain is how often a call is offered again without a wait. After that others find out first what is let through: it is
	// offered five times in all. Half or twice changes nothing in the sweeps once, limits and cliffs.
	soonAgain = 2
	// firstWait is how long it waits then, and longerWait times as long each time: 50, 200 and 800 ms, a
	// second in all, for which a server may be started again. Half or twice changes nothing in these sweeps.
	firstWait  = 50 * time.Millisecond
	longerWait = 4
)

// waitAfterRefusals is how long a call waits that was refused so many times.
func waitAfterRefusals(n int) time.Duration {
	if n <= soonAgain {
		return 0
	}
	wait := firstWait
	for range n - soonAgain - 1 {
		wait *= longerWait
	}
	return wait
}

// overloaded reports whether an error says that too much was asked, and for how long whoever says so wants to be left
// alone. A method of the error that breaks says neither.
func overloaded(err error) (after time.Duration, yes bool) {
	if o, ok := errors.AsType[interface {
		error
		Overloaded() bool
	}](err); ok {
		yes = guarded(func() { yes = o.Overloaded() }) == nil && yes
	}
	if yes = yes || errors.Is(err, syscall.ECONNREFUSED); yes {
		if a, ok := errors.AsType[interface {
			error
			RetryAfter() (time.Duration, bool)
		}](err); ok {
			_ = guarded(func() { after, _ = a.RetryAfter() })
		}
	}
	return after, yes
}
