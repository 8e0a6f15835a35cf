package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.com/overlap"
	"example.com/overlap/process/internal/jsonlines"
)

// handleLine does what a line from the worker says. The error is how the line breaks the protocol.
func (l *lineLease) handleLine(line []byte) error {
	m := &l.message
	if err := jsonlines.Parse(line, m); err != nil {
		return err
	}
	switch {
	case m.Log != nil:
		l.child.printed.say(*m.Log)
		return nil
	case m.Start != nil:
		return l.begun(*m.Start, m.Item)
	}
	f, err := l.asked(m.Call)
	if err != nil {
		return err
	}
	if l.early[m.Call] {
		delete(l.early, m.Call)
		return nil
	}
	return l.answered(f, m)
}

// errAnswered is a line about a call that has been answered.
var errAnswered = errors.New("was answered before")

// asked finds the call that a line is about.
func (l *lineLease) asked(number uint64) (*lineCall, error) {
	if number == 0 || number > l.written {
		return nil, fmt.Errorf("there is no call %d", number)
	}
	f := l.at(number)
	if (f == nil || f.ended) && !l.early[number] {
		return nil, fmt.Errorf("call %d %w", number, errAnswered)
	}
	return f, nil
}

// begun notes that the worker has started a call.
func (l *lineLease) begun(number, item uint64) error {
	f, err := l.asked(number)
	if err != nil {
		return err
	}
	if f.batch < 0 || item > 0 && item >= uint64(max(f.batch, 1)) {
		return fmt.Errorf("call %d has no item %d", number, item)
	}
	if f = l.at(number + item); !l.child.line.starts || l.child.line.paged || f.started {
		return nil
	}
	f.started, f.since = true, time.Now()
	if !f.startTold && !f.requeued {
		f.startTold = true
		f.call.Started(f.since)
	}
	return nil
}

// answered ends a call, or all of a batch, as the message says.
func (l *lineLease) answered(f *lineCall, m *jsonlines.Message) error {
	switch {
	case f.blame != "":
		return nil
	case f.batch < 0:
		return fmt.Errorf("call %d is in a batch, which is answered as a whole", m.Call)
	case f.batch == 0 && m.Outs != nil:
		return fmt.Errorf("call %d is no batch: it is answered with out or err", m.Call)
	case f.batch > 0 && m.Outs == nil && m.Err == nil && !m.Skipped:
		return fmt.Errorf("call %d is a batch of %d: it is answered with outs, err or skipped", m.Call, f.batch)
	case f.batch > 0 && m.Outs != nil && len(m.Outs) != f.batch:
		return fmt.Errorf("batch %d has %d calls, not %d", m.Call, f.batch, len(m.Outs))
	case f.batch == 0:
		l.pace(1, m)
		l.settle(f, m, l.brief)
		l.shrink()
		return nil
	}
	l.pace(f.batch, m)
	if m.Outs == nil { // the same for all
		brief := l.inBatch(m.Took(), make([]jsonlines.Message, f.batch))
		m.TookMS = 0
		for i := range uint64(f.batch) {
			l.settle(l.at(m.Call+i), m, brief)
		}
		l.shrink()
		return nil
	}
	items := make([]jsonlines.Message, len(m.Outs))
	for i, text := range m.Outs {
		of := &items[i]
		if err := json.Unmarshal(text, of); err != nil || (of.Out != nil) == (of.Err != nil) && !of.Skipped {
			return fmt.Errorf("item %d of batch %d is no answer", i, m.Call)
		}
	}
	brief := l.inBatch(m.Took(), items)
	for i := range items {
		l.settle(l.at(m.Call+uint64(i)), &items[i], brief)
	}
	l.shrink()
	return nil
}

