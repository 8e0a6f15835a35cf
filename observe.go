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

// Observe has fn called with what happens to the job's calls, in batches: each is of one worker, in order. The worker
// is its number from 0, reused when it leaves; under [Async] it is the call's index. Calls that never started have no
// events. Events come when a batch is full, when their worker runs out of calls, and 100 ms after they happened at
// the latest; all have come when the job is over. In a batch of tiny calls of a [Map], the end of a call is the start
// of the next, since reading a clock costs more than the call, and a start comes with the end. With several Observe,
// each is told everything.
//
// The calls of fn never overlap. It runs on a goroutine of its own that holds neither a lock nor a slot, so that it
// may cancel futures, submit calls and run other jobs, also on the same executor; only it must not wait for the job
// itself. It must not keep the slice. When fn is slow, no more calls are handed out until it has caught up. When it
// panics or ends its goroutine, it is not called again and the job is canceled, and fails with an error that wraps a
// *[PanicError] or [ErrGoexit]: the Cause of the [JobError] of a Map or a Group, the last result of a Stream.
func Observe(fn func(worker int, events []Event)) Option {
	if fn == nil {
		panic("overlap: Observe: the function is nil")
	}
	return jobOption(func(o *options) { o.observers = append(o.observers, observer{tell: fn}) })
}

// ObserveWhile is [Observe] that can be done without at times: while on is false, what happens is not recorded and costs
// tiny calls nothing, unless another observer wants it, and then fn is told as well. Anybody may set on at any time,
// and batches of calls that have begun follow when they end. So of a call fn may be told the end and not the start, or
// the start and not the end. It panics when fn or on is nil.
func ObserveWhile(on *atomic.Bool, fn func(worker int, events []Event)) Option {
	switch {
	case fn == nil:
		panic("overlap: ObserveWhile: the function is nil")
	case on == nil:
		panic("overlap: ObserveWhile: on is nil")
	}
	return jobOption(func(o *options) { o.observers = append(o.observers, observer{tell: fn, on: on}) })
}

// observer is told of events.
type observer struct {
	tell func(worker int, events []Event) // nil: it broke, and is told no more
	on   *atomic.Bool                     // nil: it wants all of them
}

const eventDelay = 100 * time.Millisecond

// timed reports whether results or an observer have the times of calls.
func (j *Job) timed() bool { return j.mayGrow || j.teller != nil || j.medians != nil }

// note records an event of a worker.
func (j *Job) note(w *Worker, kind EventKind, index, attempt int, o Outcome, at time.Duration) {
	if j.teller == nil {
		return
	}
	if w != &j.noWorker {
		w.endImplied() // also where this event is not recorded: it takes the place of those that would be implied
	}
	if !j.teller.records() {
		return
	}
	e := Event{Kind: kind, Outcome: o, Attempt: attempt, Index: index, At: at}
	if w == &j.noWorker {
		j.teller.add(w.number(index), e)
		return
	}
	w.eventsToFill(1)[0] = e
	w.events.noted.Store(w.eventCount)
	j.teller.noticeEvents()
}

// noteCall records a whole call at once, of a Map, which succeeded in its first attempt and ends now.
func (w *Worker) noteCall(index int) {
	begun := w.readClock()
	end := w.readClockAtEnd()
	implied := w.implied
	e := w.eventsToFill(3)
	e[0] = Event{Kind: EventQueued, Index: index}
	e[1] = Event{Kind: EventStarted, Attempt: 1, Index: index, At: begun}
	e[2] = Event{Kind: EventFinished, Outcome: Succeeded, Attempt: 1, Index: index, At: end}
	switch {
	case w.implied:
	case implied: // until the batch was full
		w.startImplied(int64(index) + 1)
	default:
		w.events.noted.Store(w.eventCount)
		w.job.teller.noticeEvents()
	}
}

// startImplied has the calls of w's batch from a place on recorded by noteCall alone, and the teller know how many
// there are from how far the batch has got: to publish each would cost more than a tiny call.
func (w *Worker) startImplied(from int64) {
	w.eventsToFill(0)
	w.implied = true
	w.events.noted.Store(w.eventCount)
	w.events.from.Store(from)
}

// endImplied is called before w's batch gets any further than calls that noteCall has recorded.
func (w *Worker) endImplied() {
	if w.implied {
		w.implied = false
		w.events.from.Store(-1) // first, so that no call is counted twice
		w.events.noted.Store(w.eventCount)
	}
}

// eventsToFill is where the worker's next n events go.
func (w *Worker) eventsToFill(n int32) []Event {
	if w.events != nil && int(w.eventCount+n) > len(w.events.events) {
		w.handOverEvents()
		runtime.Gosched() // to the teller, which would wait for the end of this goroutine's time otherwise
	}
	if w.events == nil {
		w.events = w.job.teller.blank(w)
	}
	at := w.eventCount
	w.eventCount += n
	return w.events.events[at:w.eventCount]
}

// handOverEvents hands the worker's batch over.
func (w *Worker) handOverEvents() {
	if w.events != nil {
		w.endImplied()
		w.job.teller.takeBatch(w.events, w.inline)
		w.events, w.eventCount = nil, 0
	}
}

// number is the worker's, as users see it, for the call with the index.
func (w *Worker) number(index int) int {
	if w == &w.job.noWorker {
		return index
	}
	return w.id
}

// flush hands over all that w has recorded and counted.
func (w *Worker) flush() {
	w.handOverEvents()
	w.countEnded()
	if w.job.tuner != nil {
		w.noteTook(0)
		w.tellTook()
	}
}

// eventBatch is what happened to calls of one worker. The worker adds to it while the teller may already tell the
// beginning: first the events are written, then the teller is let know, in one of two ways.
type eventBatch struct {
	worker int
	events []Event
	noted  atomic.Int32 // this many events are there
	from   atomic.Int64 // and, unless negative, three more for each call that calls has passed from this place on
	calls  *placeRange  // the worker's batch of calls
	told   int          // how many were told; the teller's
	place  int          // where it is in the teller's list, whose mutex guards it
}

const (
	smallBatch = 48
	largeBatch = 768 // of a worker with batches of tiny calls
)

// ready is how many events are there.
func (b *eventBatch) ready() int {
	for {
		noted, from := b.noted.Load(), b.from.Load()
		if from < 0 {
			return int(noted)
		}
		first := b.calls.first()
		if b.from.Load() == from && b.noted.Load() == noted { // so it was still this batch; places do not repeat
			return int(noted) + 3*int(max(0, first-1-from)) // the call before the first that is left still runs
		}
	}
}
