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
//   - While an attempt with a Timeout runs, its goroutine touches nothing. At the end of the attempt the goroutine and
//     the timer that abandons the call both try to set deadline.settled, and the worker is the winner's. If that is the
//     timer, it sets lost, ends the call, takes the worker off the job and gives its slot back. The goroutine sets lost
//     as well, and then touches nothing of the job any more, but for the slot that it may have come to wait for.
//   - Between two goroutines that do its work (it is idle or parked), it is whoever's that has taken it off Job.idle.
//   - Other workers read batch at any time, and take calls from it by compare-and-swap.
//   - hold is guarded by the slots' mutex; id, parked and wake by the job's.
type Worker struct {
	batch placeRange // the calls it has claimed and not begun; first, and padded, since other workers look at it

	job        *Job
	id         int          // its number, which is its place in Job.byNumber
	inline     bool         // it is the goroutine that waits for the job
	starting   bool         // it is counted in Job.starting
	pulled     bool         // the last Next had a call
	onlyFuture *future      // the only call that it may take, if it was started for that
	hold       hold         // guarded by the slots' mutex
	callCtx    *callContext // the context of the calls that it runs now, if they hold a slot
	lost       atomic.Bool  // a call was abandoned together with the goroutine
	parked     bool         // it waits in park
	wake       chan bool    // ends that, and says whether it is to work on

	permit   keyPermit // the key of the call that it runs, if it claimed that in a batch
	permitOf int64     // the place of that call + 1; 0: none

	batchSize int           // how many calls it asks for next
	offers    bool          // it is counted in Job.offering
	claimedAt time.Duration // when it claimed its last batch

	makesSeveral bool // calls that it has pulled run beside one another

	// Of a job on Auto.
	claimed     int           // how many calls it claimed last, whose time has not been added up yet
	batchEnd    int64         // if these are a batch: where it ended before others took calls of it
	endedBefore int64         // how many calls of the job had ended when it claimed these
	timed       int64         // of how many calls that was done, and the tuner has not been told
	took        time.Duration // how long these took
	squares     uint64        // the sum of the squares of that, in microseconds

	clock       time.Duration // the last reading of the clock
	clockIsNow  bool          // clock is the present, as far as anybody needs to know
	endIsGiven  bool          // clock is when a call ended that ran elsewhere: the end of that call
	uncounted   int64         // how many calls have ended here that Job.openCalls still counts
	countsLater bool          // the call that ends now is to be added to uncounted

	contexts []callContext // made ahead, for calls to come

	// A ring of the places of its batches, for a call set in which those are not consecutive.
	places       []atomic.Int32
	nextPosition int64 // where the next batch begins in places; it only grows

	// Of a job that is observed.
	events     *eventBatch // where it records
	eventCount int32       // how many events are in there
	implied    bool        // the teller derives their number from how far the batch of calls has got
}

// Work runs calls here until there are none. It pulls batches of them once calls have shown to be tiny, and idle
// workers take over half of what is left of another's batch, so that a slow call holds up no other.
func (w *Worker) Work() {
	j := w.job
	for !w.lost.Load() {
		if j.slots != nil && j.heldUp() { // the observers may need the slot to catch up
			if !w.park() {
				return
			}
			continue
		}
		if c, ok := w.claimCall(); ok {
			c.run()
		} else if j.batches && (w.batch.len() > 0 || w.claim()) {
			j.callSet.runBatch(w)
			w.leaveCall()
		} else if w.inline && j.sleepUntilDue() {
			w.clockIsNow = false
		} else if !w.park() {
			return
		}
		if j.slots != nil && w.batch.len() == 0 && !w.lost.Load() && j.slots.shouldLeave(w) && !w.park() {
			return
		}
	}
}

// claimCall claims a call that is handed out again, or any call where the call set has no batches.
func (w *Worker) claimCall() (c Call, ok bool) {
	j := w.job
	if w.onlyFuture != nil {
		return w.tryNext()
	}
	if requeued := j.requeuedCount.Load() > 0; requeued || !j.batches {
		if c, ok = j.claimNext(); ok && (requeued || c.attempt > 0) { // it may have been added just now
			w.clockIsNow = false // the last attempt may have ended since, elsewhere
		}
	}
	c.worker = w
	if ok {
		if j.tuner != nil {
			w.noteTook(1)
		}
		w.countOutStarting()
	}
	return c, ok
}

