package overlap

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// teller tells a job's observers what workers have recorded. It runs on a goroutine of its own, which lasts as long as
// there is something to be told, and holds no lock then: observers may do with the job and its executor what they like.
type teller struct {
	job    *Job
	armed  atomic.Bool // the timer will see to what is recorded in batches that workers have in hand
	behind atomic.Bool // much is to be told: no more calls are handed out

	mu      sync.Mutex
	idle    sync.Cond // running ended
	running bool
	timer   *time.Timer
	due     bool          // the timer has fired
	over    bool          // the job is, and everything has been told
	inHand  []*batch      // of workers
	handed  []*batch      // by them, in order
	singly  []singleEvent // of calls that no worker runs
	spare   []*batch
	broken  error // by what the first observer broke

	// What follows is for the goroutine that tells.
	observers []func(worker int, events []Event) // nil: it broke, and is told no more
	telling   []*batch                           // was handed
	single    []singleEvent                      // was singly
	snapshot  []*batch                           // was inHand
	inTime    bool                               // snapshot is to be told
	worker    int                                // that events are of
	events    []Event                            // that are being told
	one       [1]Event                           // of single
	next      int                                // of the observers to be told them
}

type singleEvent struct {
	worker int
	Event
}

const (
	mostHanded = 64
	mostSingly = 4096
	mostSpare  = 16
)

func newTeller(j *Job, observers []func(int, []Event)) *teller {
	if len(observers) == 0 {
		return nil
	}
	t := &teller{job: j, observers: slices.Clone(observers)}
	t.idle.L = &t.mu
	return t
}

// heldUp reports whether calls are to wait for the observers.
func (j *Job) heldUp() bool { return j.teller != nil && j.teller.behind.Load() && j.inline == nil }

// blank is an empty batch for a worker.
func (t *teller) blank(w *Worker) *batch {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b *batch
	if n := len(t.spare); w.size <= 1 {
		b = &batch{events: make([]Event, smallBatch)}
	} else if n > 0 {
		b, t.spare = t.spare[n-1], t.spare[:n-1]
		b.told = 0
	} else {
		b = &batch{events: make([]Event, largeBatch)}
	}
	b.noted.Store(0)
	b.from.Store(-1)
	b.worker, b.run, b.place = w.id, &w.run, len(t.inHand)
	t.inHand = append(t.inHand, b)
	return b
}

// hand takes a worker's batch. The goroutine that runs an inline job waits until it is told, if that has just begun
// or much is to be told, unless it is itself the one that tells: an observer may submit.
func (t *teller) hand(b *batch, inline bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := len(t.inHand) - 1
	t.inHand[b.place] = t.inHand[last]
	t.inHand[b.place].place = b.place
	t.inHand[last] = nil
	t.inHand = t.inHand[:last]
	t.handed = append(t.handed, b)
	if len(t.handed) > mostHanded && !inline {
		t.behind.Store(true)
	}
	if started := t.start(); inline && (started || len(t.handed) > mostHanded && !insideObserver()) {
		for t.running {
			t.idle.Wait()
		}
	}
}

// insideObserver reports whether an observer has called what this goroutine does.
func insideObserver() bool { return stackHas("(*teller).observe") }

// add takes an event of a call that no worker runs.
func (t *teller) add(worker int, e Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.singly = append(t.singly, singleEvent{worker, e})
	if len(t.singly) > mostSingly {
		t.behind.Store(true)
	}
	t.start()
}

// see is after events were recorded.
func (t *teller) see() {
	if !t.armed.Load() {
		t.arm()
	}
}

// arm has what is recorded from now on told in time, although its worker may be busy with its next call by then.
func (t *teller) arm() {
	if t.armed.Swap(true) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil {
		t.timer = time.AfterFunc(eventDelay, t.alarm)
	} else {
		t.timer.Reset(eventDelay)
	}
}

func (t *teller) alarm() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.due = true
		t.start()
	}
}

// start has everything told by a goroutine, if none does so already. The mutex is held.
func (t *teller) start() bool {
	if t.running {
		return false
	}
	t.running = true
	go t.run()
	return true
}
