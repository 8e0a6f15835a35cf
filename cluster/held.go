package cluster

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/crossing"
)

// held is a chunk that a worker has.
type held struct {
	host *host
	*chunk
	of       mark // the task
	took     time.Time
	waits    atomic.Bool             // The session has not yet said that its calls may begin.
	cancel   context.CancelCauseFunc // Ends its calls.
	draining context.Context
	drain    context.CancelFunc // Has no more of its calls begin.

	failure  error      // How the last call failed that did. For the chunk's goroutine.
	sending  sync.Mutex // Held while answers are sent, so that the last ones come last.
	at       int        // The call whose value is being decoded or encoded; −1 for none. For the chunk's goroutine.
	mu       sync.Mutex
	answered []bool
	open     int       // How many calls have not been answered.
	pending  []pending // What is to be said of others.
	size     int       // How many bytes that is.
	bodies   []byte    // Where the next value is encoded, behind those before it. For the chunk's goroutine.
	told     bool      // The session knows that the chunk is here.
	begun    bool      // The session knows that all calls which are open have begun.
}

// What a message of answers has besides values, about: for each of them, and in all.
const perAnswer, beside = 16, 256

// mostShared is how many bytes of values are encoded into one piece of memory before another is begun, in which they need
// not be moved when it grows.
const mostShared = 64 << 10

// pending is how a call has ended, until that is said.
type pending struct {
	answer
	ended time.Time
}

// run runs a chunk, and returns when all of it has been answered: how the last of its calls failed that did, if any. The code
// of a value's type may end this goroutine, which is after the answers as well.
func (h *host) run(t *offered, message []byte) error {
	took := time.Now()
	if len(message) > 0 && kind(message[0]) == kindStub {
		s, err := decodeStub(message)
		if err == nil {
			message, err = fetch(h.calls, h.engine, s)
		}
		if err != nil {
			return nil // the session finds out that nobody has it
		}
	}
	c, err := decodeChunk(message)
	if err != nil || c.task != t.task.Name() {
		return nil
	}
	k := &held{host: h, chunk: c, of: t.mark, took: took, at: -1, answered: make([]bool, len(c.inputs)),
		open: len(c.inputs)}
	ctx, cancel := context.WithCancelCause(h.calls)
	defer cancel(nil)
	k.cancel = cancel
	if c.left > 0 {
		limited, release := context.WithDeadline(ctx, c.ends())
		defer release()
		ctx = limited
	}
	k.draining, k.drain = context.WithCancel(context.Background())
	defer k.drain()
	k.waits.Store(c.once)
	if !h.hold(k) {
		return nil
	}
	defer h.letGo(k)
	if c.once {
		if !k.claimed(ctx) {
			return nil // the session finds out that nobody has it, or has given it to another
		}
		k.took = time.Now()
		k.waits.Store(false)
	}
	if h.taking.Err() != nil {
		k.drain()
	}
	k.answerAll(ctx, t)
	return k.failure
}

// answerAll runs the calls and answers them, also when the code of a value's type ends this goroutine.
func (k *held) answerAll(ctx context.Context, t *offered) {
	defer func() {
		if k.at >= 0 {
			k.add(answer{at: k.at, outcome: overlap.Failed, body: appendError(overlap.Failed, overlap.ErrGoexit)}, time.Now())
		}
		k.answerRest(nil)
		k.sending.Lock()
		defer k.sending.Unlock()
		k.flush(true)
	}()
	k.answerRest(k.runCalls(ctx, t))
}

