package cluster

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"example.com/overlap"
)

// lease is some calls in the hands of one of a job's workers, a goroutine: it submits them in a chunk, and ends them as
// their answers come. It holds them until then, so whatever becomes of the chunk, the calls can be submitted again.
type lease struct {
	x       *Executor
	worker  *overlap.Worker
	job     *overlap.Job
	began   time.Time       // When the job did.
	drained <-chan struct{} // Closed when nothing of the job may begin any more; nil if nobody says so.
	wake    chan struct{}   // Something has come, or it is time to look.

	parcels []*parcel
	open    int    // How many calls have not ended.
	inputs  []byte // Where the next input is encoded, behind those before it.
	looked  time.Time
	places  map[*route]reflect.Value // A *Out for each task, into which its values are decoded.
}

// flying is a call that has been submitted.
type flying struct {
	call   overlap.Call
	route  *route
	input  []byte
	begun  bool    // The job has been told that it began.
	ended  bool    // The job has its result, or the call back.
	deaths []error // Of the workers that died under it.
}

const (
	mostCalls   = 4096                 // in a chunk
	mostBytes   = 256 << 10            // of inputs in a chunk, but for a single call
	worthwhile  = 5 * time.Millisecond // how much work a chunk should be
	chunksAhead = 2                    // of a lease whose calls are short: a worker finds the next one in the queue
)

// work is the life of a job's worker.
func (x *Executor) work(w *overlap.Worker, job *overlap.Job, began time.Time) {
	l := &lease{x: x, worker: w, job: job, began: began, drained: job.Drained(), wake: make(chan struct{}, 1)}
	x.mu.Lock()
	x.leases[l] = true
	x.mu.Unlock()
	defer l.end()
	calls := make([]overlap.Call, 1)
	for {
		n := w.NextBatch(calls)
		if n == 0 {
			return
		}
		size := l.send(calls[:n])
		l.await()
		if size > 1 {
			size *= chunksAhead
		}
		if size > cap(calls) {
			calls = make([]overlap.Call, size)
		}
		calls = calls[:size]
	}
}

// end is after the last call, and when the code of a type has ended the goroutine: then the other calls are heard all
// the same.
func (l *lease) end() {
	if l.open > 0 {
		defer l.end()
		l.await()
		return
	}
	l.x.mu.Lock()
	delete(l.x.leases, l)
	l.x.mu.Unlock()
}

