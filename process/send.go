package process

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"example.com/overlap"
)

// outgoing are frames that have not been written. The last one may be open for more calls like those in it.
type outgoing struct {
	bytes   []byte
	open    int            // Where the last frame begins, if it is open; else −1.
	route   *route         // The task of the open frame.
	timeout time.Duration  // The timeout of its calls.
	calls   int            // How many calls are in it.
	until   int64          // The deadline of the job, in nanoseconds since 1970; 0 if it has none.
	run     []overlap.Call // Room for calls on their way into frames.
}

func (o *outgoing) reset() { *o = outgoing{bytes: o.bytes[:0], open: -1, run: o.run, until: o.until} }

// pull pulls up to most calls.
func (o *outgoing) pull(w *overlap.Worker, most int) []overlap.Call {
	if most > len(o.run) {
		o.run = make([]overlap.Call, most)
	}
	return o.run[:w.NextBatch(o.run[:most])]
}

const (
	smallestPipe = 8 << 10 // what Linux gives a user who has many
	mostPending  = 16 << 10
	largeInput   = 64 << 10
)

// send adds calls, all of one task and its options, to what is to be written. It reports false when the process has
// died. Calls that it does not get to are handed out again.
func (l *lease) send(calls ...overlap.Call) bool {
	r := l.routeOf(calls[0].Task())
	timeout, _ := calls[0].Timeout()
	next := 0
	defer func() {
		for _, left := range calls[next:] {
			left.Requeue()
		}
		clear(calls) // lets go of the job
	}()
	for _, call := range calls {
		next++
		if !l.sendOne(call, r, timeout) {
			return false
		}
	}
	return true
}

// sendOne adds one call. One that does not encode fails here.
func (l *lease) sendOne(call overlap.Call, r *route, timeout time.Duration) bool {
	if l.timed {
		if call.Context().Err() != nil { // canceled while it waited: the job says what becomes of it
			call.Requeue()
			return true
		}
	}
	if r.err != nil {
		call.End(nil, overlap.Failed, r.err)
		return true
	}
	o := l.frames
	start := len(o.bytes)
	if o.open < 0 || o.route != r || o.timeout != timeout || o.calls == mostRun {
		o.end()
		start = len(o.bytes)
		o.begin(r, timeout, call.Task().Name(), l.child.tasks)
	}
	b, item := beginItem(o.bytes)
	b, err := r.appendInput(b, call)
	input := b[item+1:]
	if err == nil && len(input) > mostFrame {
		err = fmt.Errorf("a value of %d bytes is too large to cross: at most %d", len(input), mostFrame)
	}
	if err != nil {
		call.End(nil, overlap.Failed, fmt.Errorf("the input does not cross to a worker process: %w", err))
		return true
	}
	size := len(b) - start
	if l.bytes+size > l.child.inPipe && l.flight.count > 0 { // it would not fit, so the others go first
		call.Requeue()
		l.full = true
		return true
	}
	l.launch(call, r, size)
	if len(input) >= largeInput {
		return l.sendLarge(input)
	}
	o.bytes = endItem(b, item)
	o.calls++
	return len(o.bytes) < mostPending || l.write()
}

// begin opens a frame for calls of a task, which the worker is told of first if it does not know it. It counts the
// tasks that it has been told of, so a task gets its number here and no sooner.
func (o *outgoing) begin(r *route, timeout time.Duration, task string, known map[string]uint64) {
	b := o.bytes
	if !r.known {
		start := len(b)
		b = append(appendHead(b, kindTask), task...)
		endFrame(b, start)
		r.number, r.known = uint64(len(known)), true
		known[task] = r.number
	}
	o.open, o.route, o.timeout, o.calls = len(b), r, timeout, 0
	b = binary.AppendUvarint(appendHead(b, kindCalls), r.number)
	b = binary.AppendUvarint(b, microseconds(timeout))
	o.bytes = binary.AppendVarint(b, o.until)
}

// microseconds is a timeout as it crosses: rounded up, as 0 is none.
func microseconds(d time.Duration) uint64 {
	if d >= endless {
		return 0
	}
	return uint64((d + time.Microsecond - 1) / time.Microsecond)
}

// endless is a timeout so long that it is none: what is added to it does not overflow.
const endless = math.MaxInt64 / 4

// end closes the last frame, and drops it if no call has come into it.
func (o *outgoing) end() {
	switch {
	case o.open < 0:
	case o.calls == 0:
		o.bytes = o.bytes[:o.open]
	default:
		endFrame(o.bytes, o.open) // not too large: what is in flight fits into a pipe, and a larger call travels alone
	}
	o.open = -1
}

// launch counts a call as in flight.
func (l *lease) launch(call overlap.Call, r *route, size int) {
	c := l.child
	c.sent++
	if s := c.printed.sorter; s != nil {
		s.expect(c.sent, call.Task().Name(), call.Index())
	}
	l.bytes += size
	f := l.flight.push()
	f.call, f.route, f.bytes, f.requeued = call, r, int32(size), false
	if l.timed {
		f.earliest = l.last.Sub(l.epoch)
		if call.Attempt() > 1 { // its last attempt may have ended elsewhere since
			f.earliest = time.Since(l.epoch)
		}
	}
	if l.flight.count == 1 {
		c.marked = c.sent
		c.printed.noteCall()
		l.begun()
	}
}

// sendLarge sends the only call in flight, whose frame is open, with its input by the lane, which is faster for much at
// once.
func (l *lease) sendLarge(input []byte) bool {
	o, c := l.frames, l.child
	announced := binary.AppendUvarint(slices.Clone(o.bytes), uint64(len(input))) // the input begins where the frame ends
	announced[o.open+frameHead-1] = byte(kindLarge)
	endFrame(announced, o.open)
	sent := c.write(c.requests, announced) == nil && c.write(c.lane, input) == nil
	l.forget()
	return sent
}

// write writes what there is to write.
func (l *lease) write() bool {
	if l.frames.end(); len(l.frames.bytes) == 0 {
		return true
	}
	err := l.child.write(l.child.requests, l.frames.bytes)
	l.forget()
	return err == nil
}

// forget drops what has been written, and its room if that is large.
func (l *lease) forget() {
	if cap(l.frames.bytes) > mostKept {
		l.frames.bytes = nil
	}
	l.frames.reset()
}

// deadlineOf is when a context ends, in nanoseconds since 1970; 0 if it does not say, or not in this age.
func deadlineOf(ctx context.Context) int64 {
	deadline, ok := ctx.Deadline()
	if !ok || deadline.Year() > 2200 || deadline.Year() < 1970 {
		return 0
	}
	return deadline.UnixNano()
}
