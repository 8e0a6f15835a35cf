package overlap

import (
	"context"
	"slices"
	"sync/atomic"
)

// hold is a worker's slot, guarded by the slots' mutex.
type hold struct {
	held   bool   // the worker has a slot, even if that is lent at the moment
	lentBy *frame // the call whose slot it is, if it was lent
	frame  *frame // the call that the worker runs, if that waits or has waited for others
}

// frame is a call as far as slots are concerned: what it waits for, and who has its slot meanwhile. It is made when
// somebody asks for it, by way of the call's context, and dead once the call has ended: a context that outlives its
// call must not lend the slot of the next one. Those of its fields that change are guarded by the slots' mutex.
type frame struct {
	slots  *Slots // nil: the call holds no slot
	parent *frame // the call around the job that this call belongs to
	hold   *hold  // of the worker that runs the call

	waits      []*wait       // what goroutines of the call wait for
	borrowed   bool          // a worker runs with the slot that the call has lent
	handedBack chan struct{} // not nil while the call waits for its slot; closed when it has it again
	recalled   atomic.Bool   // set meanwhile: the worker that has the slot should leave
	abandoned  bool          // the call was abandoned while it waited: a slot that comes back is passed on
	ended      atomic.Bool   // the call has ended

	// Under Loop, where a call that waits gives up its turn.
	waitingGoroutines int
	turnGivenUp       bool
}

// nearestOn finds the nearest call, from this one outwards, that holds a slot of s.
func (f *frame) nearestOn(s *Slots) *frame {
	for ; f != nil; f = f.parent {
		if f.slots == s && !f.ended.Load() {
			return f
		}
	}
	return nil
}

// callFrame is a call's frame, or where it will be.
type callFrame struct {
	worker *Worker
	frame  atomic.Pointer[frame]
}

// ended stands for the frames of calls that have ended.
var endedFrame = &frame{}

// get is the call's frame, made if nobody has asked before; nil when the call has ended.
func (c *callFrame) get() *frame {
	f := c.frame.Load()
	if f == nil {
		w := c.worker
		f = &frame{slots: w.job.slots, parent: w.job.outerCall, hold: &w.hold}
		if !c.frame.CompareAndSwap(nil, f) {
			f = c.frame.Load()
		}
	}
	if f == endedFrame {
		return nil
	}
	return f
}

// isMade reports whether the frame was made.
func (c *callFrame) isMade() bool { return c.frame.Load() != nil }

// end is after the call's end, on its worker's goroutine, unless the worker is lost: the frame may be somebody else's
// by then.
func (c *callFrame) end() {
	if c.worker.lost.Load() {
		return
	}
	if f := c.frame.Swap(endedFrame); f != nil && f != endedFrame {
		f.slots.endCall(f)
	}
}

// callContext is the context of a call of a Map or a Stream on an executor with slots; a batch of tiny calls has one
// for all, up to the first call that asks for its frame.
type callContext struct {
	context.Context
	callFrame
}

func (c *callContext) Value(key any) any {
	if _, ok := key.(frameKey); ok {
		return c.get()
	}
	return c.Context.Value(key)
}

// jobContext is the context of calls that hold no slot, within a call that may hold one.
type jobContext struct {
	context.Context
	frame *frame
}

func (c *jobContext) Value(key any) any {
	if _, ok := key.(frameKey); ok {
		return c.frame
	}
	return c.Context.Value(key)
}

type frameKey struct{}

// frameOf is the frame of the call whose context ctx is, or comes from; nil outside of a call.
func frameOf(ctx context.Context) *frame {
	f, _ := ctx.Value(frameKey{}).(*frame)
	return f
}

// wait is what a goroutine of a call waits for, while the call's slot is lent to that and to nothing else: a call that
// holds a lock while it waits for another must not find the slot with a third that wants the lock.
type wait struct {
	job     *Job
	group   *groupJob // of futures
	futures []*future // some of the group's, of which those before at have ended; nil: any call of the job
	ended   int
}

// waitsFor are waits for futures, one a group.
func waitsFor(futures []*future) []*wait {
	var waits []*wait
	for _, f := range futures {
		waits = addWait(waits, f)
	}
	return waits
}

// addWait adds a future to the waits, which nothing is lent to at the moment.
func addWait(waits []*wait, f *future) []*wait {
	i := slices.IndexFunc(waits, func(w *wait) bool { return w.group == f.job })
	if i < 0 {
		i = len(waits)
		waits = append(waits, &wait{job: &f.job.Job, group: f.job})
	}
	waits[i].futures = append(waits[i].futures, f)
	return waits
}

// start starts a worker with the slot that f lends, for what f's call waits for. The slots' mutex is held.
func (w *wait) start(f *frame) bool {
	if w.job.slots != f.slots || !w.job.hasWork() {
		return false
	}
	if w.group == nil {
		return w.job.startWorker(f, nil)
	}
	only := w.startable()
	return only != nil && w.job.startWorker(f, only)
}

// startable is one of the futures whose call can be handed out, or nil.
func (w *wait) startable() *future {
	for ; w.ended < len(w.futures) && w.futures[w.ended].ended(); w.ended++ {
		w.futures[w.ended] = nil // what has ended must not be kept
	}
	for _, f := range w.futures[w.ended:] {
		if w.group.startable(f) {
			return f
		}
	}
	return nil
}

// whileWaiting runs block, which waits for calls of job. If ctx is the context of a call that holds a slot, its slot is
// lent to them meanwhile, and it has it back when whileWaiting returns.
func whileWaiting(ctx context.Context, job *Job, block func()) {
	if f := frameOf(ctx); f == nil || f.slots == nil {
		block()
	} else {
		f.slots.whileLending(f, []*wait{{job: job}}, block)
	}
}

// whileWaitingFor is whileWaiting for calls of futures.
func whileWaitingFor(ctx context.Context, futures []*future, block func()) {
	if f := frameOf(ctx); f == nil || f.slots == nil {
		block()
	} else {
		f.slots.whileLending(f, waitsFor(futures), block)
	}
}

// whileWaitingForAny runs what waits for some of the futures, more than once, as whileWaitingFor does. Some may be nil.
func whileWaitingForAny(ctx context.Context, futures []*future) func(block func()) {
	f := frameOf(ctx)
	if f == nil || f.slots == nil {
		return func(block func()) { block() }
	}
	waits := waitsFor(slices.DeleteFunc(slices.Clone(futures), func(f *future) bool { return f == nil }))
	return func(block func()) { f.slots.whileLending(f, waits, block) }
}

// isAbove reports whether j was started, through jobs on other executors, by something that f's call may wait for.
func (f *frame) isAbove(j *Job) bool { return j.lender == f && j.outerCall != f }
