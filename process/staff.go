package process

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
)

const (
	mostFailures = 3 // in a row, before jobs fail instead of waiting for more
	mostKilled   = 8 // starts that somebody else has ended, likewise: about two seconds of trying
	mostUnused   = 3 // workers that got ready and died in a row without a call, before pauses are made
)

const (
	mostEager   = 64   // workers of a pool that are started before there is a call for each
	mostWaiters = 4096 // calls that wait for a worker while there are fewer workers than half as many
)

// mostStarting is how many workers are started at once: to start more takes longer for each, and calls may be done
// meanwhile.
func mostStarting() int { return max(4, 2*runtime.GOMAXPROCS(0)) }

// target is how many workers there should be now, the spare included. p.mu is held.
func (p *Pool) target() int {
	if p.want <= mostEager && !p.settings.onDemand {
		return p.want + 1
	}
	needed := min(p.want, max(p.busy+p.waiting, p.asked))
	if needed == 0 {
		return 0
	}
	return needed + 1
}

// limit sets how many calls may have or wait for a worker. p.mu is held.
func (p *Pool) limit() {
	n := min(p.want, max(mostWaiters, 2*len(p.alive)))
	if p.short {
		n = min(n, max(1, len(p.alive)))
	}
	if n != p.slots.Limit() {
		p.slots.Resize(n)
	}
	for _, slots := range p.jobs {
		slots.SetMost(n)
	}
}

// hopeless reports whether jobs that have no worker are to fail. p.mu is held.
func (p *Pool) hopeless() bool { return p.failures >= mostFailures || p.killed >= mostKilled }

// startMissing starts workers until there are as many as wanted, and a spare. p.mu is held.
func (p *Pool) startMissing() {
	for !p.closed && !p.idle && len(p.alive)+p.starting < p.target() && p.retry == nil && p.starting < mostStarting() {
		if p.oneAtATime && p.starting > 0 {
			return
		}
		p.starting++
		p.made++
		go p.start(p.oneAtATime)
		if p.failures+p.killed > 0 || p.short || p.oneAtATime { // one at a time, and later, while starts fail
			return
		}
	}
}

