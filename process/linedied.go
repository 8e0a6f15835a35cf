package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/process/internal/jsonlines"
)

// BrokeProtocol is a command's worker that said what the line protocol has no place for. The reason quotes it.
const BrokeProtocol Class = "broke the line protocol"

// afterDeath deals with what was in flight when the process died.
func (l *lineLease) afterDeath() {
	c := l.child
	l.pool.unwatch(c)
	c.onInterrupt = nil
	died := c.awaitDeath()
	l.takeLastAnswers()
	if l.broke != "" {
		died.Class, died.Reason = BrokeProtocol, l.broke
	}
	l.judge(died)
	c.release()
	*l = lineLease{pool: l.pool, dialect: l.dialect, worker: l.worker, drained: l.drained}
}

// takeLastAnswers reads what the process had said before it died: on the pipe, and on its page.
func (l *lineLease) takeLastAnswers() {
	c := l.child
	c.replies.SetReadDeadline(time.Now().Add(dumpLimit)) // something it started may hold the pipe
	for l.open > 0 {
		line, err := c.line.in.Next()
		if err != nil {
			l.ends(line)
			break
		}
		if err := l.handleLine(line); err != nil {
			l.breaks(line, err)
		}
	}
	if c.line.paged {
		l.handlePage()
	}
}

// handlePage ends the calls whose answers are on the page, and says which those are.
func (l *lineLease) handlePage() (numbers []uint64) {
	c := l.child
	n := min(atomic.LoadUint64(&c.page.unsent), unsentSize)
	text := bytes.Clone(c.memory.replies()[:n])
	if atomic.LoadUint64(&c.page.unsent) != n {
		return nil
	}
	for line := range bytes.Lines(text) {
		m := &l.message
		if line[len(line)-1] != '\n' || jsonlines.Parse(line[:len(line)-1], m) != nil || m.Log != nil || m.Start != nil {
			return numbers
		}
		if f := l.at(m.Call); m.Call > l.written || f == nil || f.ended {
			continue // it has come by the pipe
		} else if l.answered(f, m) != nil {
			return numbers
		}
		numbers = append(numbers, m.Call)
	}
	return numbers
}

// judge ends, or hands out again, the calls that a dead worker has not answered. To blame is what it had started. Where
// several calls may be to blame, those that may be made twice travel alone next time. Where none is, all do that were
// sent; and one that has travelled alone is to blame, whatever the worker said of it.
func (l *lineLease) judge(died *DiedError) {
	c := l.child
	started, finished := c.progress()
	var sent, ran []*lineCall
	lost := map[*lineCall]bool{}
	known := false // which to blame
	for number := c.answered + 1; number <= c.sent; number++ {
		f := l.at(number)
		switch {
		case f.ended || f.requeued:
			continue
		case number > l.written:
			f.call.Requeue()
			continue
		case f.killedFor || l.running(f) || c.line.paged && number <= started:
			ran = append(ran, f)
			lost[f] = c.line.paged && number <= finished
			known = known || f.killedFor || f.blame != ""
		default:
			sent = append(sent, f)
		}
	}
	if len(ran) == 0 && len(sent) == 1 && sent[0].suspect {
		ran, sent = sent, nil
	}
	for _, f := range sent {
		if len(ran) == 0 {
			l.dialect.suspects.add(f.call)
		}
		f.call.Requeue()
	}
	died.Unclear = len(ran) != 1 || l.at(c.marked) != ran[0]
	unclear := 0
	for _, f := range ran {
		if !lost[f] {
			unclear++
		}
	}
	for _, f := range ran {
		switch repeats := l.repeats(f.call); {
		case lost[f] && repeats:
			f.call.Requeue()
		case (f.killedFor || f.blame != "") && (c.line.starts || unclear == 1):
			l.condemn(f, died)
		case repeats && l.broke != "" && f.blame == "":
			f.call.Requeue()
		case repeats && unclear > 1:
			if !known || !c.line.starts {
				l.dialect.suspects.add(f.call)
			}
			f.call.Requeue()
		case lost[f]:
			f.call.End(nil, overlap.WorkerDied, fmt.Errorf("%w: %w", ErrResultLost, died))
		default:
			l.condemn(f, died)
		}
	}
}

// condemn ends the call that a worker died of, or was killed for.
func (l *lineLease) condemn(f *lineCall, died *DiedError) {
	if f.suspect {
		l.dialect.suspects.clear(f.call)
	}
	if f.blame != "" {
		its := *died
		its.Reason = f.blame
		died = &its
	}
	ctx := f.call.Context()
	timeout, grace := f.call.Timeout()
	switch {
	case f.killedFor && died.Class == OverTime:
		f.call.End(nil, overlap.TimedOut, &overlap.TimeoutError{Timeout: timeout, Grace: grace, Err: died})
	case f.killedFor && ctx.Err() != nil:
		f.call.End(nil, overlap.Canceled, errors.Join(context.Cause(ctx), died))
	default:
		f.call.End(nil, overlap.WorkerDied, died)
	}
}
