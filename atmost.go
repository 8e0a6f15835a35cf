package overlap

import "fmt"

// AsyncAtMost is [Async] with a limit: each call has a goroutine of its own, and at most n calls run at once, over all
// jobs on the executor, which take turns. It panics when n < 1.
func AsyncAtMost(n int) Executor {
	if n < 1 {
		panic(fmt.Sprintf("overlap: AsyncAtMost: must be at least 1, got %d", n))
	}
	return limitedAsync{slots: NewSlots(n)}
}

type limitedAsync struct {
	async
	slots *Slots
}

// Start implements [Executor].
func (l limitedAsync) Start(job *Job) error {
	job.Serve(l.slots, (*Worker).one)
	return nil
}

func (l limitedAsync) String() string { return fmt.Sprintf("async(%d)", l.slots.Limit()) }

// ThreadsAtMost is [Threads] with a limit: at most n calls run at once, over all jobs on the executor, which take turns;
// fewer where the system allows fewer threads. It panics when n < 1.
func ThreadsAtMost(n int) Executor {
	if n < 1 {
		panic(fmt.Sprintf("overlap: ThreadsAtMost: must be at least 1, got %d", n))
	}
	return limitedThreads{threads{NewSlots(min(n, mostThreads)), min(n, mostThreads)}}
}

type limitedThreads struct{ threads }

func (l limitedThreads) String() string { return fmt.Sprintf("threads(%d)", l.most) }

// one runs a single call, so that the next has a goroutine of its own.
func (w *Worker) one() {
	if c, ok := w.Next(); ok {
		w.Run(c)
	}
}
