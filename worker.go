package overlap

import (
	"context"
	"sync/atomic"
	"time"
)

// Worker is a goroutine of a job that runs calls one after another. Its methods are for that goroutine alone.
//
// Who may touch a Worker when:
//   - Its goroutine touches everything, as long as lost is not set.
//   - While an attempt with a Timeout runs, its goroutine touches nothing. At the end of the attempt the goroutine and the timer
//     that abandons the call both try to set watch.settled, and the worker is the winner's. If that is the timer, it sets lost,
//     ends the call, takes the worker off the job and gives its slot back. The goroutine sets lost as well, and then
//     touches nothing of the job any more, but for the slot that it may have come to wait for.
//   - Between two goroutines that do its work (it is idle or parked), it is whoever's that has taken it off Job.idle.
//   - Other workers read run at any time, and take calls from it by compare-and-swap.
//   - hold is guarded by the slots' mutex; id, parked and wake by the job's.
type Worker struct {
	run rest // first, and padded: other workers look at it

	job    *Job
	id     int          // place in the job's crew
	inline bool         // the goroutine that waits for the job
	fresh  bool         // has not claimed anything yet
	pulled bool         // the last tryNext had a call
	only   *future      // the only call it is to pull
	hold   hold         // guarded by the slots' mutex
	call   *callContext // of the calls it runs now, where it needs one
	lost   atomic.Bool  // a call was abandoned with the goroutine
	parked bool         // waits in park
	wake   chan bool    // ends that: whether to work on

	size    int           // of its next run
	claimed time.Duration // when it claimed its last run
	clock   time.Duration // last reading
	exact   bool          // clock is the present, as far as anybody needs to know
	given   bool          // clock is when a call ended that ran elsewhere
	ended   int64         // calls ended that the job has not been told of
	telling bool          // it will be told of the call that ends now

	contexts []callContext // for calls to come

	places []atomic.Int32 // of the run, for a source whose places in a run are not consecutive
	hand   int64          // where the next run begins in places, always growing

	noting  *batch // of the teller's, if anybody observes
	noted   int32  // events in it
	implied bool   // the teller sees by the run how many
}

// Work runs calls here until there are none. It pulls runs of them once calls have shown to be tiny, and idle workers
// take over the rest of another's run, so that a slow call holds up no other.
func (w *Worker) Work() {
	j := w.job
	for !w.lost.Load() {
		if j.slots != nil && j.heldUp() { // the observers may need the slot to catch up
			if !w.park() {
				return
			}
			continue
		}
		if c, ok := w.pull(); ok {
			c.run()
		} else if j.runs && (w.run.len() > 0 || w.claim()) {
			j.source.runAll(w)
			w.leaveCall()
		} else if w.inline && j.doze() {
			w.exact = false
		} else if !w.park() {
			return
		}
		if j.slots != nil && w.run.len() == 0 && !w.lost.Load() && j.slots.wanted(w) && !w.park() {
			return
		}
	}
}

// pull claims a call that is handed out again, or any where the source has no runs.
func (w *Worker) pull() (c Call, ok bool) {
	j := w.job
	if w.only != nil {
		return w.tryNext()
	}
	if j.againCount.Load() > 0 {
		if c, ok = j.popAgain(); ok {
			w.exact = false // the last attempt may have ended since, elsewhere
		}
	}
	if !ok && !j.runs {
		c, ok = j.source.one()
	}
	c.worker = w
	if ok {
		w.begun()
	}
	return c, ok
}

// tryNext is Next without blocking.
func (w *Worker) tryNext() (Call, bool) {
	if w.lost.Load() || w.job.heldUp() || w.pulled && w.job.slots != nil && w.job.slots.wanted(w) {
		return Call{}, false
	}
	var c Call
	var ok bool
	if w.only == nil {
		c, ok = w.job.next()
	} else if !w.pulled {
		c, ok = w.only.job.oneOf(w.only)
	}
	c.worker = w
	w.exact, w.pulled = false, ok || w.only != nil
	if !ok {
		w.settle()
	}
	w.begun()
	return c, ok
}

