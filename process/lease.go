package process

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"example.com/overlap"
)

// lease is a worker process in the hands of one of a job's workers, whose goroutine writes calls, as many as keep the
// process busy, and reads replies. It never blocks on a write while there are replies to read: what is in flight fits
// into half the pipe, and a larger frame travels alone.
type lease struct {
	pool   *Pool
	worker *overlap.Worker
	child  *child
	flight []flying // sent and not answered, oldest first
	head   int      // of flight
	bytes  int      // in flight
	frames []byte   // not yet written
	window int
	last   time.Time     // of the last replies
	cursor time.Time     // up to which the calls that have been answered ran
	each   time.Duration // that they took, about

	routes    map[string]*route
	recent    overlap.AnyTask // whose route is route
	route     *route
	timed     bool // the job wants to know when calls begin and end
	fruitless int  // workers in a row that died with nothing begun
	watched   watched
}

// flying is a call in flight.
type flying struct {
	call     overlap.Call
	route    *route
	bytes    int
	gone     bool      // given back: what the worker says of it does not count
	earliest time.Time // when it may have begun
}

const (
	mostFlying  = 512
	mostInPipe  = 4 << 10 // half of the smallest pipe Linux makes for a user who has many
	mostPending = 16 << 10
	largeInput  = 64 << 10
	busyFor     = 3 * time.Millisecond // how much work is in flight to a worker
)

// work is the life of a job's worker: it leases a process and feeds it until there are no more calls.
func (p *Pool) work(w *overlap.Worker) {
	l := &lease{pool: p, worker: w, window: 1}
	defer l.end()
	for {
		call, ok := w.TryNext()
		if !ok {
			return
		}
		if l.child == nil {
			if err := l.begin(call); err != nil {
				call.End(nil, overlap.Failed, err)
				continue
			}
		}
		switch {
		case !l.feed(call):
			l.buried()
		case l.pool.settings.retire(l.child, 0):
			l.end()
		}
	}
}

func (l *lease) begin(call overlap.Call) error {
	c, err := l.pool.take()
	if err != nil {
		return err
	}
	l.child = c
	l.timed = call.Timed()
	c.expired = l.look
	l.watched = watched{}
	l.pool.watch(c)
	return nil
}

// end returns the process.
func (l *lease) end() {
	if l.child != nil && l.head < len(l.flight) { // a value that decodes has ended this goroutine
		l.child.kill("its replies are not read any more")
		l.buried()
	}
	if l.child != nil {
		l.pool.unwatch(l.child)
		l.child.expired = nil
		l.pool.give(l.child)
		*l = lease{pool: l.pool, worker: l.worker, window: 1}
	}
}

// feed sends the call and as many more as the window allows, and goes on until nothing is in flight. It reports false
// when the process has died.
func (l *lease) feed(call overlap.Call) bool {
	ok := true
	l.last = time.Now()
	l.cursor = l.last
	for {
		for ok {
			if !l.send(call) {
				return false
			}
			if !l.room() {
				break
			}
			call, ok = l.worker.TryNext()
		}
		if len(l.flight) == l.head {
			return true
		}
		if !l.write() || !l.receive() {
			return false
		}
		if ok = l.room(); ok {
			call, ok = l.worker.TryNext()
		}
	}
}

func (l *lease) room() bool {
	inFlight := len(l.flight) - l.head
	return inFlight < l.window && l.bytes < mostInPipe && l.child.page.revoked.Load() == 0 && !l.pool.settings.retire(l.child, inFlight)
}

// send adds a call to what is to be written. One that does not encode fails here.
func (l *lease) send(call overlap.Call) bool {
	if l.timed {
		if ctx := call.Context(); ctx.Err() != nil { // canceled while it waited
			call.End(nil, overlap.NeverStarted, context.Cause(ctx))
			return true
		}
	}
	r := l.routeOf(call.Task())
	if r.err != nil {
		call.End(nil, overlap.Failed, r.err)
		return true
	}
	start := len(l.frames)
	b := l.frames
	if !r.known {
		b = append(appendHead(b, kindTask), call.Task().Name()...)
		endFrame(b, start)
	}
	at := len(b)
	timeout, _ := call.Timeout()
	b = binary.AppendUvarint(binary.AppendUvarint(appendHead(b, kindCall), r.number), uint64(timeout/time.Microsecond))
	input := len(b)
	b, err := r.appendInput(b, call.Input())
	if err == nil {
		err = endFrame(b, at)
	}
	if at > start { // the worker is told of the task, whatever becomes of this call
		r.known = true
		l.frames = b[:at]
	}
	if err != nil {
		call.End(nil, overlap.Failed, fmt.Errorf("the input does not cross to a worker process: %w", err))
		return true
	}
	size := len(b) - start
	if l.bytes+size > 2*mostInPipe && l.head < len(l.flight) { // it would not fit, so the others go first
		call.Requeue()
		l.bytes = max(l.bytes, mostInPipe) // no room before they are answered
		return true
	}
	l.child.sent++
	if s := l.child.printed.sorter; s != nil {
		s.expect(l.child.sent, call.Task().Name(), call.Index())
	}
	l.bytes += size
	earliest := l.last
	if call.Attempt() > 1 { // its last attempt may have ended elsewhere since
		earliest = time.Now()
	}
	l.flight = append(l.flight, flying{call: call, route: r, bytes: size, earliest: earliest})
	if len(l.flight) == l.head+1 {
		l.begun()
	}
	if len(b)-input >= largeInput {
		return l.sendLarge(b, at, input)
	}
	l.frames = b
	return len(b) < mostPending || l.write()
}

