package process

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/crossing"
)

// receive reads answers: those of one frame at least, and all that have come with it.
func (l *lease) receive() bool {
	c := l.child
	if len(l.rest) > 0 { // a value that decodes has ended the goroutine that was here
		return l.takeValues(&c.received, c.sent)
	}
	before := l.made
	for first := true; first || c.in.buffered() && l.flight.count > 0; first = false {
		k, body, err := c.in.next()
		if err != nil {
			return false
		}
		if first {
			l.pace(time.Now())
		}
		if !l.take(k, body, &c.received, c.sent) {
			c.kill("it sent what is no answer")
			return false
		}
	}
	if !l.timed {
		l.advance(l.made - before)
	}
	if l.each > 0 {
		wanted := max(1, int(busyFor/l.each))
		// narrowed with care: the worker may just not have been run
		l.window = min(mostFlying, max(wanted, (l.window+wanted)/2))
	}
	if l.flight.count == 0 {
		l.bytes, l.full = 0, false
		c.page.revoked.Store(0) // all revoked calls have been answered for
	}
	return true
}

// pace finds out how long each of the calls took whose answers are there now, and which had ended by a time: the worker made them
// one after another since the last ones. Their times are shared out evenly, so that none costs a look at a clock. Calls that were
// revoked, as those behind a slow one are, took no time.
func (l *lease) pace(by time.Time) {
	c := l.child
	_, made := c.progress()
	if revoked := c.page.revoked.Load(); revoked != 0 {
		made = max(c.answered, min(made, revoked))
	}
	l.each = max(0, by.Sub(l.cursor)) / time.Duration(max(1, made-c.answered))
	l.last = by
}

// advance moves the cursor on by what so many calls took.
func (l *lease) advance(calls int) {
	if next := l.cursor.Add(time.Duration(calls) * l.each); next.Before(l.last) {
		l.cursor = next
	} else if l.cursor.Before(l.last) {
		l.cursor = l.last
	}
}

// take ends the calls that a frame answers: those after the first told ones, up to a number. It passes over answers
// that have been taken before. It reports false when the frame is no answer to the calls in flight.
func (l *lease) take(k kind, body []byte, told *uint64, upTo uint64) bool {
	if k == kindValues {
		l.rest = body
		return l.takeValues(told, upTo)
	}
	*told++
	return *told <= l.child.answered || l.settle(k, body, *told)
}

func (l *lease) takeValues(told *uint64, upTo uint64) bool {
	for len(l.rest) > 0 && *told < upTo {
		value, rest, err := nextItem(l.rest)
		if l.rest = rest; err != nil {
			return false
		}
		*told++
		if *told > l.child.answered && !l.settle(kindValues, value, *told) {
			return false
		}
	}
	return len(l.rest) == 0
}

// takeKept takes the answers to finished calls that are in the shared memory and have not been written. Answers to
// others may be there in part.
func (l *lease) takeKept(memory []byte, finished uint64) {
	defer func() { l.rest = nil }()
	told := atomic.LoadUint64(&l.child.page.unsentFrom) - 1
	for frames := newFrameReader(bytes.NewReader(memory)); told < finished; {
		k, body, err := frames.next()
		if err != nil || !l.take(k, body, &told, finished) {
			return
		}
	}
}

// readAhead takes the answers that the worker has kept and not written, as a slow call follows them. It will write them
// later all the same.
func (l *lease) readAhead(started, finished uint64) {
	c := l.child
	n := min(atomic.LoadUint64(&c.page.unsent), unsentSize)
	memory := bytes.Clone(c.memory.replies()[:n])
	// A barrier: the copy is done before the next look, also on processors that put loads in another order. When the call
	// is still the same, nothing has been written or added.
	c.page.revoked.Add(0)
	if again, _ := c.progress(); again == started && len(l.rest) == 0 {
		l.pace(l.watched.earlier[len(l.watched.earlier)-1].at) // the calls had ended by then, and the slow one runs since
		l.takeKept(memory, finished)
	}
}

// settle ends the oldest call in flight as its answer says, if it is an answer and that is the call with the number.
func (l *lease) settle(k kind, body []byte, number uint64) bool {
	if number != l.child.answered+1 || l.flight.count == 0 || k < kindValues {
		return false
	}
	f := l.flight.pop()
	l.bytes -= int(f.bytes)
	l.child.answered++
	if l.timed {
		defer l.begun()
	}
	if k != kindSkipped {
		if l.made++; l.timed {
			l.advance(1)
		}
		l.child.served++
	} else if s := l.child.printed.sorter; s != nil {
		s.forget(number)
	}
	if f.requeued {
		return true
	}
	if k != kindSkipped {
		l.pool.settings.tellWhere(f.call, l.child)
	}
	switch k {
	case kindValues:
		f.route.end(l, f.call, body)
	case kindFailed:
		l.fail(f.call, body)
	case kindSkipped:
		f.call.Requeue()
	}
	return true
}

// fail ends a call with the failure that its worker sent.
func (l *lease) fail(call overlap.Call, body []byte) {
	decoded := false
	defer func() {
		if !decoded { // a method of the error has ended this goroutine
			l.endCall(call, nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	o, err, bad := crossing.DecodeFailure(body)
	decoded = true
	if bad != nil {
		call.End(nil, overlap.Failed, fmt.Errorf("the worker's error did not decode: %w", bad))
		return
	}
	if o == overlap.Canceled && !ends(call.Context()) {
		o = overlap.Failed
	}
	if o == overlap.TimedOut {
		timeout, grace := call.Timeout()
		err = &overlap.TimeoutError{Timeout: timeout, Grace: grace, Err: err}
	}
	l.endCall(call, nil, o, err)
}

// ends reports whether the context of a call has ended that its worker says is canceled. The worker knows the deadline,
// and its clock may be a little ahead.
func ends(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	case <-time.After(time.Second):
		return false
	}
}

// endCall ends a call when the worker ended it.
func (l *lease) endCall(call overlap.Call, out any, o overlap.Outcome, err error) {
	if l.timed {
		call.EndAt(l.cursor, out, o, err)
	} else {
		l.worker.End(call, out, o, err)
	}
}

// begun says that the oldest call in flight has started, or is about to: it is the worker's turn.
func (l *lease) begun() {
	if l.timed && l.flight.count > 0 && !l.flight.at(0).requeued {
		f := l.flight.at(0)
		if earliest := l.epoch.Add(f.earliest); earliest.After(l.cursor) {
			l.cursor = earliest
		}
		f.call.Started(l.cursor)
	}
}
