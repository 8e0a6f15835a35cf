package overlap

import (
	"fmt"
	"hash/maphash"
	"reflect"
	"sync/atomic"
	"time"
)

// KeyLimits is what [PerKey] returns: limits that hold for each key by itself. It is an [Option] of jobs, and jobs that
// are given the same one share its keys. Safe for concurrent use.
type KeyLimits struct {
	input  reflect.Type
	keyOf  func(input any) (key string, ok bool) // input is a pointer; not ok if it points to another type
	atOnce int                                   // how many calls of a key may run at once; 0: any number
	rate   *RateLimit                            // how fast the calls of a key may start; nil: at once
	adapt  adapt                                 // the policy of a key; nil: there are none
	made   time.Time                             // from when times are counted, without a rate
	seed   maphash.Seed
	parts  [keyParts]keyLines // by a hash of the key, so that calls of different keys seldom share a lock
}

// keyParts is how many parts the keys are in.
const keyParts = 64

// part is the part that a key belongs to.
func (k *KeyLimits) part(key string) *keyLines { return &k.parts[maphash.String(k.seed, key)%keyParts] }

// leave takes all calls of a job that wait for their keys.
func (k *KeyLimits) leave(of *jobKeys) []waitingCall {
	if of.waiting.Load() == 0 {
		return nil
	}
	var left []waitingCall
	for i := range k.parts {
		left = append(left, k.parts[i].leave(of)...)
	}
	return left
}

// KeyLimit is what a [PerKey] holds the calls of each key to: [AtOnce], a [Rate], or what a policy says ([Adapt]).
type KeyLimit interface{ applyToKeys(*KeyLimits) }

type atOnce int

func (n atOnce) applyToKeys(to *KeyLimits) { to.atOnce = int(n) }

// AtOnce lets at most n calls of a key run at once. It panics when n < 1.
func AtOnce(n int) KeyLimit {
	if n < 1 {
		panic(fmt.Sprintf("overlap: AtOnce: must be at least 1, got %d", n))
	}
	return atOnce(n)
}

func (r *RateLimit) applyToKeys(to *KeyLimits) {
	r.mustBeMade()
	to.rate = r
}

// lookAhead is how many calls of a job wait for their keys at most, while it looks for one whose key is free.
const lookAhead = 1 << 16

// PerKey limits calls by a key of their input, such as the host of a URL: for each key by itself, it says how many
// calls may run at once, or start in a time, or both:
//
//	perHost := overlap.PerKey(hostOf, overlap.AtOnce(2), overlap.Rate(5, time.Second))
//	pages, err := overlap.Map(ctx, overlap.Pool(64), fetch, urls, perHost)
//
// Jobs that are given the same KeyLimits share its limits. A [Rate] among them is a pattern: each key has a rate of its
// own like it. The executor's limit and other options hold as well. A job has one PerKey at most; calls of a [Group]
// whose input is not an In have no key, and are not limited.
//
// A call whose key is not free holds no worker, no slot and no goroutine, its wait is no part of its [Timeout], and
// the job looks further: at most 65,536 of its calls wait for their keys, so that a list that is sorted by key does
// not stall. Those of one key start in the order in which they were found, also those of several jobs, unless a
// [KeyState] says otherwise; a call that is made again ([RetryPolicy]) is then the last. A [Stream] without a [Window] draws
// as many more inputs as wait for their keys; with one it looks no further than that.
//
// key is called once for each attempt, on any goroutine and several at once, and must always give the same key for an
// input. If it panics or ends its goroutine, the call has failed with that; under [Sync], which calls it on the
// goroutine that waits for the job, that goroutine then ends, as with a task. A call costs some three hundred nanoseconds
// more, under [Async] twice that, and memory for each that waits, for each key that is in use and for some 16,000 that
// are not.
//
// PerKey panics when key is nil or there is no limit, and a [Map] or [Stream] whose inputs are of another type than In
// when it is given one.
func PerKey[In any](key func(In) string, limits ...KeyLimit) *KeyLimits {
	if key == nil {
		panic("overlap: PerKey: the function is nil")
	}
	k := &KeyLimits{input: reflect.TypeFor[In]()}
	k.keyOf = func(input any) (string, bool) {
		in, ok := input.(*In)
		if !ok {
			return "", false
		}
		return key(*in), true
	}
	for i, limit := range limits {
		if isNil(limit) {
			panic(fmt.Sprintf("overlap: PerKey: limit %d is nil", i+1))
		}
		limit.applyToKeys(k)
	}
	if len(limits) == 0 {
		panic("overlap: PerKey: there is no limit: give it overlap.AtOnce, overlap.Rate or overlap.Adapt")
	}
	k.seed, k.made = maphash.MakeSeed(), time.Now()
	for i := range k.parts {
		k.parts[i].limits, k.parts[i].lines = k, map[string]*keyLine{}
	}
	return k
}

func (k *KeyLimits) applyToJob(to *options) {
	if k.keyOf == nil {
		panic("overlap: KeyLimits: they were not made by PerKey")
	}
	if to.keys != nil {
		panic("overlap: PerKey: a job can have only one: put the keys together into one")
	}
	to.keys = k
}

// mustFit panics when the inputs of the job that the public function where was given are not those that the keys are
// of.
func (k *KeyLimits) mustFit(where string, input reflect.Type) {
	if k != nil && k.input != input {
		panic(fmt.Sprintf("overlap: %s: PerKey is for inputs of the type %v, and those of the task are %v",
			where, k.input, input))
	}
}

