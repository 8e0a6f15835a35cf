package overlap

import "time"

// KeyPolicy says how calls of one key may start, and says it anew as attempts at them end: for limits that follow what
// happens, such as those of a server that refuses requests, or that is down.
type KeyPolicy struct {
	// AtOnce is how many calls of the key may run at once where the state says nothing of that; 0 leaves it to the
	// AtOnce of the PerKey. Where there are several limits, the least of them holds.
	AtOnce int

	// Ended is told of an attempt at a call of the key that has ended, and returns what holds from then on: of each
	// attempt that has failed, panicked or timed out or whose worker has died, and as long as the last state was not the
	// zero KeyState, also of each that has succeeded. It is called for one attempt at a time, on any goroutine, and must
	// neither block nor use the job. When it panics or ends its goroutine, the call has failed with that, unless it
	// succeeded, and the state stays as it was.
	Ended func(KeyAttempt) KeyState
}

// KeyAttempt is an attempt at a call, as a [KeyPolicy] is told of it.
type KeyAttempt struct {
	Outcome   Outcome
	Err       error         // nil if it succeeded
	Took      time.Duration // since it could begin
	Refused   int           // how often the call has been made again before, because the state said Again
	Note      any           // that of the state which said so last
	Running   int           // how many calls of the key run now, without this one
	Waiting   int           // how many wait for the key
	Succeeded int           // how many have succeeded since the policy was told of an attempt, or the key was met
	Within    time.Duration // how long ago that was
}

// KeyState is what a [KeyPolicy] holds the calls of its key to. The zero KeyState is no limit.
type KeyState struct {
	AtOnce int           // the most calls that may run at once; 0: as in the policy
	Every  time.Duration // between the starts of two calls, at least
	Hold   time.Duration // no call starts for so long from now
	Fail   error         // a call that may not start now fails with this instead of waiting for the key; nil: it waits
	Again  bool          // the call of this attempt, unless it succeeded, is made again, whatever its RetryPolicy says
	After  time.Duration // with Again: how long the call waits first, while others may have the key
	Behind int           // with Again: how many of the calls that wait for the key then go before it; 0: all
	Note   any           // with Again: what the policy is told with the next attempt at the call
	Mixed  bool          // the calls that wait for the key get it in any order, not in that in which they came
}

type adapt func(key string) KeyPolicy

func (a adapt) applyToKeys(to *KeyLimits) { to.adapt = a }

// Adapt has each key held to a policy of its own, which of returns when the key is first met; it may be met again as a
// new one when it was not in use for a while and its state was zero. Retries wait with the other calls of the key while
// that is held, and all calls that wait for another attempt count among those that wait for their keys. An [Auto] leaves refusals of calls that have such a key to the policy. A call costs the same as under
// any [PerKey], and what has failed or is under a state about a microsecond more.
//
// of is called like the function of a PerKey. Adapt panics when it is nil.
func Adapt(of func(key string) KeyPolicy) KeyLimit {
	if of == nil {
		panic("overlap: Adapt: the function is nil")
	}
	return adapt(of)
}
