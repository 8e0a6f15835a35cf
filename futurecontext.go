package overlap

import (
	"context"
	"sync"
	"sync/atomic"
)

// futureContext is the context of one attempt at a future's call. Most calls never look at theirs, so what it takes to
// cancel one call is made only when somebody asks for it.
type futureContext struct {
	context.Context // the job's
	callFrame
	mu  sync.Mutex
	own atomic.Pointer[ownContext]
}

type ownContext struct {
	context.Context
	cancel context.CancelCauseFunc
}

// made is the context that can be canceled.
func (c *futureContext) made() *ownContext {
	if own := c.own.Load(); own != nil {
		return own
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if own := c.own.Load(); own != nil {
		return own
	}
	own := &ownContext{}
	own.Context, own.cancel = context.WithCancelCause(c.Context)
	c.own.Store(own)
	return own
}

func (c *futureContext) cancel() { c.made().cancel(ErrFutureCanceled) }

// release frees what was made, once the attempt has ended.
func (c *futureContext) release() {
	if own := c.own.Load(); own != nil {
		own.cancel(nil)
	}
}

func (c *futureContext) Done() <-chan struct{} { return c.made().Done() }

func (c *futureContext) Err() error {
	if own := c.own.Load(); own != nil {
		return own.Err()
	}
	return c.Context.Err()
}

func (c *futureContext) Value(key any) any {
	if _, ok := key.(frameKey); ok && c.worker.hasSlot() {
		return c.get()
	}
	if k, ok := key.(withinKey); ok && k.job == c.worker.job {
		return true
	}
	if own := c.own.Load(); own != nil {
		return own.Value(key)
	}
	return c.Context.Value(key)
}
