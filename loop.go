package overlap

import "context"

// EventLoop is the executor that [Loop] returns. It has no Resize: that one call executes at a time is what lets calls
// share state without locks. Safe for concurrent use.
type EventLoop struct{ slots *Slots }

// Loop executes one call at a time; others run only while that one is in [Await], or waits for other calls. So calls
// can share state without locks, as on an event loop: nothing else runs between two Awaits. Jobs on one Loop share the
// turn.
func Loop() *EventLoop {
	slots := NewSlots(1)
	slots.cooperative = true
	return &EventLoop{slots}
}

// Limit is how many calls execute at once, which is 1.
func (*EventLoop) Limit() int { return 1 }

// Start implements [Executor].
func (l *EventLoop) Start(job *Job) error {
	if l == nil || l.slots == nil {
		panic("overlap: EventLoop.Start: the loop was not made by Loop")
	}
	job.Serve(l.slots, (*Worker).Work)
	return nil
}

func (*EventLoop) String() string { return "loop" }

// Describe implements [Describer].
func (*EventLoop) Describe() Description {
	return Description{
		What: "one call executes at a time; others run only while it is in overlap.Await",
		For:  "shared state without locks",
	}
}

// Await runs fn, which waits for something: an answer, a file, a clock. Under [Loop] other calls run meanwhile, and
// Await returns when it is this call's turn again; under every other executor, and outside of any call, it just calls
// fn. Call it on the call's own goroutine, with the call's context. What fn touches must be safe to touch while other
// calls run. A panic and a Goexit of fn pass through, also on a turn of this call; fn itself must watch ctx.
func Await[T any](ctx context.Context, fn func() (T, error)) (T, error) {
	mustHave(ctx, "Await")
	if f := frameOf(ctx); f != nil && f.slots != nil && f.slots.cooperative {
		f.slots.giveUpTurn(f)
		defer f.slots.takeTurnBack(f)
	}
	return fn()
}
