package overlap

import (
	"context"
	"sync/atomic"
)

// hold is a worker's slot, guarded by the slots' mutex.
type hold struct {
	from    *frame // whose slot it is, if it was lent
	holding bool   // has a slot, even if it is lent at the moment
	frame   *frame // of the call that the worker runs, if that waits or has waited for others
}

// frame is a call as far as slots are concerned: what it waits for, and who has its slot meanwhile. It is made when
// somebody asks for it, by way of the call's context, and dead once the call has ended: a context that outlives its
// call must not lend the slot of the next one. Those of its fields that change are guarded by the slots' mutex.
type frame struct {
	slots  *Slots // nil: the call holds none
	parent *frame // of the call around the job that this one belongs to
	hold   *hold  // of the worker that runs the call

	waits    []*wait // what goroutines of the call wait for
	away     int     // under Loop: goroutines of the call that wait
	gaveUp   bool    // under Loop: the call's turn, while they wait
	taken    bool    // a worker has the lent slot
	gone     bool    // abandoned: the slot passes on when it comes back
	back     chan struct{}
	recalled atomic.Bool // back is waited for: the borrower should leave
	over     atomic.Bool // the call has ended
}

// on finds the nearest call, from this one outwards, that holds a slot of s.
func (f *frame) on(s *Slots) *frame {
	for ; f != nil; f = f.parent {
		if f.slots == s && !f.over.Load() {
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
var ended = &frame{}

// get is the call's frame, made if nobody has asked before; nil when the call has ended.
func (c *callFrame) get() *frame {
	f := c.frame.Load()
	if f == nil {
		w := c.worker
		f = &frame{slots: w.job.slots, parent: w.job.around, hold: &w.hold}
		if !c.frame.CompareAndSwap(nil, f) {
			f = c.frame.Load()
		}
	}
	if f == ended {
		return nil
	}
	return f
}

// asked reports whether the frame was made.
func (c *callFrame) asked() bool { return c.frame.Load() != nil }

// end is after the call's end, on its worker's goroutine, unless the worker is lost: the frame may be somebody else's
// by then.
func (c *callFrame) end() {
	if c.worker.lost.Load() {
		return
	}
	if f := c.frame.Swap(ended); f != nil && f != ended {
		f.slots.endCall(f)
	}
}

// callContext is the context of a call of a Map or a Stream on an executor with slots; a run of tiny calls has one for
// all, up to the first call that asks for its frame.
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