func (p *Pool) start(alone bool) {
	c, err := p.dialect.spawn(&p.settings)
	if err == nil {
		err = p.greet(c)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting--
	defer p.changed.Broadcast()
	switch {
	case err != nil:
		p.failed = fmt.Errorf("starting a worker process: %w", advised(err))
		killed := errors.Is(err, errKilled)
		switch {
		case killed:
			p.killed++
		case lacking(err) && !alone: // others that were starting had what it lacked, perhaps
			p.oneAtATime = true
		case errors.Is(err, errSilent): // it has been waited for for long enough
			p.failures += mostFailures
		default:
			p.failures++
		}
		if len(p.alive) > 0 && (p.hopeless() || lacking(err)) {
			p.runWithFewer()
		}
		if (killed || p.hopeless() || p.short) && p.retry == nil && !p.closed {
			p.retry = time.AfterFunc(pauseAfter(p.failures+p.killed), p.tryAgain)
		}
		p.startMissing()
	case p.closed || p.idle || len(p.alive) > p.want: // or cut meanwhile
		p.leaving++
		c.kill("the pool has no use for it any more")
		go p.awaitExit(c)
	default:
		p.failures, p.killed = 0, 0
		p.alive[c] = true
		p.free = append(p.free, c)
		if len(p.alive) >= p.want {
			p.short, p.toldShort, p.oneAtATime = false, false, false
		}
		p.limit()
		go p.awaitExit(c)
		p.startMissing()
	}
}

// runWithFewer has as many calls run at once as there are workers, as no more can be started for now. p.mu is held.
func (p *Pool) runWithFewer() {
	if len(p.alive) >= min(p.want, max(p.busy+p.waiting, p.asked)) { // what it lacks is the spare
		return
	}
	p.short = true
	p.limit()
	if !p.toldShort && !p.closed {
		p.toldShort = true
		p.settings.notice(fmt.Sprintf("%s(%d): %d calls run at once for now, as no more workers can be started: %v",
			p.dialect.name(), p.want, len(p.alive), p.failed))
	}
}

// greet waits until a worker is ready, or the pool is closed.
func (p *Pool) greet(c *child) error {
	p.mu.Lock()
	p.greeted[c] = true
	if p.closed {
		c.kill(closedMeanwhile)
	}
	p.mu.Unlock()
	waited := time.AfterFunc(silentFor, func() { p.tellSilent(c) })
	err := p.dialect.greet(&p.settings, c)
	waited.Stop()
	if err == nil {
		c.printed.stopHolding(true)
	}
	switch {
	case err == nil && c.limited:
		c.atStart = dataOf(c.cmd.Process.Pid)
	case errors.Is(err, errStarved):
		err = p.settings.starved(p.dialect, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.greeted, c)
	return err
}

// tellSilent tells, once, what is waited for.
func (p *Pool) tellSilent(c *child) {
	p.mu.Lock()
	told := p.toldSilent || p.closed
	p.toldSilent = true
	p.mu.Unlock()
	if !told {
		p.settings.notice(fmt.Sprintf("%s: waiting for %s (%s) to get ready, which it has not been for %v; it may take %v",
			p.dialect.name(), c.name, strings.Join(c.cmd.Args, " "), silentFor, startLimit))
	}
}

const closedMeanwhile = "the pool was closed before it was ready"

// pauseAfter is how long no worker is started after so many failures, so that none is started again and again in vain.
func pauseAfter(failures int) time.Duration {
	return min(time.Second, 10*time.Millisecond<<min(failures, 9))
}

// tryAgain ends the pause. When there is no hope the next job may try once more; else workers are started now.
func (p *Pool) tryAgain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retry = nil
	if p.short {
		p.failures, p.killed = 0, 0
	}
	if p.hopeless() && !p.short {
		p.failures, p.killed = min(p.failures, mostFailures-1), min(p.killed, mostKilled-1)
	} else {
		p.startMissing()
	}
	p.changed.Broadcast()
}

// awaitExit replaces a worker when it has gone, whether it was idle or not.
func (p *Pool) awaitExit(c *child) {
	<-c.exited
	c.cgroup.remove()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alive[c] {
		delete(p.alive, c)
		if !c.used {
			p.unused++
		}
		if p.unused > mostUnused && p.retry == nil && !p.closed {
			p.retry = time.AfterFunc(pauseAfter(p.unused), p.tryAgain)
		}
	} else {
		p.leaving--
	}
	for i, f := range p.free {
		if f == c {
			p.free = append(p.free[:i], p.free[i+1:]...)
			break
		}
	}
	if !c.leased {
		c.release()
	}
	if p.short {
		p.limit()
	}
	p.startMissing()
	p.changed.Broadcast()
}

// errTooFewWorkers is for a call that has to wait for its turn, as there are fewer workers than calls that want one.
var errTooFewWorkers = errors.New("there are fewer workers than wanted")

// errDrained is for a call whose job drains before it has a worker.
var errDrained = errors.New("the job drains")

// take leases a worker. It waits while one is being started, until ctx ends or drained is closed.
func (p *Pool) take(ctx context.Context, drained <-chan struct{}) (*child, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting++
	defer func() { p.waiting-- }()
	for waits := false; ; p.changed.Wait() {
		if n := len(p.free); n > 0 {
			c := p.free[n-1]
			p.free = p.free[:n-1]
			c.leased, c.used = true, true
			p.busy++
			p.unused = 0
			return c, nil
		}
		if p.closed {
			return nil, ErrClosed
		}
		p.endIdle()
		switch alive := len(p.alive); {
		case p.starting == 0 && p.hopeless() && alive == 0:
			return nil, p.failed
		case p.starting == 0 && p.short && alive > 0 && p.busy+p.waiting > alive:
			return nil, errTooFewWorkers
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if isClosed(drained) {
			return nil, errDrained
		}
		if !waits {
			waits = true
			defer p.wakeAtEnd(ctx, drained)()
		}
	}
}

// give returns a worker, unless it has served its time.
func (p *Pool) give(c *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.leased = false
	switch {
	case !p.alive[c]:
		c.release()
	case p.settings.retire(c, 0):
		p.removeWorker(c) // so that another takes its place at once
		p.startMissing()
	case p.closed || len(p.alive) > p.want+1:
		p.removeWorker(c)
	default:
		p.free = append(p.free, c)
		p.changed.Broadcast()
		c.freeAt = time.Now()
		if p.settings.onDemand && p.fewer == nil {
			p.fewer = time.AfterFunc(unusedFor, p.endUnused)
		}
	}
}

// unusedFor is how long a worker of a pool on demand has nothing to do before it goes.
const unusedFor = time.Second

// endUnused lets workers go that have had nothing to do, and looks again as long as there may be more of them.
func (p *Pool) endUnused() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fewer = nil
	now := time.Now()
	for !p.closed && len(p.free) > 0 && len(p.alive) > p.target() {
		c := p.free[0] // which has been free for the longest time
		if left := unusedFor - now.Sub(c.freeAt); left > 0 {
			p.fewer = time.AfterFunc(left, p.endUnused)
			return
		}
		p.free = p.free[1:]
		p.removeWorker(c)
	}
}

// endIdle starts the workers again that an idle pool has let go. p.mu is held.
func (p *Pool) endIdle() {
	p.idle = false
	if p.idleTimer != nil {
		p.idleTimer.Stop()
	}
	p.startMissing()
}

// startIdleTimer lets the workers go if there is no job for a while. p.mu is held.
func (p *Pool) startIdleTimer() {
	if p.settings.idle == 0 || len(p.leased) > 0 {
		return
	}
	if p.idleTimer != nil {
		p.idleTimer.Stop()
	}
	p.idleTimer = time.AfterFunc(p.settings.idle, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.leased) > 0 || p.closed {
			return
		}
		p.idle = true
		for _, c := range p.free {
			p.removeWorker(c)
		}
		p.free = nil
	})
}