// settle ends a call as its answer says. It took so long if it does not say how long it took.
func (l *lineLease) settle(f *lineCall, m *jsonlines.Message, brief time.Duration) {
	f.ended = true
	l.open--
	l.settled++
	l.bytes -= f.bytes
	if !m.Skipped {
		l.child.served++
		l.child.line.skipped = 0
		if !f.requeued {
			l.dialect.skips.made(f.call)
		}
	}
	began := l.begins(f)
	switch took := m.Took(); {
	case l.child.line.parallel:
		l.cursor = l.last
		l.worker.Took(l.last.Sub(began))
	case took > 0:
		l.cursor = began.Add(took)
	default:
		l.cursor = l.cursor.Add(brief)
	}
	if l.cursor.After(l.last) {
		l.cursor = l.last
	}
	if !f.requeued && !f.startTold && !m.Skipped {
		f.call.Started(began)
	}
	if !f.requeued && !m.Skipped {
		l.pool.settings.tellWhere(f.call, l.child)
	}
	if f.suspect {
		l.dialect.suspects.clear(f.call)
	}
	switch {
	case f.requeued:
	case m.Skipped:
		l.skipped(f)
	case m.Err != nil && f.stopped && !f.started && l.child.line.starts && isClosed(l.drained): // another word for skipped
		f.call.Requeue()
	case m.Err == nil:
		f.crossing.End(f.call, l.cursor, m.Out)
	default:
		o, err := l.failure(f, began, m.Err.Remote())
		f.call.EndAt(l.cursor, nil, o, err)
	}
	f.call, f.crossing = overlap.Call{}, nil
}

const (
	mostSkipped  = 3 // calls in a row that a worker may skip that was not told to
	mostSkips    = 5 // how often a call may be skipped
	mostSkippers = 3 // workers in a row that only skip, before calls are not given to more of them
)

// skipped is for a call that the worker will not make. One that was told to skip it is in its right. One that has
// reasons of its own is replaced after some calls, and a call that nobody makes fails.
func (l *lineLease) skipped(f *lineCall) {
	line, skips := l.child.line, &l.dialect.skips
	if f.stopped || l.child.page.revoked.Load() != 0 {
		f.call.Requeue()
		return
	}
	line.skipped++
	hopeless := skips.workers.Load() >= mostSkippers
	if !hopeless && line.skipped == mostSkipped && l.broke == "" {
		l.broke, l.brokeAt = fmt.Sprintf("it skipped %d calls in a row that it was to make", line.skipped), time.Now()
		skips.workers.Add(1)
	}
	if hopeless || skips.count(f.call) > mostSkips {
		skips.clear(f.call)
		f.call.End(nil, overlap.Failed, errors.New("the command's workers answer it with skipped and do not make it: "+
			"a worker may skip only what it is told to, see PROTOCOL.md"))
		return
	}
	f.call.Requeue()
}

// failure is how a call ended that its worker says has failed.
func (l *lineLease) failure(f *lineCall, began time.Time, said *RemoteError) (overlap.Outcome, error) {
	if ctx := f.call.Context(); ctx.Err() != nil && f.stopped {
		return overlap.Canceled, errors.Join(context.Cause(ctx), said)
	}
	if f.started || f.since.After(began) {
		began = f.since
	}
	known := f.started || !l.child.line.starts // else it took less than a tick
	if timeout, grace := f.call.Timeout(); timeout > 0 && known && f.batch == 0 && time.Since(began) > timeout {
		return overlap.TimedOut, &overlap.TimeoutError{Timeout: timeout, Grace: grace, Err: said}
	}
	return overlap.Failed, said
}

// shrink drops from the front of the flight what has ended.
func (l *lineLease) shrink() {
	for l.head < len(l.flight) && l.flight[l.head].ended {
		l.head++
	}
	switch {
	case l.head == len(l.flight):
		l.flight, l.head = l.flight[:0], 0
	case l.head > mostLines && l.head > len(l.flight)/2:
		n := copy(l.flight, l.flight[l.head:])
		clear(l.flight[n:])
		l.flight, l.head = l.flight[:n], 0
	}
	l.child.answered = l.child.sent - uint64(len(l.flight)-l.head)
	l.tell()
}