// tryNext is Next without blocking.
func (w *Worker) tryNext() (Call, bool) {
	if w.lost.Load() || w.job.heldUp() || w.pulled && w.job.slots != nil && w.job.slots.shouldLeave(w) {
		return Call{}, false
	}
	var c Call
	var ok bool
	if w.onlyFuture == nil {
		c, ok = w.job.claimNext()
	} else if !w.pulled {
		c, ok = w.onlyFuture.job.claimFuture(w.onlyFuture)
	}
	c.worker = w
	w.clockIsNow, w.pulled = false, ok || w.onlyFuture != nil
	n := 1
	if !ok {
		n = 0
		w.countEnded()
	}
	if w.job.tuner != nil {
		w.noteTook(n)
	}
	w.countOutStarting()
	return c, ok
}

// NextBatch is Next for several calls at once, which costs less for each, and it never blocks: it puts up to len(calls)
// there, all of one task, and returns how many. It leaves as many to other workers, and of a Map far more, so that all
// end at about the same time.
func (w *Worker) NextBatch(calls []Call) int {
	j := w.job
	if len(calls) < 2 || w.onlyFuture != nil {
		return w.tryNextOf(calls)
	}
	if !j.takesMany.Load() {
		j.takesMany.Store(true)
	}
	w.countEnded()
	if w.lost.Load() || j.heldUp() || w.pulled && j.slots != nil && j.slots.shouldLeave(w) {
		return 0
	}
	n := 0
	if j.admission != nil {
		n = j.admission.claimSeveral(calls)
	} else {
		n = j.claimSeveralAny(calls)
	}
	for i := range n {
		calls[i].worker = w
	}
	w.clockIsNow, w.pulled = false, n > 0
	if j.tuner != nil {
		w.noteTook(n)
	}
	w.countOutStarting()
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
// For a worker of [Job.Serve] it never blocks, since a worker must not hold a slot while it waits: it reports false
// when there is no call, or when the worker has had its turn and another job wants its slot. The worker then ends what
// it has and returns.
func (w *Worker) Next() (Call, bool) {
	j := w.job
	for {
		c, ok := w.tryNext()
		if ok && j.feeders > 0 && j.hasWork() {
			j.dispatch() // one parked worker wakes the next
		}
		if ok || j.feeders == 0 || w.lost.Load() {
			return c, ok
		}
		w.flush()
		j.mu.Lock()
		for !j.allEnded && (j.readyCalls() == 0 || j.heldUp() || j.admission != nil && !j.admission.allows(1)) {
			j.waitingFeeders++
			j.parked.Wait()
			j.waitingFeeders--
		}
		over := j.allEnded
		j.mu.Unlock()
		if over {
			return Call{}, false
		}
	}
}

// End is [Call.End] for a call that the worker pulled and ends on its own goroutine, which costs less: the job is told
// of all such calls together, when the worker pulls more.
func (w *Worker) End(c Call, out any, o Outcome, err error) {
	w.countsLater = true
	c.End(out, o, err)
	w.countsLater = false
}

// countOneEnded counts one call as ended.
func (w *Worker) countOneEnded() {
	if w.countsLater {
		w.uncounted++
	} else {
		w.job.countEnded(1)
	}
}

// Run makes an attempt at the call on this goroutine.
func (w *Worker) Run(c Call) {
	c.worker = w
	c.run()
}

// countOutStarting is after a worker's first claim: it no longer stands for a call that nobody has claimed.
func (w *Worker) countOutStarting() {
	if w.starting {
		w.starting = false
		w.job.starting.Add(-1)
		if w.job.hasWork() {
			w.job.dispatch()
		}
	}
}

// readClock is the present on the job's clock. Reading a clock costs more than a tiny call, so the end of one call is
// the start of the next in the same batch.
func (w *Worker) readClock() time.Duration {
	if w.clockIsNow {
		return w.clock
	}
	now := w.job.now()
	if w != &w.job.noWorker {
		w.clock = now
	}
	return now
}

// setClock turns the worker's clock to a time, but never back.
func (w *Worker) setClock(at time.Time) time.Duration {
	d := at.Sub(w.job.start)
	if w == &w.job.noWorker {
		return d
	}
	w.clock = max(w.clock, d)
	return w.clock
}

// startNotBefore is when a call began, which its worker's clock may say was before its input was there.
func (w *Worker) startNotBefore(queued, begun time.Duration) time.Duration {
	if begun >= queued {
		return begun
	}
	if w != &w.job.noWorker {
		w.clock = queued
	}
	return queued
}

// readClockAtEnd reads the clock at the end of a call.
func (w *Worker) readClockAtEnd() time.Duration {
	if w.endIsGiven {
		return w.clock
	}
	now := w.job.now()
	if w != &w.job.noWorker {
		w.clock, w.clockIsNow = now, true
	}
	return now
}

// countEnded tells the job of the calls that w has ended.
func (w *Worker) countEnded() {
	n := w.uncounted
	w.uncounted = 0
	w.job.countEnded(n)
}

// park gives up w's slot and waits until it has one again, for a job that may be given more calls: to wake a goroutine
// costs less than to start one, which has its stack to grow again. It reports false when w should leave instead.
func (w *Worker) park() bool {
	j := w.job
	if !j.mayGrow || j.slots == nil || w.inline {
		return false
	}
	w.flush()
	w.stopStarting()
	if !j.slots.giveUpSlot(&w.hold, true) {
		return false
	}
	if w.wake == nil {
		w.wake = make(chan bool, 1)
	}
	j.mu.Lock()
	if j.allEnded || j.stopped.Load() {
		j.mu.Unlock()
		return false
	}
	w.parked = true
	j.idle = append(j.idle, w)
	j.mu.Unlock()
	if j.hasWork() {
		j.dispatch()
	}
	return <-w.wake
}

// stopStarting counts w out of those that are about to claim a call.
func (w *Worker) stopStarting() {
	if w.starting {
		w.starting = false
		w.job.starting.Add(-1)
	}
}

func (w *Worker) startFeeder() { go w.main() }

// main is the life of a worker's goroutine, which a call can end at any time with runtime.Goexit.
func (w *Worker) main() {
	returned := false
	defer func() { w.goroutineEnded(returned) }()
	w.job.body(w)
	returned = true
}

// goroutineEnded joins a worker.
func (w *Worker) goroutineEnded(returned bool) {
	if !w.lost.Load() {
		w.detach(returned)
	} else if w.job.slots != nil { // the job went on without it, but under Loop it may have waited for a turn since
		w.job.slots.giveUpSlot(&w.hold, true)
	}
}

// detach takes w off the job's hands: what it has not run is handed out again and its slot is free. A worker that is
// sound can work again.
func (w *Worker) detach(sound bool) {
	j := w.job
	w.flush()
	w.requeueBatch()
	w.stopStarting()
	w.onlyFuture = nil
	if j.slots != nil {
		sound = j.slots.giveUpSlot(&w.hold, !w.lost.Load()) && sound
	} else if !sound {
		j.hire(nil).startFeeder() // in its place
	}
	j.mu.Lock()
	if sound {
		j.idle = append(j.idle, w)
	} else { // a job without end must not keep them all
		j.byNumber[w.id] = nil
		j.vacant = append(j.vacant, w.id)
	}
	j.mu.Unlock()
	if j.hasWork() {
		j.dispatch()
	}
	j.countOutWorker()
}

// detachAbandoned goes on without w, whose goroutine is stuck in a call that has been ended as abandoned. It runs on
// the timer's goroutine; w's own touches nothing of the job any more.
func (w *Worker) detachAbandoned() {
	if w != &w.job.noWorker {
		w.detach(false)
	}
}

// markLost marks w as abandoned. Both the timer that abandons its call and the goroutine, when it comes back too late,
// do so before anything else: whichever is first, the goroutine sees the mark before it takes another call.
func (w *Worker) markLost() {
	if w != &w.job.noWorker {
		w.lost.Store(true)
	}
}

// someContexts is how many contexts of calls are made at once, which costs less than one by one.
const someContexts = 8

// hasSlot reports whether the calls that w runs hold a slot.
func (w *Worker) hasSlot() bool { return w.job.slots != nil && w != &w.job.noWorker }

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
	w.callCtx = c
	return c
}

// leaveCall is after those calls.
func (w *Worker) leaveCall() {
	if w == &w.job.noWorker || w.lost.Load() || w.callCtx == nil {
		return
	}
	c := w.callCtx
	w.callCtx = nil
	c.end()
}
