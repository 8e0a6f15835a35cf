package process

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"example.com/overlap/process/internal/jsonlines"
)

// receive reads lines: one answer at least, and all that has come with it.
func (l *lineLease) receive() bool {
	l.each = 0
	before, in := l.settled, l.child.line.in
	for l.settled == before || in.Buffered() {
		line, err := in.Next()
		switch {
		case err == jsonlines.ErrTooLong:
			l.breaks(line, fmt.Errorf("%w of %d bytes: see process.LongestLine", err, in.Longest()))
			l.child.kill(l.broke)
			return false
		case err != nil:
			l.ends(line)
			return false
		}
		if err := l.handleLine(line); err != nil {
			l.breaks(line, err)
		}
		if l.broke != "" && l.open == l.blamed {
			break
		}
	}
	l.adapt()
	return true
}

// briefest is how long a call takes at most of which a worker with the cap took does not say how long it took, and all of
// those that it keeps before it writes.
const briefest = time.Millisecond

// pace finds out, when the first of some answers comes, how long each of their calls took: a worker makes calls one
// after another. Calls that took long may say so. What the others took together is shared out evenly among them, so that
// none costs a look at a clock.
func (l *lineLease) pace(answers int, first *jsonlines.Message) {
	if l.each > 0 {
		return
	}
	now, c := time.Now(), l.child
	if c.line.paged {
		_, finished := c.progress()
		answers = int(finished - c.answered)
	}
	took := now.Sub(l.cursor)
	l.each = max(1, took/time.Duration(max(1, answers)))
	l.brief = l.each
	l.last = now
	if !c.line.tells {
		return
	}
	told, all := 0, time.Duration(0)
	if l.kept {
		took = min(took, briefest) // the time since then is that of the call that follows
	} else {
		told, all = c.line.in.Told()
	}
	if first.Took() > 0 {
		told, all = told+1, all+first.Took()
	}
	l.brief = max(1, min(briefest, (took-all)/time.Duration(max(1, answers-told))))
}

// inBatch is how long each call took of a batch that do not say: what the others leave of the time for all, if the
// worker says that.
func (l *lineLease) inBatch(all time.Duration, items []jsonlines.Message) time.Duration {
	untold := len(items)
	if all <= 0 {
		return l.brief
	}
	for i := range items {
		if took := items[i].Took(); took > 0 {
			all, untold = all-took, untold-1
		}
	}
	return max(1, all/time.Duration(max(1, untold)))
}

// tell tells the job which calls have started: the oldest, or all where they run at once. One that only seemed to have
// is handed out again like others.
func (l *lineLease) tell() {
	for i := l.head; i < len(l.flight); i++ {
		if f := &l.flight[i]; !f.ended && !f.requeued && !f.startTold && !f.since.IsZero() {
			f.startTold = true
			f.call.Started(l.begins(f))
		}
		if !l.child.line.parallel {
			return
		}
	}
}

// begins is when the worker began the call that it makes next, about: after it had made those before, and not before
// the call was sent, as its last attempt may have been made elsewhere meanwhile.
func (l *lineLease) begins(f *lineCall) time.Time {
	if l.child.line.parallel || f.since.After(l.cursor) {
		return f.since
	}
	return l.cursor
}

// adapt sets the window to what keeps the worker busy for a while.
func (l *lineLease) adapt() {
	if l.each > 0 && !l.child.line.parallel {
		l.window = min(l.child.line.window, max(1, (l.window+int(busyFor/l.each)+1)/2))
	}
	if l.open == 0 {
		l.alone = false
		l.child.page.revoked.Store(0) // all revoked calls have been answered for
	}
}

// breaks is for a worker that breaks the protocol: to blame is what it is making, unless the line is about a call that
// has ended. What else it has got it may make and answer, for a moment if something is to blame; then it is killed.
func (l *lineLease) breaks(line []byte, err error) {
	reason := fmt.Sprintf("on the line %s: %v", jsonlines.Quote(line), err)
	if l.broke == "" {
		l.broke, l.brokeAt = reason, time.Now()
	}
	if errors.Is(err, errAnswered) {
		return
	}
	for i := l.head; i < len(l.flight); i++ {
		if f := &l.flight[i]; !f.ended && f.blame == "" && l.running(f) {
			f.blame = reason
			l.blamed++
		}
	}
}

// ends is for the end of a worker's output, with what there is of a last line.
func (l *lineLease) ends(rest []byte) {
	if len(bytes.TrimSpace(rest)) > 0 && rest[0] != '{' {
		l.breaks(rest, jsonlines.ErrNotJSON)
	}
}