// NextBatch is Next for several calls at once, which costs less for each, and it never blocks: it puts up to len(calls)
// there, all of one task, and returns how many. It leaves as many to other workers, and of a Map far more, so that all
// end at about the same time.
func (w *Worker) NextBatch(calls []Call) int {
	j := w.job
	if len(calls) < 2 || w.only != nil {
		return w.tryNextOf(calls)
	}
	w.settle()
	if w.lost.Load() || j.heldUp() || w.pulled && j.slots != nil && j.slots.wanted(w) {
		return 0
	}
	n := 0
	if j.againCount.Load() > 0 {
		n = j.popSeveralAgain(calls)
	}
	if n == 0 {
		n = j.source.several(calls)
	}
	for i := range n {
		calls[i].worker = w
	}
	w.exact, w.pulled = false, n > 0
	w.begun()
	return n
}

func (w *Worker) tryNextOf(calls []Call) int {
	if len(calls) == 0 {
		return 0
	}
	c, ok := w.tryNext()
	if !ok {
		return 0
	}
	calls[0] = c
	return 1
}

// Next pulls one call. For a worker of [Job.Go] it blocks until there is one, and reports false when the job is over.
// For a worker of [Job.Serve] it never blocks, since a worker must not hold a slot while it waits: it reports false when
// there is no call, or when the worker has had its turn and another job wants its slot. The worker then ends what it has
// and returns.
func (w *Worker) Next() (Call, bool) {
	j := w.job
	for {
		c, ok := w.tryNext()
		if ok && j.feeders > 0 && j.hasWork() {
			j.kick() // one parked worker wakes the next
		}
		if ok || j.feeders == 0 || w.lost.Load() {
			return c, ok
		}
		w.flush()
		j.mu.Lock()
		for !j.over && (j.heldUp() || len(j.again) == 0 && j.source.ready() == 0) {
			j.resting++
			j.parked.Wait()
			j.resting--
		}
		over := j.over
		j.mu.Unlock()
		if over {
			return Call{}, false
		}
	}
}

// End is [Call.End] for a call that the worker pulled and ends on its own goroutine, which costs less: the job is told
// of all such calls together, when the worker pulls more.
func (w *Worker) End(c Call, out any, o Outcome, err error) {
	w.telling = true
	c.End(out, o, err)
	w.telling = false
}

// settleOne counts one call as ended.
func (w *Worker) settleOne() {
	if w.telling {
		w.ended++
	} else {
		w.job.settle(1)
	}
}

// Run makes an attempt at the call on this goroutine.
func (w *Worker) Run(c Call) {
	c.worker = w
	c.run()
}

// begun is after a worker's first claim: it no longer stands for a call that nobody has claimed.
func (w *Worker) begun() {
	if w.fresh {
		w.fresh = false
		w.job.starting.Add(-1)
		if w.job.hasWork() {
			w.job.kick()
		}
	}
}

// time is the present on the job's clock. Reading a clock costs more than a tiny call, so the end of one call is the
// start of the next in the same run.
func (w *Worker) time() time.Duration {
	if w.exact {
		return w.clock
	}
	now := w.job.now()
	if w != &w.job.loose {
		w.clock = now
	}
	return now
}

// set turns the worker's clock to a time, but never back.
func (w *Worker) set(at time.Time) time.Duration {
	d := at.Sub(w.job.start)
	if w == &w.job.loose {
		return d
	}
	w.clock = max(w.clock, d)
	return w.clock
}

// notBefore is when a call began, which its worker's clock may say was before its input was there.
func (w *Worker) notBefore(queued, begun time.Duration) time.Duration {
	if begun >= queued {
		return begun
	}
	if w != &w.job.loose {
		w.clock = queued
	}
	return queued
}

// tick reads the clock at the end of a call.
func (w *Worker) tick() time.Duration {
	if w.given {
		return w.clock
	}
	now := w.job.now()
	if w != &w.job.loose {
		w.clock, w.exact = now, true
	}
	return now
}

