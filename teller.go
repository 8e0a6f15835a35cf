package overlap

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// teller tells a job's observers what workers have recorded. It runs on a goroutine of its own, which lasts as long as
// there is something to be told, and holds no lock then: observers may do with the job and its executor what they like.
type teller struct {
	job    *Job
	always bool           // an observer wants all events
	some   []*atomic.Bool // others want them only while one of these is set
	armed  atomic.Bool    // the timer will see to what is recorded in batches that workers have in hand
	behind atomic.Bool    // much is to be told, so that no more calls are handed out

	mu           sync.Mutex
	idle         sync.Cond // those who wait for running to end
	running      bool      // a goroutine tells
	timer        *time.Timer
	isDue        bool          // the timer has fired
	finished     bool          // the job is over, and everything has been told
	inHand       []*eventBatch // what workers are filling
	handed       []*eventBatch // what they have handed over, in order
	handedSingly []singleEvent // events of calls that no worker runs
	spare        []*eventBatch
	broken       error // what the first observer that broke broke by

	// What follows is for the goroutine that tells.
	observers     []observer
	telling       []*eventBatch // what was handed
	tellingSingly []singleEvent // what was handedSingly
	snapshot      []*eventBatch // what was inHand
	inTime        bool          // snapshot is to be told
	worker        int           // whose events are being told
	events        []Event       // which these are
	one           [1]Event      // room for one of tellingSingly
	next          int           // the next observer to be told them
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

func newTeller(j *Job, observers []observer) *teller {
	if len(observers) == 0 {
		return nil
	}
	t := &teller{job: j}
	t.idle.L = &t.mu
	for _, o := range observers {
		t.observe(o)
	}
	return t
}

// observe adds an observer, before the job's calls begin.
func (t *teller) observe(o observer) {
	t.observers = append(t.observers, o)
	if o.on == nil {
		t.always = true
	} else {
		t.some = append(t.some, o.on)
	}
}

// records reports whether events are wanted at the moment.
func (t *teller) records() bool {
	if t == nil || t.always {
		return t != nil
	}
	for _, on := range t.some {
		if on.Load() {
			return true
		}
	}
	return false
}

// heldUp reports whether calls are to wait for the observers.
func (j *Job) heldUp() bool { return j.teller != nil && j.teller.behind.Load() && j.inline == nil }

// blank is an empty batch for a worker.
func (t *teller) blank(w *Worker) *eventBatch {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b *eventBatch
	if n := len(t.spare); w.batchSize <= 1 {
		b = &eventBatch{events: make([]Event, smallBatch)}
	} else if n > 0 {
		b, t.spare = t.spare[n-1], t.spare[:n-1]
		b.told = 0
	} else {
		b = &eventBatch{events: make([]Event, largeBatch)}
	}
	b.noted.Store(0)
	b.from.Store(-1)
	b.worker, b.calls, b.place = w.id, &w.batch, len(t.inHand)
	t.inHand = append(t.inHand, b)
	return b
}

// takeBatch takes a worker's batch. The goroutine that runs an inline job waits until it is told, if that has just
// begun or much is to be told, unless it is itself the one that tells: an observer may submit.
func (t *teller) takeBatch(b *eventBatch, inline bool) {
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
func insideObserver() bool { return stackHas("(*teller).callOne") }

// add takes an event of a call that no worker runs.
func (t *teller) add(worker int, e Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.handedSingly = append(t.handedSingly, singleEvent{worker, e})
	if len(t.handedSingly) > mostSingly {
		t.behind.Store(true)
	}
	t.start()
}

// noticeEvents is after events were recorded.
func (t *teller) noticeEvents() {
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
	if !t.finished {
		t.isDue = true
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

// run tells everything, until there is nothing to tell. After an observer has ended the goroutine, another one runs
// it and begins with what is left in the teller's own lists: of a batch that was told, nothing is told again.
func (t *teller) run() {
	for {
		for _, b := range t.telling {
			t.tell(b)
		}
		for len(t.tellingSingly) > 0 {
			e := t.tellingSingly[0]
			t.tellingSingly = t.tellingSingly[1:]
			t.one[0] = e.Event
			t.call(e.worker, t.one[:])
		}
		if t.inTime {
			t.tellInTime()
		}
		if !t.takeNext() {
			return
		}
	}
}

// takeNext takes what is to be told next. It reports false when there is nothing.
func (t *teller) takeNext() bool {
	t.mu.Lock()
	for _, b := range t.telling {
		if len(b.events) == largeBatch && len(t.spare) < mostSpare {
			t.spare = append(t.spare, b)
		}
	}
	clear(t.telling)
	t.telling, t.handed = t.handed, t.telling[:0]
	t.tellingSingly, t.handedSingly = t.handedSingly, nil
	t.inTime, t.isDue = t.isDue, false
	none := len(t.telling) == 0 && len(t.tellingSingly) == 0
	caughtUp := none && t.behind.Swap(false)
	over := none && !caughtUp && !t.inTime
	if t.inTime {
		t.snapshot = append(t.snapshot[:0], t.inHand...)
	}
	if over {
		t.running = false
		t.idle.Broadcast()
	}
	t.mu.Unlock()
	if caughtUp {
		t.job.dispatch()
	}
	return !over
}

// tellInTime tells what workers have recorded so far, and sets the timer again if there was anything.
func (t *teller) tellInTime() {
	some := false
	for _, b := range t.snapshot {
		some = t.tell(b) || some
	}
	t.inTime = false
	t.armed.Store(false)
	if !some { // what was recorded while armed was still set has to be seen to
		t.mu.Lock()
		for _, b := range t.inHand {
			some = some || b.ready() > b.told
		}
		t.mu.Unlock()
	}
	if some {
		t.arm()
	}
}

// tell tells what of a batch has not been told.
func (t *teller) tell(b *eventBatch) bool {
	begin, end := b.told, b.ready()
	if b.told = end; begin == end {
		return false
	}
	t.call(b.worker, b.events[begin:end])
	return true
}

// call calls the observers.
func (t *teller) call(worker int, events []Event) {
	t.worker, t.events, t.next = worker, events, 0
	t.callRemaining()
}

func (t *teller) callRemaining() {
	for t.next < len(t.observers) {
		i := t.next
		t.next++
		if t.observers[i].tell != nil {
			t.callOne(i)
		}
	}
}

// callOne calls an observer, which may take the goroutine along: then another goes on.
func (t *teller) callOne(i int) {
	returned := false
	defer func() {
		if p := recover(); p != nil {
			t.observerBroke(i, panicError(p))
		} else if !returned {
			t.observerBroke(i, ErrGoexit)
			go func() {
				t.callRemaining()
				t.run()
			}()
		}
	}()
	t.observers[i].tell(t.worker, t.events)
	returned = true
}

// observerBroke ends an observer, and the job with it.
func (t *teller) observerBroke(i int, err error) {
	t.observers[i].tell = nil
	err = fmt.Errorf("the observer broke: %w", err)
	t.mu.Lock()
	if t.broken == nil {
		t.broken = err
	}
	t.mu.Unlock()
	t.job.stop(err)
}

// waitForObservers returns when observers have been told everything, for a job that is over, and by what one of them
// broke.
func (j *Job) waitForObservers() error {
	if j.teller == nil {
		return nil
	}
	return j.teller.finish()
}

// finish returns when everything has been told; no more can come. It returns by what an observer broke.
func (t *teller) finish() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
	for t.running {
		t.idle.Wait()
	}
	t.finished = true
	return t.broken
}
