package process

import (
	"time"

	"example.com/overlap"
	"example.com/overlap/process/internal/jsonlines"
)

// lineLease is a command's worker in the hands of one of a job's workers, as lease is one of ours. Answers come in any
// order, each with its call's number; numbers are consecutive.
type lineLease struct {
	pool    *Pool
	dialect *lines
	worker  *overlap.Worker
	drained <-chan struct{} // Closed when nothing of the job may begin any more; nil if nobody says so.
	child   *child

	flight  []lineCall // The calls from the oldest that has not ended; their numbers end at child.sent.
	head    int        // Where in flight the oldest one is.
	open    int        // How many of those in flight have not been answered.
	settled uint64     // How many calls have been answered.
	bytes   int        // How many bytes of requests are in flight.
	out     []byte     // What has not been written yet.
	written uint64     // The number of the last call that has been written.
	writing bool       // This goroutine is in the midst of a write.
	batch   batch      // The batch at the end of out, if it has calls.
	window  int        // How many calls may be in flight.
	alone   bool       // The call in flight travels alone, or one that does not fit waits for the others.

	last   time.Time     // When the last answers came.
	cursor time.Time     // Up to when the calls ran that have been answered.
	each   time.Duration // How long each of them took, about.
	brief  time.Duration // How long each of those took that do not say.
	kept   bool          // They are on the page, and a call that runs follows them.

	broke   string    // How the worker broke the protocol; "" if it has not.
	brokeAt time.Time // When it did.
	blamed  int       // How many calls in flight it was making then.

	crossings map[overlap.AnyTask]*jsonlines.Task
	recent    overlap.AnyTask // The task whose crossing is in the next field.
	crossing  *jsonlines.Task
	message   jsonlines.Message

	finished uint64          // How many calls had finished, by the page, at the last tick.
	early    map[uint64]bool // The calls whose answers were taken from the page; the same answers come by the pipe.
}

// lineCall is a call in flight.
type lineCall struct {
	call      overlap.Call
	crossing  *jsonlines.Task
	bytes     int
	batch     int       // How many calls the batch has that begins here; −1 within one, 0 outside of any.
	since     time.Time // When it was sent, or started if the worker says so.
	startTold bool      // The job has been told that it has started.
	canceled  time.Time // When it was seen that it is canceled, or that its timeout has passed.
	stopped   bool      // The worker has been told to cancel it.
	started   bool      // The worker has said that it started it.
	ended     bool      // The job has its result.
	requeued  bool      // It has been handed out again: what the worker says of it does not count.
	suspect   bool      // A worker died while it was in flight, and nobody knows of what: it travels alone.
	killedFor bool      // The worker is killed for it.
	blame     string    // How the worker broke the protocol while it made this call; "" if it did not.
}

const mostLines = 512 // calls in flight

// workLines is the life of a job's worker: it leases a process and feeds it until there are no more calls.
func (p *Pool) workLines(d *lines, w *overlap.Worker, drained <-chan struct{}) {
	l := &lineLease{pool: p, dialect: d, worker: w, drained: drained}
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
		case p.settings.retire(l.child, 0):
			l.end()
		}
	}
}

func (l *lineLease) begin(call overlap.Call) error {
	ready := l.worker.Waits()
	c, err := l.pool.take(call.Context(), l.drained)
	ready()
	if err != nil {
		return err
	}
	*l = lineLease{pool: l.pool, dialect: l.dialect, worker: l.worker, drained: l.drained, child: c, window: 1,
		written: c.sent}
	if c.line.parallel {
		l.window = c.line.window
		l.worker.MakesAtOnce(l.window)
	}
	c.onInterrupt = l.look
	l.pool.watch(c)
	return nil
}

// end returns the process.
func (l *lineLease) end() {
	if l.child != nil && l.open > 0 { // a value that decodes has ended this goroutine
		l.child.kill("its answers are not read any more")
		l.afterDeath()
	} else if l.child != nil && l.condemned() {
		l.afterDeath()
	}
	if l.child != nil {
		l.pool.unwatch(l.child)
		l.child.onInterrupt = nil
		l.pool.give(l.child)
		l.child = nil
	}
}

// feed sends the call and as many more as the window allows, and goes on until nothing is in flight. It reports false
// when the process has died or broken the protocol.
func (l *lineLease) feed(call overlap.Call) bool {
	ok := true
	l.last = time.Now()
	l.cursor = l.last
	for {
		for ok {
			if !l.send(call) {
				return false
			}
			if !l.room() {
				break
			}
			call, ok = l.worker.Next()
		}
		if l.open == 0 {
			return true
		}
		if !l.write() || !l.receive() {
			return false
		}
		if l.broke != "" && l.open == l.blamed {
			l.child.kill(l.broke)
			return false
		}
		if ok = l.room(); ok {
			call, ok = l.worker.Next()
		}
	}
}

// repeats reports whether a call may be made twice, as its task says here or in the worker.
func (l *lineLease) repeats(call overlap.Call) bool {
	return call.Idempotent() || l.child.line.idempotent(call.Task().Name()) && !call.AtMostOnce()
}

// condemned reports whether the process is being killed, for a call that may have ended meanwhile: others must not be
// sent to it.
func (l *lineLease) condemned() bool { return l.child.reason.Load() != nil }

func (l *lineLease) room() bool {
	return !l.condemned() && l.open < l.window && l.bytes < smallestPipe/2 && !l.alone && l.broke == "" &&
		len(l.flight)-l.head < 4*mostLines &&
		l.child.page.revoked.Load() == 0 && !l.pool.settings.retire(l.child, l.open)
}

// at is the call in flight with a number, if it has not been answered and dropped.
func (l *lineLease) at(number uint64) *lineCall {
	first := l.child.sent + 1 - uint64(len(l.flight)-l.head)
	if number < first || number > l.child.sent {
		return nil
	}
	return &l.flight[l.head+int(number-first)]
}
