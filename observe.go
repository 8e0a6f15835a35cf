package overlap

import "time"

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
// Batches come when they are full, when their worker runs out of calls, and with the first event after
// 100 ms; all have come when the job is over. The calls of fn never overlap; it must not keep the slice, and workers wait
// for it. In one run, the end of a call is the start of the next, since reading a clock costs more than a tiny call.
func Observe(fn func(worker int, events []Event)) Option {
	if fn == nil {
		panic("overlap: Observe: the function is nil")
	}
	return jobOption(func(o *options) { o.observe = fn })
}

const (
	eventBatch = 256
	eventDelay = 100 * time.Millisecond
)

// timed reports whether results or an observer have the times of calls.
func (j *Job) timed() bool { return j.grows || j.options.observe != nil }

// note records an event of a worker.
func (j *Job) note(w *Worker, kind EventKind, index, attempt int, o Outcome, at time.Duration) {
	if j.options.observe == nil {
		return
	}
	e := Event{Kind: kind, Outcome: o, Attempt: attempt, Index: index, At: at}
	if w == &j.loose {
		j.report(w.number(index), []Event{e})
		return
	}
	if w.events == nil {
		w.events = make([]Event, 0, eventBatch)
	}
	w.events = append(w.events, e)
	if len(w.events) == eventBatch || at-w.flushed > eventDelay {
		w.flushed = at
		j.report(w.id, w.events)
		w.events = w.events[:0]
	}
}

// noteCall records a whole call at once, which succeeded in its first attempt and ends now.
func (w *Worker) noteCall(index int) {
	begun := w.time()
	end := w.tick()
	if cap(w.events)-len(w.events) < 3 || end-w.flushed > eventDelay {
		if len(w.events) > 0 {
			w.job.report(w.id, w.events)
		}
		if w.flushed = end; w.events == nil {
			w.events = make([]Event, 0, eventBatch)
		}
		w.events = w.events[:0]
	}
	w.events = append(w.events,
		Event{Kind: EventQueued, Index: index},
		Event{Kind: EventStarted, Attempt: 1, Index: index, At: begun},
		Event{Kind: EventFinished, Outcome: Succeeded, Attempt: 1, Index: index, At: end})
}

// number is the worker's, as users see it, for the call with the index.
func (w *Worker) number(index int) int {
	if w == &w.job.loose {
		return index
	}
	return w.id
}

func (j *Job) report(worker int, events []Event) {
	j.observing.Lock()
	defer j.observing.Unlock()
	j.options.observe(worker, events)
}

// flush hands over all that w has recorded and counted.
func (w *Worker) flush() {
	if len(w.events) > 0 {
		w.job.report(w.id, w.events)
		w.events = w.events[:0]
	}
	w.settle()
}
