package overlap

import (
	"container/heap"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// keyAdaptation is how a line follows its policy. The mutex of the lines guards all but telling.
type keyAdaptation struct {
	policy    KeyPolicy
	telling   sync.Mutex // held while the policy is told of an attempt; before the mutex of the lines
	state     KeyState   // what holds for all calls, but for Hold
	adapted   bool       // the state was not zero
	held      float64    // until when the policy lets nothing start
	succeeded int        // how many calls have, since told
	told      float64    // when the policy was last told of an attempt
}

// atOnce is how many calls may run at once; 0 for any number.
func (l *keyLine) atOnce() int {
	most := l.usualAtOnce()
	if l.adapts != nil {
		most = leastLimit(most, l.adapts.state.AtOnce)
	}
	return most
}

// usualAtOnce is atOnce as long as no state says otherwise.
func (l *keyLine) usualAtOnce() int {
	most := l.of.limits.atOnce
	if l.adapts != nil {
		most = leastLimit(most, l.adapts.policy.AtOnce)
	}
	return most
}

// leastLimit is the lower of two limits, of which 0 is none.
func leastLimit(a, b int) int {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// isPaced reports whether calls of the line are granted one after another, each when the one before has begun.
func (l *keyLine) isPaced() bool { return l.of.limits.rate != nil || l.adapts != nil }

// failsWaiting is what calls fail with that would have to wait; nil: they wait.
func (l *keyLine) failsWaiting() error {
	if l.adapts == nil {
		return nil
	}
	return l.adapts.state.Fail
}

// attemptEnded tells the policy of a call's key how an attempt at it has ended, before the call gives up its key.
func (k *jobKeys) attemptEnded(c Call, o Outcome, err error) (KeyState, error) {
	permit := k.holding.of(c)
	if k.limits.adapt == nil || permit == nil {
		return KeyState{}, nil
	}
	switch line := permit.line.Load(); {
	case line == nil:
		return KeyState{}, nil
	case o == Succeeded && !line.of.countSuccess(line):
		return KeyState{}, nil
	default:
		before := k.refusals.of(c)
		told := KeyAttempt{Outcome: o, Err: err, Refused: before.times, Note: before.note}
		state, broken := line.of.tell(line, told, permit.began)
		if state.Again && o != Succeeded {
			k.refusals.add(c, state.Note)
		}
		return state, broken
	}
}

// holds reports whether a call holds a key.
func (k *jobKeys) holds(c Call) bool {
	permit := k.holding.of(c)
	return permit != nil && permit.line.Load() != nil
}

// countSuccess counts a call that has succeeded. It reports whether the policy wants to be told.
func (k *keyLines) countSuccess(line *keyLine) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	line.adapts.succeeded++
	return line.adapts.adapted
}

// tell tells a line's policy of an attempt that began then, and has the line be as it says.
func (k *keyLines) tell(line *keyLine, told KeyAttempt, began float64) (state KeyState, _ error) {
	a := line.adapts
	a.telling.Lock()
	defer a.telling.Unlock()
	k.mu.Lock()
	now := k.now()
	told.Took, told.Within = time.Duration(now-began), time.Duration(now-a.told)
	told.Running, told.Waiting, told.Succeeded = line.inUse-line.granted-1, line.queue.len(), a.succeeded
	a.succeeded, a.told = 0, now
	k.mu.Unlock()
	if broken := guarded(func() { state = a.policy.Ended(told) }); broken != nil {
		return KeyState{}, fmt.Errorf("the policy of its key: %w", broken)
	}
	k.mu.Lock()
	k.follow(line, state)
	return state, nil
}

// follow has a line be as its policy says from now on. The mutex is held, and released.
func (k *keyLines) follow(line *keyLine, state KeyState) {
	a, now := line.adapts, k.now()
	switch {
	case state.Hold > 0:
		a.held = now + float64(state.Hold)
		line.next = max(line.next, a.held)
	case line.next == a.held: // nothing but the hold keeps calls from starting
		line.next = min(line.next, now)
	}
	if line.inTimed >= 0 {
		heap.Fix(&k.timed, line.inTimed)
		k.setAlarm(now)
	}
	state = KeyState{AtOnce: state.AtOnce, Every: state.Every, Fail: state.Fail, Mixed: state.Mixed}
	a.adapted = state != (KeyState{}) || line.next > now
	a.state = state
	free := k.takeFree(line, now, nil)
	var failing []keyedCall
	for state.Fail != nil && !line.queue.isEmpty() {
		c := line.queue.pop()
		c.keys.waiting.Add(-1)
		failing = append(failing, c)
	}
	k.mu.Unlock()
	grantAll(free)
	for _, c := range failing {
		if f := c.call.future; f == nil || !f.ended() { // else it was canceled
			c.keys.failWaiting(c.call, state.Fail)
		}
	}
}

// newPolicy makes the policy of a key for which a call is the first. It calls code of the user, and returns nil when
// that broke and the call has failed thereby.
func (k *jobKeys) newPolicy(c Call, key string) *KeyPolicy {
	policy := &KeyPolicy{}
	broken := guarded(func() { *policy = k.limits.adapt(key) })
	if broken == nil && policy.Ended == nil {
		policy.Ended = func(KeyAttempt) KeyState { return KeyState{} }
	}
	if broken != nil {
		k.failWaiting(c, fmt.Errorf("the function of Adapt: %w", broken))
		return nil
	}
	return policy
}

// HeldUp is how many times a call had to wait since as many of its key ran as may at once by [AtOnce] or the AtOnce of its
// [KeyPolicy], whatever a [KeyState] says.
func (k *KeyLimits) HeldUp() int {
	n := 0
	for i := range k.parts {
		part := &k.parts[i]
		part.mu.Lock()
		n += part.heldUp
		part.mu.Unlock()
	}
	return n
}

// failWaiting ends a call that would have to wait for its key.
func (k *jobKeys) failWaiting(c Call, err error) {
	c.worker = &k.job.noWorker
	if t := k.job.tuner; t != nil {
		t.failed.Add(1)
	}
	k.fail(c, Failed, givenUpError{err})
}

// givenUpError is of a call that failed instead of waiting for its key. It gets no other attempt, since this was none.
type givenUpError struct{ error }

func (e givenUpError) Unwrap() error { return e.error }

// refusedCalls are how often calls of a job were made again because the policy of their key said so.
type refusedCalls struct {
	any  atomic.Bool // there was one
	mu   sync.Mutex
	made map[refusedCall]madeAgain
}

type refusedCall struct {
	place  int64
	future *future
}

// madeAgain is how often a call was, and what the policy has noted of it.
type madeAgain struct {
	times int
	note  any
}

func (r *refusedCalls) of(c Call) madeAgain {
	if !r.any.Load() {
		return madeAgain{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.made[refusedCall{c.place, c.future}]
}

func (r *refusedCalls) add(c Call, note any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.any.Store(true)
	if r.made == nil {
		r.made = map[refusedCall]madeAgain{}
	}
	call := refusedCall{c.place, c.future}
	r.made[call] = madeAgain{r.made[call].times + 1, note}
}

// forget is when a call has ended.
func (r *refusedCalls) forget(c Call) {
	if !r.any.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.made, refusedCall{c.place, c.future})
}
