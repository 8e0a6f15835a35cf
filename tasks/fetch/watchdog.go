package fetch

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

// watchdog ends an attempt that takes too long as a whole, or whose body has stopped coming.
type watchdog struct {
	begun  time.Time
	most   time.Duration   // for all of the attempt; not positive: no limit
	stall  time.Duration   // without a byte of the body; not positive: no limit
	ctx    context.Context // of the attempt
	cancel context.CancelCauseFunc
	timer  *time.Timer  // nil: there is no limit
	last   atomic.Int64 // when the body's last byte came, in nanoseconds since begun; 0 before there is a body
}

// limitError is the cause of a context that the watchdog has ended.
type limitError struct {
	reason Reason
	text   string
}

func (e *limitError) Error() string { return e.text }

// Timeout says to package net that a limit of time was the cause.
func (e *limitError) Timeout() bool { return true }

// watch returns a context for an attempt that begins now. The watchdog must be stopped.
func (o *Options) watch(ctx context.Context) (context.Context, *watchdog) {
	w := &watchdog{begun: time.Now(), most: o.MaxTime, stall: o.StallLimit}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	if first := max(w.most, 0); first > 0 || w.stall > 0 {
		w.timer = time.AfterFunc(math.MaxInt64, w.look) // which reads w.timer
		w.timer.Reset(cmp.Or(first, w.stall))
	}
	return w.ctx, w
}

// look ends the attempt if it is time, and looks again when it might be.
func (w *watchdog) look() {
	if w.ctx.Err() != nil {
		return
	}
	passed, last := time.Since(w.begun), time.Duration(w.last.Load())
	next := w.stall
	if w.most > 0 {
		if passed >= w.most {
			w.cancel(&limitError{OutOfTime, fmt.Sprintf("it was not over within %v", w.most)})
			return
		}
		next = w.most - passed
	}
	if w.stall > 0 && last > 0 {
		if passed-last >= w.stall {
			w.cancel(&limitError{Stalled, fmt.Sprintf("not a byte came for %v", w.stall)})
			return
		}
		next = min(next, w.stall-(passed-last))
	}
	w.timer.Reset(next)
}

// bodyBegins is when the header of the response is there.
func (w *watchdog) bodyBegins() {
	w.gotBytes()
	if w.stall > 0 && (w.most <= 0 || w.most > w.stall) {
		w.timer.Reset(w.stall)
	}
}

// gotBytes is when more of the body has come.
func (w *watchdog) gotBytes() { w.last.Store(int64(max(1, time.Since(w.begun)))) }

func (w *watchdog) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
	w.cancel(nil)
}
