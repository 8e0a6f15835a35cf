package process

import (
	"errors"
	"time"

	"example.com/overlap"
)

// lease is a worker process in the hands of one of a job's workers, whose goroutine writes calls, as many as keep the
// process busy, and reads answers. It never blocks on a write while there are answers to read: what is in flight fits
// into the pipe, and a larger call travels alone.
type lease struct {
	pool    *Pool
	worker  *overlap.Worker
	drained <-chan struct{} // Closed when nothing of the job may begin any more; nil if nobody says so.
	child   *child

	flight *flight   // That of the child, as is frames: both keep their room for the next lease.
	frames *outgoing // What has not been written yet.
	bytes  int       // How many bytes of requests are in flight.
	full   bool      // A call that does not fit waits for those in flight.
	window int       // How many calls may be in flight.
	rest   []byte    // What has not been taken of a frame of values.

	last   time.Time     // When the last answers came.
	cursor time.Time     // Up to when the calls ran that have been answered.
	each   time.Duration // How long each of them took, about.
	made   int           // How many calls have been answered that were not skipped.

	routes    map[string]*route
	recent    overlap.AnyTask // The task whose route is in the next field.
	route     *route
	timed     bool      // The job wants to know when calls begin and end.
	epoch     time.Time // When the lease began.
	fruitless int       // How many workers in a row have died with nothing begun.
	watched   watched
}

const (
	mostFlying = 4096
	mostRun    = 512                  // calls pulled at once, and sent in one frame
	busyFor    = 3 * time.Millisecond // how much work is in flight to a worker
)

// work is the life of a job's worker: it leases a process and feeds it until there are no more calls.
func (p *Pool) work(w *overlap.Worker, drained <-chan struct{}) {
	l := &lease{pool: p, worker: w, drained: drained, window: 1}
	defer l.end()
	for {
		call, ok := w.Next()
		if !ok {
			return
		}
		if l.child == nil {
			if err := l.begin(call); err != nil {
				if unserved(call, err); err == errTooFewWorkers {
					return
				}
				continue
			}
		}
		switch {
		case !l.feed(call) || l.condemned():
			l.afterDeath()
		case l.pool.settings.retire(l.child, 0):
			l.end()
		}
	}
}

// unserved ends a call that has got no worker.
func unserved(call overlap.Call, err error) {
	switch {
	case err == errTooFewWorkers, err == errDrained:
		call.Requeue()
	case call.Context().Err() != nil: // the job says what becomes of it
		call.Requeue()
	case errors.Is(err, ErrClosed) && call.Attempt() == 1:
		call.End(nil, overlap.NeverStarted, err)
	default:
		call.End(nil, overlap.Failed, err)
	}
}

func (l *lease) begin(call overlap.Call) error {
	ready := l.worker.Waits()
	c, err := l.pool.take(call.Context(), l.drained)
	ready()
	if err != nil {
		return err
	}
	l.child, l.flight, l.frames = c, &c.flight, &c.frames
	l.frames.reset()
	l.frames.until = deadlineOf(call.Context()) // that of all calls of the job
	l.timed, l.epoch = call.Timed(), time.Now()
	if c.paced == call.Task() {
		l.window = c.window // at which they went last time
	}
	c.onInterrupt = l.look
	l.pool.watch(c)
	return nil
}

// end returns the process.
func (l *lease) end() {
	if l.child == nil {
		return
	}
	if l.flight.count > 0 { // a value that decodes has ended this goroutine: the others are heard all the same
		defer l.end() // also if another one does
		for l.child != nil && l.flight.count > 0 {
			if !l.write() || !l.receive() {
				l.afterDeath()
			}
		}
		return
	}
	l.write() // it may be told of a task none of whose calls could be sent
	if l.condemned() {
		l.afterDeath()
		return
	}
	l.pool.unwatch(l.child)
	l.child.onInterrupt = nil
	l.child.page.revoked.Store(0)             // all have been answered for
	if l.route != nil && l.route.err == nil { // else an idle worker would keep a closure
		l.child.paced, l.child.window = l.recent, l.window
	}
	l.flight.release()
	l.pool.give(l.child)
	*l = lease{pool: l.pool, worker: l.worker, drained: l.drained, window: 1}
}

// feed sends the call and as many more as the window allows, and goes on until nothing is in flight. It reports false
// when the process has died.
func (l *lease) feed(call overlap.Call) bool {
	l.last = time.Now()
	l.cursor = l.last
	l.watched = watched{}
	for ok := l.send(call); ok; ok = l.write() && l.receive() {
		if !l.fill() {
			return false
		}
		if l.flight.count == 0 {
			return true
		}
	}
	return false
}

// fill sends more calls, until there is no more room for them. It leaves some to others until it knows how long they
// take.
func (l *lease) fill() bool {
	for {
		asked := min(l.room(), mostRun)
		if asked < 1 {
			return true
		}
		calls := l.frames.pull(l.worker, asked)
		if len(calls) > 0 && !l.send(calls...) {
			return false
		}
		if len(calls) == 0 || len(calls) < asked && l.each == 0 {
			return true
		}
	}
}

// condemned reports whether the process is being killed, for a call that may have ended meanwhile: others must not be
// sent to it.
func (l *lease) condemned() bool { return l.child.reason.Load() != nil }

// room is how many more calls may be sent.
func (l *lease) room() int {
	c, inFlight := l.child, l.flight.count
	if l.full || c.page.revoked.Load() != 0 || l.condemned() || l.pool.settings.retire(c, inFlight) {
		return 0
	}
	room := l.window - inFlight
	if inFlight > 0 {
		each := l.bytes/inFlight + 1
		room = min(room, (c.inPipe-l.bytes)/each)
	}
	if c.retireAfter > 0 {
		room = min(room, c.retireAfter-c.served-inFlight)
	}
	return room
}
