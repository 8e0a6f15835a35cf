package overlap

// EventLoop is the executor that [Loop] returns. It has no Resize: that one call executes at a time is what lets calls
// share state without locks. Safe for concurrent use.
type EventLoop struct{ slots *Slots }

// Loop executes one call at a time; others run only while that one is in [Await], or waits for other calls. So calls can
// share state without locks, as on an event loop: nothing else runs between two Awaits. Jobs on one Loop share the turn.
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