// runCalls runs the calls. It returns what the executor said of those that it refused.
func (k *held) runCalls(ctx context.Context, t *offered) (refused error) {
	inputs, places := make([]any, 0, len(k.inputs)), make([]int, 0, len(k.inputs))
	input := reflect.New(t.crossing.InType)
	for i, b := range k.inputs {
		input.Elem().SetZero()
		k.at = i
		if err := t.crossing.In.Decode(b, input.Interface()); err != nil {
			k.add(answer{at: i, outcome: overlap.Failed,
				body: appendError(overlap.Failed, fmt.Errorf("the input did not decode in the worker: %w", err))}, time.Now())
			continue
		}
		inputs, places = append(inputs, input.Elem().Interface()), append(places, i)
	}
	if k.at = -1; len(inputs) == 0 {
		return nil
	}
	options := []overlap.Option{overlap.RetryPolicy{}, overlap.Window(len(inputs)), overlap.Grace(k.grace),
		overlap.Drain(k.draining)}
	if k.once {
		options = append(options, overlap.AtMostOnce())
	}
	if k.timeout > 0 {
		options = append(options, overlap.Timeout(k.timeout))
	}
	start, out := time.Now(), reflect.New(t.crossing.OutType)
	for r := range k.results(ctx, t, inputs, places, options) {
		switch {
		case r.Index < 0 && ctx.Err() == nil && k.draining.Err() == nil:
			refused = r.Err
		case r.Index >= 0:
			a := answer{at: places[r.Index], outcome: r.Outcome}
			if k.timed {
				a.took = r.Finished - r.Started
			}
			k.at = a.at
			a.outcome, a.body = k.bodyOf(t, r, out)
			k.at = -1
			k.add(a, start.Add(r.Finished))
		}
	}
	return refused
}

// results makes the calls, whose places in the chunk are given. A single one is submitted to a group and waited for here: the
// executor may make it on this goroutine then, where a Stream needs two more.
func (k *held) results(ctx context.Context, t *offered, inputs []any, places []int,
	options []overlap.Option) iter.Seq[overlap.Result[any, any]] {
	if len(inputs) > 1 {
		return overlap.Stream(ctx, k.host.executor, t.task, slices.Values(inputs), options...)
	}
	return func(yield func(overlap.Result[any, any]) bool) {
		group := overlap.NewGroup(ctx, k.host.executor, options...)
		call := overlap.Submit(group, t.task, inputs[0])
		k.at = places[0] // the executor decodes the value here, too
		_, _ = call.Wait(ctx)
		k.at = -1
		err := group.Wait()
		r, _ := call.Result() // it has ended, as the group has
		if r.Index < 0 {
			r.Err = err // the executor's refusal
		}
		yield(r)
	}
}

// bodyOf encodes how a call has ended. out is where a value of the task's fits.
func (k *held) bodyOf(t *offered, r overlap.Result[any, any], out reflect.Value) (o overlap.Outcome, body []byte) {
	if r.Outcome == overlap.NeverStarted {
		return overlap.Pending, nil
	}
	if r.Outcome == overlap.Succeeded {
		out.Elem().SetZero()
		if r.Value != nil {
			out.Elem().Set(reflect.ValueOf(r.Value))
		}
		if len(k.bodies) > mostShared {
			k.bodies = nil
		}
		all, err := t.crossing.Out.Append(k.bodies, out.Interface())
		if err == nil {
			body, k.bodies = all[len(k.bodies):len(all):len(all)], all
		}
		if err == nil && len(body) > mostValue {
			err = fmt.Errorf("a value of %d bytes is too large to cross: at most %d", len(body), mostValue)
		}
		if err != nil {
			return overlap.Failed, appendError(overlap.Failed, fmt.Errorf("the result does not cross to the submitter: %w", err))
		}
		return overlap.Succeeded, body
	}
	k.failure = r.Err
	err := r.Err
	if call, ok := err.(*overlap.CallError); ok {
		err = call.Err
	}
	if late, ok := err.(*overlap.TimeoutError); ok {
		if err = late.Err; err == nil {
			return r.Outcome, nil
		}
	}
	return r.Outcome, appendError(r.Outcome, err)
}

