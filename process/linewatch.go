package process

import (
	"fmt"
	"time"
)

// look is what a lease does when its wait is interrupted.
func (l *lineLease) look() {
	c, now := l.child, time.Now()
	if l.writing && !c.line.in.Reading() { // the worker may be stuck writing itself
		c.replies.SetReadDeadline(now.Add(time.Millisecond))
		c.line.in.FillFrom(c.replies)
		c.replies.SetReadDeadline(time.Time{})
	}
	if l.open == 0 {
		return
	}
	c.requests.SetWriteDeadline(time.Time{}) // what follows may write
	if c.line.paged {
		l.lookAtPage(now)
		if l.broke != "" && c.page.revoked.Load() == 0 {
			c.page.revoked.Store(max(1, c.page.started.Load()))
		}
	}
	if l.blamed > 0 && now.Sub(l.brokeAt) > brokenLimit {
		c.kill(l.broke)
	}
	given, idle := true, true
	var next *lineCall // whose turn it is
	for i := l.head; i < len(l.flight); i++ {
		f := &l.flight[i]
		if f.ended || f.requeued {
			continue
		}
		given = false
		if l.running(f) {
			idle = false
			l.bound(f, now)
		} else if !f.since.IsZero() {
			if next == nil {
				next = f
			}
			if isClosed(l.drained) && !f.stopped {
				l.cancel(f) // so that it is skipped
			}
		}
	}
	if idle && next != nil {
		l.boundUnbegun(next, now)
	}
	if c.line.parallel && !l.writing {
		l.fill()
	}
	if given && now.Sub(l.last) > startLimit {
		l.broke = fmt.Sprintf("it has not answered the calls that it was not to start for %v", startLimit)
		c.kill(l.broke)
	}
}

// fill sends a worker that makes calls at once those that have come while it makes others.
func (l *lineLease) fill() {
	for l.room() {
		call, ok := l.worker.Next()
		if !ok {
			break
		}
		l.send(call)
	}
	l.write()
}

// running reports whether the worker may be making the call.
func (l *lineLease) running(f *lineCall) bool {
	return f.started || !l.child.line.starts && !f.since.IsZero()
}

// bound stops a call that has been canceled, or has had its time.
func (l *lineLease) bound(f *lineCall, now time.Time) {
	timeout, grace := f.call.Timeout()
	since := f.since
	if !l.child.line.starts && !l.child.line.parallel && since.Before(l.last) { // it has waited for others
		since = l.last
	}
	switch {
	case l.child.reason.Load() != nil:
		return
	case timeout > 0 && now.Sub(since)-grace > timeout:
		f.killedFor = true
		l.child.overdue(fmt.Sprintf("the call took longer than its timeout of %v and its grace of %v", timeout, grace))
	case !f.canceled.IsZero() && f.call.Context().Err() != nil && now.Sub(f.canceled) > grace:
		f.killedFor = true
		l.child.overdue(fmt.Sprintf("the call did not end within its grace of %v after it was canceled", grace))
	case f.canceled.IsZero() && (f.call.Context().Err() != nil || timeout > 0 && now.Sub(since) > timeout):
		f.canceled = now
	}
	if !f.canceled.IsZero() && !f.stopped {
		l.cancel(f)
	}
}

// boundUnbegun is for a worker that does not begin the call whose turn it is. It has the call's time for that, too.
func (l *lineLease) boundUnbegun(f *lineCall, now time.Time) {
	timeout, grace := f.call.Timeout()
	since := f.since
	if since.Before(l.last) {
		since = l.last
	}
	if timeout > 0 && l.child.reason.Load() == nil && now.Sub(since)-grace > timeout {
		f.killedFor = true
		l.child.overdue(fmt.Sprintf(
			"the call took longer than its timeout of %v and its grace of %v, without having been begun", timeout, grace))
	}
}

// cancel tells a worker that listens to give up a call. One that comes while another is being told waits for the next
// tick.
func (l *lineLease) cancel(f *lineCall) {
	if !l.child.line.cancels || l.writing || f.batch != 0 {
		return
	}
	for i := l.head; i < len(l.flight); i++ {
		if &l.flight[i] == f {
			number := l.child.sent + 1 - uint64(len(l.flight)-i)
			l.writing, f.stopped = true, true
			l.child.write(l.child.requests, fmt.Appendf(nil, "{\"cancel\":%d}\n", number))
			l.writing = false
			return
		}
	}
}

const brokenLimit = 500 * time.Millisecond

// lookAtPage finds out what the worker has started. When a call has become slow, those behind it are revoked, and given
// back a tick later: other languages have no way to order a store before a load, but no store takes that long to be
// seen.
func (l *lineLease) lookAtPage(now time.Time) {
	c := l.child
	started, finished := c.progress()
	if finished > c.answered && finished == l.finished && started > finished {
		l.readAhead()
	}
	l.finished = finished
	if started <= finished {
		return
	}
	f := l.at(started)
	if f == nil || f.ended {
		return
	}
	if !f.started {
		f.started, f.since = true, now
	}
	if revoked := c.page.revoked.Load(); revoked != 0 {
		l.giveBack(max(started, revoked))
	} else if started < c.sent && (now.Sub(f.since) > slow || f.call.Context().Err() != nil || isClosed(l.drained)) {
		c.page.revoked.Store(started)
	}
}

// giveBack has the calls after a number run elsewhere.
func (l *lineLease) giveBack(after uint64) {
	for number := after + 1; number <= l.written; number++ {
		if f := l.at(number); f != nil && !f.ended && !f.requeued && !f.suspect {
			f.requeued = true
			f.call.Requeue()
		}
	}
}

// readAhead takes answers that the worker has put into its page and not yet written, since a slow call follows them.
// They come by the pipe as well, later.
func (l *lineLease) readAhead() {
	l.kept, l.each = true, 0
	defer func() { l.kept, l.each = false, 0 }() // the answer that comes next is later by what its call takes
	for _, number := range l.handlePage() {
		if l.early == nil {
			l.early = map[uint64]bool{}
		}
		l.early[number] = true
	}
}