// settle tells the job of the calls that w has ended.
func (w *Worker) settle() {
	n := w.ended
	w.ended = 0
	w.job.settle(n)
}

// park gives up w's slot and waits until it has one again, for a job that may be given more calls: to wake a goroutine
// costs less than to start one, which has its stack to grow again. It reports false when w should leave instead.
func (w *Worker) park() bool {
	j := w.job
	if !j.grows || j.slots == nil || w.inline {
		return false
	}
	w.flush()
	w.discharge()
	if !j.slots.drop(&w.hold, true) {
		return false
	}
	if w.wake == nil {
		w.wake = make(chan bool, 1)
	}
	j.mu.Lock()
	if j.over || j.stopped.Load() {
		j.mu.Unlock()
		return false
	}
	w.parked = true
	j.idle = append(j.idle, w)
	j.mu.Unlock()
	if j.hasWork() {
		j.kick()
	}
	return <-w.wake
}

// discharge counts w out of those that are about to claim a call.
func (w *Worker) discharge() {
	if w.fresh {
		w.fresh = false
		w.job.starting.Add(-1)
	}
}

func (w *Worker) startFeeder() { go w.main() }

// main is the life of a worker's goroutine, which a call can end at any time with runtime.Goexit.
func (w *Worker) main() {
	returned := false
	defer func() { w.left(returned) }()
	w.job.body(w)
	returned = true
}

// left joins a worker.
func (w *Worker) left(returned bool) {
	if !w.lost.Load() {
		w.quit(returned)
	} else if w.job.slots != nil { // the job went on without it, but under Loop it may have waited for a turn since
		w.job.slots.drop(&w.hold, true)
	}
}

// quit takes w off the job's hands: what it has not run is handed out again and its slot is free. A worker that is
// sound can work again.
func (w *Worker) quit(sound bool) {
	j := w.job
	w.flush()
	w.giveBack()
	w.discharge()
	w.only = nil
	if j.slots != nil {
		sound = j.slots.drop(&w.hold, !w.lost.Load()) && sound
	} else if !sound {
		j.hire(nil).startFeeder() // in its place
	}
	j.mu.Lock()
	if sound {
		j.idle = append(j.idle, w)
	} else { // a job without end must not keep them all
		j.crew[w.id] = nil
		j.vacant = append(j.vacant, w.id)
	}
	j.mu.Unlock()
	if j.hasWork() {
		j.kick()
	}
	j.leave()
}

// abandon goes on without w, whose goroutine is stuck in a call that has been ended as abandoned. It runs on the
// timer's goroutine; w's own touches nothing of the job any more.
func (w *Worker) abandon() {
	if w != &w.job.loose {
		w.quit(false)
	}
}

// lose marks w as abandoned. Both the timer that abandons its call and the goroutine, when it comes back too late, do
// so before anything else: whichever is first, the goroutine sees the mark before it takes another call.
func (w *Worker) lose() {
	if w != &w.job.loose {
		w.lost.Store(true)
	}
}

// someContexts is how many contexts of calls are made at once, which costs less than one by one.
const someContexts = 8

// hasSlot reports whether the calls that w runs hold a slot.
func (w *Worker) hasSlot() bool { return w.job.slots != nil && w != &w.job.loose }

// enterCall is the context of the calls that w runs next, up to leaveCall.
func (w *Worker) enterCall() context.Context {
	j := w.job
	if !w.hasSlot() {
		return j.ctx
	}
	if len(w.contexts) == 0 {
		w.contexts = make([]callContext, someContexts)
	}
	c := &w.contexts[0]
	w.contexts = w.contexts[1:]
	c.Context, c.worker = j.ctx, w
	w.call = c
	return c
}

// leaveCall is after those calls.
func (w *Worker) leaveCall() {
	if w == &w.job.loose || w.lost.Load() || w.call == nil {
		return
	}
	c := w.call
	w.call = nil
	c.end()
}