// appendError encodes an error. Of outcomes it tells panics from all others; the answer has the outcome itself.
func appendError(o overlap.Outcome, err error) []byte {
	if p, ok := errors.AsType[*overlap.PanicError](err); ok && o == overlap.Panicked {
		return crossing.AppendFailure(nil, overlap.Panicked, crossing.PanicCause(p.Value), p.Stack)
	}
	return crossing.AppendFailure(nil, overlap.Failed, err, nil)
}

// add notes how a call has ended.
func (k *held) add(a answer, ended time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.answered[a.at] {
		return
	}
	k.answered[a.at] = true
	if a.outcome != overlap.Pending {
		k.host.answers.count(a.outcome)
	}
	if k.pending == nil {
		k.pending = make([]pending, 0, k.open)
	}
	k.open--
	k.pending = append(k.pending, pending{a, ended})
	k.size += len(a.body)
}

// answerRest answers the calls that nobody has: they have failed, if there is an error, or have not begun.
func (k *held) answerRest(err error) {
	for i := range k.inputs {
		k.mu.Lock()
		done := k.answered[i]
		k.mu.Unlock()
		switch {
		case done:
		case err != nil:
			k.add(answer{at: i, outcome: overlap.Failed, body: appendError(overlap.Failed, err)}, time.Now())
		default:
			k.add(answer{at: i, outcome: overlap.Pending}, time.Now())
		}
	}
}

// look answers what has waited long enough, and has what waits for a slow call run elsewhere. It reports whether the
// session is to be told that the chunk is here.
func (k *held) look(now time.Time) (tell bool) {
	held := now.Sub(k.took)
	if held > tooSlow && len(k.inputs) > 1 {
		k.drain()
	}
	k.mu.Lock()
	open, waits, begun := k.open, len(k.pending) > 0, k.begun
	small := k.size < k.host.engine.largest()/2
	tell = !k.told && held >= tick
	k.told = k.told || tell
	running := held >= tick && len(k.inputs) == 1 || held > 2*tooSlow // the others have been given back
	k.begun = begun || running
	k.mu.Unlock()
	if waits && open > 0 && small && k.sending.TryLock() { // else the end is being said
		k.flush(false)
		k.sending.Unlock()
	}
	if k.timed && running && !begun && open > 0 {
		k.sayBegun(now)
	}
	return tell
}

// sayBegun says that the calls which are open have begun.
func (k *held) sayBegun(now time.Time) {
	s := started{worker: k.host.id, nonce: k.nonce}
	k.mu.Lock()
	for i, done := range k.answered {
		if !done {
			s.calls = append(s.calls, startedCall{i, now.Sub(k.took)})
		}
	}
	k.mu.Unlock()
	_ = k.host.engine.send(answersTo(k.session), s.append(nil)) // their answers say it as well
}

// flush says how calls have ended. It is called with sending held. The last time it returns when that is on its way, or
// nobody wants it.
func (k *held) flush(last bool) {
	now := time.Now()
	a := answers{worker: k.host.id, nonce: k.nonce, last: last, spent: now.Sub(k.took)}
	k.mu.Lock()
	a.calls = make([]answer, 0, len(k.pending))
	for _, p := range k.pending {
		if k.timed {
			p.ago = now.Sub(p.ended)
		}
		a.calls = append(a.calls, p.answer)
	}
	size := k.size
	k.pending, k.size = nil, 0
	k.mu.Unlock()
	message := a.append(make([]byte, 0, size+perAnswer*len(a.calls)+beside))
	e := k.host.engine
	if len(message) <= e.largest() {
		for e.send(answersTo(k.session), message) != nil && e.shutOut() == nil && time.Since(now) < notTaken {
			time.Sleep(5 * tick)
		}
		return
	}
	name, stub := k.host.stock.keep(k.host.id, k.nonce, message)
	for tries := 0; k.host.stock.has(name) && e.shutOut() == nil && time.Since(now) < notTaken; tries++ {
		if tries%100 == 0 { // it may have been lost
			_ = e.send(answersTo(k.session), stub)
		}
		time.Sleep(tick)
	}
	k.host.stock.forget(name)
}
