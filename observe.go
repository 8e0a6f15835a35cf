package overlap

import (
	"runtime"
	"sync/atomic"
	"time"
)

// EventKind says what happened to a call.
type EventKind uint8

const (
	// EventQueued: the call's input was there.
	EventQueued EventKind = iota
	// EventStarted: an attempt began.
	EventStarted
	// EventFinished: the call ended.
	EventFinished
	// EventRetried: an attempt ended and another will follow.
	EventRetried
)

// Event is one thing that happened to one call.
type Event struct {
	Kind    EventKind
	Outcome Outcome       // of EventFinished and EventRetried: how the attempt ended
	Attempt int           // from 1; 0 for EventQueued
	Index   int           // the call's
	At      time.Duration // since the job's start, on a monotonic clock
}

// Observe has fn called with what happens to the job's calls, in batches: each is of one worker, in order. The worker is
// its number from 0, reused when it leaves; under [Async] it is the call's index. Calls that never started have no events.
// Events come when a batch is full, when their worker runs out of calls, and 100 ms after they happened at the latest; all
// have come when the job is over. In a run of tiny calls of a [Map], the end of a call is the start of the next, since
// reading a clock costs more than the call, and a start comes with the end. With several Observe, each is told everything.
//
// The calls of fn never overlap. It runs on a goroutine of its own that holds neither a lock nor a slot, so that it may
// cancel futures, submit calls and run other jobs, also on the same executor; only it must not wait for the job itself. It
// must not keep the slice. When fn is slow, no more calls are handed out until it has caught up. When it panics or ends its
// goroutine, it is not called again and the job is canceled, and fails with an error that wraps a *[PanicError] or
// [ErrGoexit]: the Cause of the [JobError] of a Map or a Group, the last result of a Stream.
func Observe(fn func(worker int, events []Event)) Option {
	if fn == nil {
		panic("overlap: Observe: the function is nil")
	}
	return jobOption(func(o *options) { o.observers = append(o.observers, fn) })
}

const (
	eventBatch = 256
	eventDelay = 100 * time.Millisecond
)

// batch is what happened to calls of one worker. The worker adds to it while the teller may already tell the beginning.
type batch struct {
	worker  int
	noted   atomic.Int32 // records that are there
	told    int          // of those; the teller's
	place   int          // in the teller's list; guarded by its mutex
	records [eventBatch]record
}

// record is an event, or a whole call that succeeded in its first attempt: then the event is its end.
type record struct {
	Event
	whole bool
	begun time.Duration
}

// timed reports whether results or an observer have the times of calls.
func (j *Job) timed() bool { return j.grows || j.teller != nil }

// note records an event of a worker.
func (j *Job) note(w *Worker, kind EventKind, index, attempt int, o Outcome, at time.Duration) {
	if j.teller == nil {
		return
	}
	e := Event{Kind: kind, Outcome: o, Attempt: attempt, Index: index, At: at}
	if w == &j.loose {
		j.teller.add(w.number(index), e)
	} else {
		*w.next() = record{Event: e}
		w.publish()
	}
}

// noteCall records a whole call at once, which succeeded in its first attempt and ends now.
func (w *Worker) noteCall(index int) {
	r := w.next()
	r.whole, r.begun = true, w.time()
	r.Event = Event{Kind: EventFinished, Outcome: Succeeded, Attempt: 1, Index: index, At: w.tick()}
	w.publish()
}

// next is where the worker's next record goes.
func (w *Worker) next() *record {
	if w.noting == nil {
		w.noting = w.job.teller.blank(w.id)
	}
	return &w.noting.records[w.noted]
}

// publish adds that record to the worker's batch.
func (w *Worker) publish() {
	t, b := w.job.teller, w.noting
	w.noted++
	b.noted.Store(w.noted)
	if !t.armed.Load() {
		t.arm()
	}
	if w.noted == eventBatch {
		w.tell()
		runtime.Gosched() // to the teller, which would wait for the end of this goroutine's time otherwise
	}
}

// tell hands the worker's batch over.
func (w *Worker) tell() {
	if w.noting != nil {
		w.job.teller.hand(w.noting, w.inline)
		w.noting, w.noted = nil, 0
	}
}

// number is the worker's, as users see it, for the call with the index.
func (w *Worker) number(index int) int {
	if w == &w.job.loose {
		return index
	}
	return w.id
}

// flush hands over all that w has recorded and counted.
func (w *Worker) flush() {
	w.tell()
	w.settle()
}
