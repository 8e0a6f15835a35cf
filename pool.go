package overlap

import "fmt"

type pool struct{ slots *Slots }

// Pool runs at most n calls at once, over all jobs that use it, which take turns. Its workers are goroutines that exist
// only while there are calls, so a Pool needs no Close and can be written inline. Pool panics when n < 1.
func Pool(n int) Executor {
	if n < 1 {
		panic(fmt.Sprintf("overlap: Pool: must be at least 1, got %d", n))
	}
	return pool{NewSlots(n)}
}

func (p pool) Start(job *Job) error { job.Serve(p.slots, (*Worker).Work); return nil }

func (p pool) String() string { return fmt.Sprintf("pool(%d)", p.slots.Limit()) }

func (pool) Describe() Description {
	return Description{
		What:   "n workers shared by every job on it",
		Python: "ThreadPoolExecutor",
		For:    "a fixed limit",
	}
}
