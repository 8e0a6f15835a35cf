package process

import (
	"fmt"
	"reflect"
	"time"

	"example.com/overlap"
	"example.com/overlap/process/internal/jsonlines"
)

// send adds a call to what is to be written. One that does not encode fails here.
func (l *lineLease) send(call overlap.Call) bool {
	if call.Context().Err() != nil { // canceled while it waited: the job says what becomes of it
		call.Requeue()
		return true
	}
	c, x := l.child, l.crossingOf(call)
	if x.Err != nil {
		call.End(nil, overlap.Failed, x.Err)
		return true
	}
	suspect := l.dialect.suspects.has(call)
	alone := suspect || !c.line.starts && !l.repeats(call)
	if l.open > 0 && alone {
		return l.after(call)
	}
	timeout, _ := call.Timeout()
	start := len(l.out)
	joins := l.joins(call, x, timeout) && !alone
	if joins && l.batch.calls > 0 {
		l.out = append(l.out, ',')
	} else {
		l.endBatch()
		l.out = appendCallHead(l.out, c.sent+1, x.Name, timeout, joins)
	}
	head := len(l.out)
	b, err := x.AppendInput(l.out, call)
	size := len(b) - start
	if err == nil && len(b)-head > c.line.in.Longest() {
		err = fmt.Errorf("it takes a line of %d bytes, more than the limit of %d: see process.LongestLine", len(b)-head,
			c.line.in.Longest())
	}
	if err != nil {
		l.out = l.out[:start]
		call.End(nil, overlap.Failed, fmt.Errorf("the input does not cross to a worker of the command: %w", err))
		return l.unjoined(joins)
	}
	if l.open > 0 && l.bytes+size > smallestPipe {
		l.out = l.out[:start]
		return l.unjoined(joins) && l.after(call)
	}
	l.out = b
	entry := lineCall{call: call, crossing: x, bytes: size, suspect: suspect}
	switch {
	case !joins:
		l.out = append(l.out, "}\n"...)
	case l.batch.calls == 0:
		l.batch = batch{1, c.sent + 1, x, timeout}
		entry.batch = 1
	default:
		l.batch.calls++
		entry.batch = -1
		l.at(l.batch.first).batch++
	}
	l.flight = append(l.flight, entry)
	c.sent++
	if l.open++; l.open == 1 {
		c.marked = c.sent
		c.printed.noteCall()
	}
	l.bytes += size
	l.alone = alone
	return true
}

// after hands a call out again that has to wait until nothing is in flight.
func (l *lineLease) after(call overlap.Call) bool {
	l.alone = true
	call.Requeue()
	return true
}

// crossingOf finds out how the call's values cross to the lease's process.
func (l *lineLease) crossingOf(call overlap.Call) *jsonlines.Task {
	t := call.Task()
	if t == l.recent {
		return l.crossing
	}
	x, ok := l.crossings[t]
	if !ok {
		in, _ := t.Types()
		_, held := call.Input().(*any)
		x = jsonlines.NewTask(t, held && in != reflect.TypeFor[any]())
		if err := l.child.line.lacks(t); err != nil {
			x.Err = err
		}
		if l.crossings == nil || len(l.crossings) > 1000 { // a group may make untyped tasks without end
			l.crossings = map[overlap.AnyTask]*jsonlines.Task{}
		}
		l.crossings[t] = x
	}
	l.recent, l.crossing = t, x
	return x
}

// write writes what there is to write.
func (l *lineLease) write() bool {
	l.endBatch()
	if len(l.out) == 0 {
		return true
	}
	before, now := l.written, time.Now()
	for number := l.written + 1; number <= l.child.sent; number++ {
		l.at(number).since = now
	}
	l.written = l.child.sent
	l.tell()
	n, err := l.writeOut()
	if n == 0 {
		l.written = before // none of them has reached it
	}
	if l.out = l.out[:0]; cap(l.out) > mostKept {
		l.out = nil
	}
	return err == nil
}

// writeOut writes, and goes on after an interruption.
func (l *lineLease) writeOut() (written int, err error) {
	l.writing = true
	defer func() { l.writing = false }()
	for {
		n, err := l.child.requests.Write(l.out[written:])
		if written += n; err == nil || !isTimeout(err) || l.child.gone() {
			return written, err
		}
		l.child.requests.SetWriteDeadline(time.Time{})
		l.look()
	}
}