// jobKeys are the calls of one job that have a key.
type jobKeys struct {
	limits *KeyLimits
	job    *Job

	holding  keyPermits              // of the calls that may start, or have and not ended
	waiting  atomic.Int64            // how many calls wait for their keys
	waited   [keyCauses]atomic.Int64 // how many times one had, until it could begin, by what had kept it
	onWait   func()                  // called when one more does, with no mutex held; may be nil
	refusals refusedCalls            // where keys have policies
}

// claim claims a call whose key is free: one that has waited for it, or the next that need not.
func (k *jobKeys) claim() (Call, bool) {
	j := k.job
	for {
		if j.requeuedCount.Load() > 0 {
			if c, ok := j.popRequeued(); ok {
				if k.begin(c) {
					return c, true
				}
				continue
			}
		}
		if !k.hasRoom() {
			return Call{}, false
		}
		c, ok := j.callSet.claimOne()
		if !ok {
			return Call{}, false
		}
		if k.enter(c, ending{}, true) {
			return c, true
		}
	}
}

// claimSeveral claims up to len(calls) calls whose keys are free, all of one task and its options.
func (k *jobKeys) claimSeveral(calls []Call) int {
	if k.job.task == nil {
		calls = calls[:1]
	}
	n := 0
	for n < len(calls) {
		c, ok := k.claim()
		if !ok {
			break
		}
		calls[n] = c
		n++
	}
	return n
}

// claimOf claims the call of a future, if its key is free.
// It is one of a group.
func (k *jobKeys) claimOf(f *future) (Call, bool) {
	if c, ok := k.job.popRequeuedOf(f); ok {
		return c, k.begin(c)
	}
	if c, ok := f.job.claimQueued(f); ok && k.enter(c, ending{}, true) {
		return c, true
	}
	return Call{}, false
}

// enter gives a call to its key. It reports whether the key is free for it; if begins is set, the call then begins.
func (k *jobKeys) enter(c Call, last ending, begins bool) bool {
	c.worker = nil
	return k.enterOn(c, last, begins)
}

// enterOn is enter for a call that begins on its worker, if it has one.
func (k *jobKeys) enterOn(c Call, last ending, begins bool) bool {
	switch key, limited, ok := k.keyOf(c); {
	case !ok:
		return false
	case !limited:
		return true
	default:
		return k.limits.part(key).enter(key, keyedCall{keys: k, call: c, last: last}, begins, nil)
	}
}

// keyOf is the key of a call, if its input is one that the limits are for. It calls code of the user, and reports not
// ok when that broke and the call has failed thereby.
func (k *jobKeys) keyOf(c Call) (key string, limited, ok bool) {
	c.worker = &k.job.noWorker
	if k.job.offer != nil || k.job.lendsWork { // then this may be the goroutine of a Map, a Submit or a Wait
		return k.guardedKeyOf(c)
	}
	defer func() {
		if ok {
			return
		}
		if p := recover(); p != nil {
			k.fail(c, Panicked, panicError(p))
		} else {
			k.fail(c, Failed, errKeyGoexit)
			go k.job.dispatch() // in place of this goroutine, which ends
		}
	}()
	key, limited = k.limits.keyOf(k.job.callSet.input(c))
	return key, limited, true
}

// guardedKeyOf is keyOf on a goroutine that the user's function must not end.
func (k *jobKeys) guardedKeyOf(c Call) (key string, limited, ok bool) {
	input := k.job.callSet.input(c)
	broken := guarded(func() { key, limited = k.limits.keyOf(input) })
	switch {
	case broken == nil:
		return key, limited, true
	case broken == ErrGoexit:
		k.fail(c, Failed, errKeyGoexit)
	default:
		k.fail(c, Panicked, broken)
	}
	return "", false, false
}

// errKeyGoexit is the error of a call whose key is not known since the user's function ended its goroutine.
var errKeyGoexit = fmt.Errorf("the function of PerKey: %w", ErrGoexit)

// fail ends a call that has no key since the user's function broke.
func (k *jobKeys) fail(c Call, o Outcome, err error) {
	k.job.callSet.started(c, k.job.now())
	k.job.callSet.ended(c, nil, o, err)
}

// begin is when a call begins that is handed out again, whose key has become free for it. One that was given back out of a
// batch before its turn has not been given to its key: begin reports false if it waits for that now.
func (k *jobKeys) begin(c Call) bool {
	permit := k.holding.of(c)
	if permit == nil {
		return k.enter(c, ending{}, true)
	}
	line := permit.line.Load()
	switch {
	case line == nil:
		return k.enter(c, ending{}, true)
	case k.limits.rate != nil || k.limits.adapt != nil:
		line.of.begin(line, permit)
	}
	return true
}

// mayBegin reports whether a call that a worker has claimed in a batch may begin. It may not if it has to wait for its key,
// and was given to that.
func (j *Job) mayBegin(c Call) bool {
	keys := j.keys()
	if keys == nil || keys.enterOn(c, ending{}, true) {
		return true
	}
	j.admission.giveBack(1)
	return false
}

// release is when an attempt at a call has ended, or will not be made: its key is free for another.
func (k *jobKeys) release(c Call) {
	if line, begun := k.holding.take(c); line != nil {
		line.of.release(line, begun)
	}
}

// grant has a call handed out whose key has become free for it.
func (k *jobKeys) grant(c Call, last ending) {
	if k.job.addWaiting(waitingCall{Call: c, last: last}) {
		k.job.dispatch()
	}
}

// hasRoom reports whether the job may look further for a call whose key is free.
func (k *jobKeys) hasRoom() bool { return k.waiting.Load() < lookAhead }
