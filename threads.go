package overlap

import (
	"runtime"

	"example.com/overlap/internal/tune"
)

type threads struct {
	slots *Slots
	most  int // calls at once, however many threads the system allows
}

// Threads runs each call on an operating-system thread of its own, which ends with the call. It is for blocking C code
// and thread-local state, and to see what threads cost. How many threads there may be at once is read when a job
// starts, well below what the system allows (RLIMIT_NPROC and pids.max on Linux) and below the 10,000 at which the Go
// runtime ends the program. A call that waits for nested calls on Threads keeps its thread beyond that limit.
func Threads() Executor { return threads{NewSlots(mostThreads), mostThreads} }

// mostThreads is the limit where the system sets no lower one: a quarter of what the runtime dies of.
const mostThreads = 2_500

func (t threads) Start(job *Job) error {
	left, _ := tune.ThreadsLeft()
	t.slots.Resize(max(1, min(t.most, left/2)))
	job.Serve(t.slots, func(w *Worker) {
		runtime.LockOSThread() // never unlocked, so that the thread ends with its goroutine
		w.one()
	})
	return nil
}

func (threads) String() string { return "threads" }

func (threads) Describe() Description {
	return Description{
		What: "one OS thread a call, which ends with it",
		For:  "blocking C code, thread-local state; showing what threads cost",
	}
}
