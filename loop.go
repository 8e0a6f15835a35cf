package overlap

type loop struct{ slots *Slots }

// Loop executes one call at a time; others run only while that one is in [Await], or waits for other calls. So calls can
// share state without locks, as on an event loop: nothing else runs between two Awaits. Jobs on one Loop share the turn.
func Loop() Executor {
	slots := NewSlots(1)
	slots.cooperative = true
	return loop{slots}
}

func (l loop) Start(job *Job) error { job.Serve(l.slots, (*Worker).Work); return nil }

func (loop) String() string { return "loop" }

func (loop) Describe() Description {
	return Description{
		What:   "one call executes at a time; others run only while it is in overlap.Await",
		Python: "asyncio's event loop",
		For:    "shared state without locks",
	}
}
