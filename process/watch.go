package process

import (
	"fmt"
	"sync/atomic"
	"time"
)

// tick is how often leases are looked at: timeouts, cancels and slow calls are seen that much late at most. Nothing is
// done for a call in between, so that a call costs no timer.
const tick = 5 * time.Millisecond

// slow is over how long a worker's progress is looked at. Calls that it has been sent are given back, for other workers
// to run, when it would take more than twice as long to get through them: one has turned out to be slow, or all have.
const slow = 10 * time.Millisecond

// watched is what the watch knows of the call whose answer is awaited, and of the worker's progress.
type watched struct {
	seq      uint64     // The number of the call whose answer is awaited.
	since    time.Time  // Since when it is.
	canceled time.Time  // When it was seen that the call, which runs, is canceled.
	killed   bool       // The worker is being killed for it.
	earlier  [3]glimpse // Looks at the progress, the oldest first, about a tick apart.
}

// glimpse is how many calls a worker had finished.
type glimpse struct {
	at       time.Time
	finished uint64
}

// glance notes how far the worker has come, and returns how many calls it has finished in about the time of slow, if it
// has been looked at for that long.
func (h *watched) glance(now time.Time, finished uint64) (done uint64, known bool) {
	oldest, latest := h.earlier[0], &h.earlier[len(h.earlier)-1]
	if now.Sub(latest.at) >= tick/2 {
		copy(h.earlier[:], h.earlier[1:])
		*latest = glimpse{now, finished}
	}
	return finished - oldest.finished, !oldest.at.IsZero() && now.Sub(oldest.at) >= slow
}

// stalled reports whether the worker has finished nothing since the last glance.
func (h *watched) stalled(finished uint64) bool {
	latest := h.earlier[len(h.earlier)-1]
	return !latest.at.IsZero() && latest.finished == finished
}

// watch has a leased worker looked at, every tick.
func (p *Pool) watch(c *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leased[c] = true
	if !p.ticking {
		p.ticking = true
		go p.tick()
	}
}

func (p *Pool) unwatch(c *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.leased, c)
	p.busy--
	p.startIdleTimer()
	p.changed.Broadcast()
}

// tick interrupts the leases, while there are any; each then looks at its own worker, on its own goroutine.
func (p *Pool) tick() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for range ticker.C {
		p.mu.Lock()
		if len(p.leased) == 0 {
			p.ticking = false
			p.mu.Unlock()
			return
		}
		for c := range p.leased {
			c.interrupt()
		}
		p.mu.Unlock()
	}
}

// progress is what the worker says on its page, as far as it can be true.
func (c *child) progress() (started, finished uint64) {
	started = min(max(c.page.started.Load(), c.answered), c.sent)
	finished = min(max(atomic.LoadUint64(&c.page.finished), c.answered), started)
	return started, finished
}

// look is what a lease does when its wait is interrupted.
func (l *lease) look() {
	c, h := l.child, &l.watched
	if l.flight.count == 0 {
		return
	}
	if limit := l.pool.settings.memory; watchMemory && limit > 0 && c.page.memory.Load() > limit {
		c.kill(overMemory)
		return
	}
	now := time.Now()
	started, finished := c.progress()
	if h.stalled(finished) && finished > c.answered && started > finished { // answers wait for a slow call
		l.readAhead(started, finished)
	}
	if done, known := h.glance(now, finished); known && c.sent > started && c.sent-started > 2*done {
		l.window = max(1, int(done)/2) // what it pulls next it would have to give back, too
		l.giveBack()
	}
	if isClosed(l.drained) {
		l.giveBack()
	}
	if seq := finished + 1; h.seq != seq && !h.killed { // else the call that it is killed for stays known
		h.seq, h.since, h.canceled = seq, now, time.Time{}
	}
	at := int(finished - c.answered)
	if at >= l.flight.count || h.killed {
		return
	}
	running, call := now.Sub(h.since), l.flight.at(at).call
	timeout, grace := call.Timeout()
	if call.Context().Err() != nil {
		c.cancel(h.seq) // again and again: the worker may not have begun the call
		l.giveBack()
		if h.canceled.IsZero() && started >= h.seq {
			h.canceled = now
		}
	}
	switch {
	case timeout > 0 && running-grace > timeout:
		h.killed = true
		c.overdue(fmt.Sprintf("the call took longer than its timeout of %v and its grace of %v", timeout, grace))
	case !h.canceled.IsZero() && now.Sub(h.canceled) > grace:
		h.killed = true
		c.overdue(fmt.Sprintf("the call did not end within its grace of %v after it was canceled", grace))
	}
}

// giveBack has the calls that the worker has not started run elsewhere. The worker stores what it starts before it
// looks at revoked, and this stores revoked before it looks at what has started; so what has not started by then never
// will.
func (l *lease) giveBack() {
	c := l.child
	if c.page.revoked.Load() != 0 {
		return
	}
	first := c.answered + 1
	started, _ := c.progress()
	c.page.revoked.Store(max(started, first)) // the first has been said to have begun
	started, _ = c.progress()
	for i := range l.flight.count {
		if f := l.flight.at(i); first+uint64(i) > max(started, first) && !f.requeued {
			f.requeued = true
			f.call.Requeue()
		}
	}
}