// sendLarge sends the call that begins at a place of the frames with its input by the lane, which is faster for much at
// once. Nothing else is in flight, so the worker reads it as it comes.
func (l *lease) sendLarge(b []byte, at, input int) bool {
	payload := b[input:]
	head := binary.AppendUvarint(append([]byte(nil), b[at:input]...), uint64(len(payload)))
	head[4] = byte(kindLarge)
	if endFrame(head, 0) != nil {
		return false
	}
	announced := append(append([]byte(nil), b[:at]...), head...)
	l.frames = b[:0]
	return l.child.write(l.child.requests, announced) == nil && l.child.write(l.child.lane, payload) == nil
}

func (l *lease) write() bool {
	if len(l.frames) == 0 {
		return true
	}
	err := l.child.write(l.child.requests, l.frames)
	if l.frames = l.frames[:0]; cap(l.frames) > mostKept {
		l.frames = nil
	}
	return err == nil
}

// receive reads replies: one at least, and all that have come with it.
func (l *lease) receive() bool {
	n := 0
	for n == 0 || l.child.in.buffered() && l.head < len(l.flight) {
		k, body, err := l.child.in.next()
		if err != nil {
			return false
		}
		if n == 0 {
			l.pace()
		}
		if l.head == len(l.flight) || !l.settle(k, body) {
			l.child.kill("it sent what is no reply")
			return false
		}
		n++
	}
	if l.each > 0 {
		l.window = min(mostFlying, max(1, (l.window+int(busyFor/l.each)+1)/2))
	}
	if l.head == len(l.flight) {
		l.flight, l.head, l.bytes = l.flight[:0], 0, 0
		l.child.page.revoked.Store(0) // all revoked calls have been answered for
	}
	return true
}

// pace finds out how long each of the calls took whose replies come now: the worker made them one after another since
// the last ones. Their times are shared out evenly, so that none costs a look at a clock.
func (l *lease) pace() {
	now := time.Now()
	_, finished := l.child.progress()
	l.each = now.Sub(l.cursor) / time.Duration(max(1, finished-l.child.answered))
	l.last = now
}

// endCall ends a call when the worker ended it.
func (l *lease) endCall(call overlap.Call, out any, o overlap.Outcome, err error) {
	if l.timed {
		call.EndAt(l.cursor, out, o, err)
	} else {
		call.End(out, o, err)
	}
}

// begun says that the oldest call in flight has started, or is about to: it is the worker's turn.
func (l *lease) begun() {
	if l.timed && l.head < len(l.flight) && !l.flight[l.head].gone {
		f := &l.flight[l.head]
		if f.earliest.After(l.cursor) {
			l.cursor = f.earliest
		}
		f.call.Started(l.cursor)
	}
}

// settle ends the oldest call in flight as the reply says.
func (l *lease) settle(k kind, body []byte) bool {
	f := &l.flight[l.head]
	call, gone := f.call, f.gone
	if next := l.cursor.Add(l.each); next.Before(l.last) {
		l.cursor = next
	} else if l.cursor.Before(l.last) {
		l.cursor = l.last
	}
	l.head++
	l.bytes -= f.bytes
	l.child.answered++
	if k != kindSkipped {
		l.child.served++
	}
	switch k {
	case kindValue:
		if !gone {
			f.route.end(l, call, body)
		}
	case kindFailed:
		o, err, bad := decodeFailure(body)
		if bad != nil {
			if !gone {
				call.End(nil, overlap.Failed, fmt.Errorf("the worker's error did not decode: %w", bad))
			}
			break
		}
		if o == overlap.TimedOut {
			timeout, grace := call.Timeout()
			err = &overlap.TimeoutError{Timeout: timeout, Grace: grace, Err: err}
		}
		if !gone {
			l.endCall(call, nil, o, err)
		}
	case kindSkipped:
		if s := l.child.printed.sorter; s != nil {
			s.forget(l.child.answered)
		}
		if !gone {
			call.Requeue()
		}
	default:
		return false
	}
	*f = flying{}
	l.begun()
	return true
}