func (l *lease) awaken() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// send submits calls, all of one task. It returns how many calls a next chunk should have.
func (l *lease) send(calls []overlap.Call) (size int) {
	r := l.x.routeTo(calls[0].Task())
	if err := l.x.cannot(r.mark, l.began); err != nil {
		for _, call := range calls {
			l.refuse(call, err)
		}
		return 1
	}
	once := calls[0].AtMostOnce()
	block := make([]flying, len(calls))
	flown := make([]*flying, 0, len(calls))
	next := 0
	defer func() { // the code of an input's type has ended this goroutine, unless all has been sent
		for _, left := range calls[next:] {
			left.Requeue()
		}
	}()
	bytes, most := 0, (len(calls)+chunksAhead-1)/chunksAhead
	if once {
		most = 1
	}
	for _, call := range calls {
		next++
		if input, ok := l.encode(call, r); ok {
			if bytes += len(input); len(flown) == most || bytes > mostBytes && len(flown) > 0 {
				l.submit(flown, false)
				flown, bytes = flown[len(flown):], len(input)
			}
			f := &block[next-1]
			*f = flying{call: call, route: r, input: input}
			flown = append(flown, f)
			l.open++
			l.x.underWay.Add(1)
		}
	}
	if len(flown) > 0 {
		l.submit(flown, false)
	}
	if once {
		return 1
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.size
}

// encode encodes a call's input, or ends the call.
func (l *lease) encode(call overlap.Call, r *route) (input []byte, ok bool) {
	if r.err != nil {
		call.End(nil, overlap.Failed, r.err)
		return nil, false
	}
	encoded := false
	defer func() {
		if !encoded { // the type's own encoder has ended this goroutine
			call.End(nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	if len(l.inputs) > mostShared {
		l.inputs = nil
	}
	all, err := r.crossing.AppendInput(l.inputs, call.Input())
	encoded = true
	if err == nil {
		input, l.inputs = all[len(l.inputs):len(all):len(all)], all
	}
	if err == nil && len(input) > mostValue {
		err = fmt.Errorf("a value of %d bytes is too large to cross: at most %d", len(input), mostValue)
	}
	if err != nil {
		call.End(nil, overlap.Failed, fmt.Errorf("the input does not cross to a worker: %w", err))
		return nil, false
	}
	return input, true
}

// submit submits calls of one task as a chunk of their own. single says that a death is to be blamed on the call.
func (l *lease) submit(calls []*flying, single bool) {
	first := calls[0]
	p := &parcel{nonce: newNonce(), lease: l, calls: calls, single: single || len(calls) == 1, sentAt: time.Now()}
	p.once = first.call.AtMostOnce()
	c := chunk{nonce: p.nonce, session: l.x.id, task: first.call.Task().Name(), timed: first.call.Timed(), once: p.once}
	c.timeout, c.grace = first.call.Timeout()
	c.inputs = make([][]byte, 0, len(calls))
	if deadline, ok := first.call.Context().Deadline(); ok {
		c.left, c.deadline = max(time.Until(deadline), 1), deadline
	}
	size := beside
	for _, f := range calls {
		c.inputs = append(c.inputs, f.input)
		size += len(f.input) + perAnswer
	}
	l.parcels = append(l.parcels, p)
	l.x.mu.Lock()
	l.x.parcels[p.nonce] = p
	l.x.mu.Unlock()
	l.x.offer(first, p, c.append(make([]byte, 0, size)))
}

// offer puts a chunk into the queue of its task. Whether it gets there the lease finds out later.
func (x *Executor) offer(first *flying, p *parcel, message []byte) {
	if err := x.ready(first.call.Context(), first.call.Task(), first.route); err != nil {
		p.offer = refusedOffer{}
		return
	}
	if len(message) > x.engine.largest() {
		p.large, message = x.stock.keep(x.id, p.nonce, message)
	}
	p.offer = x.engine.submit(first.route.fingerprint, x.id, message)
}

// refusedOffer is a chunk that the engine did not take.
type refusedOffer struct{}

func (refusedOffer) waits(context.Context) (bool, error)    { return false, nil }
func (refusedOffer) withdraw(context.Context) (bool, error) { return true, nil }

// await returns when all calls have ended.
func (l *lease) await() {
	for l.open > 0 {
		select {
		case <-l.wake:
		case <-l.x.stop: // Nothing wakes leases any more: what is open ends now.
		}
		for i := 0; i < len(l.parcels); i++ { // which may become more
			p := l.parcels[i]
			for _, message := range p.takeMail() {
				l.take(p, message)
			}
		}
		if now := time.Now(); l.open > 0 && (now.Sub(l.looked) >= tick/2 || isClosed(l.x.stop)) {
			l.looked = now
			l.look(now)
		}
	}
	l.forget()
}

// forget is when all calls have ended: what is still under way of them is for nothing.
func (l *lease) forget() {
	l.x.mu.Lock()
	for _, p := range l.parcels {
		delete(l.x.parcels, p.nonce)
	}
	l.x.mu.Unlock()
	for _, p := range l.parcels {
		if p.large != (nonce{}) {
			l.x.stock.forget(p.large)
		}
		if !p.done {
			l.x.order(kindCancel, p)
			go withdraw(p.offer)
		}
	}
	clear(l.parcels)
	l.parcels = l.parcels[:0]
}

// withdraw takes a chunk back that nobody has taken, and reports whether it did.
func withdraw(o offer) bool {
	ctx, cancel := context.WithTimeout(context.Background(), greeting)
	defer cancel()
	was, err := o.withdraw(ctx)
	return was && err == nil
}

// order tells whoever has a chunk what to do with its calls.
func (x *Executor) order(k kind, p *parcel) {
	o := order{k, p.nonce.tag()}
	_ = x.engine.send(toWorkers, o.append(nil)) // it is said again
}
