package overlap

import "fmt"

// WorkerPool is the executor that [Pool] returns. Safe for concurrent use.
type WorkerPool struct{ slots *Slots }

// Pool runs at most n calls at once, over all jobs that use it, which take turns. Its workers are goroutines that exist
// only while there are calls, so a Pool needs no Close and can be written inline. Pool panics when n < 1.
func Pool(n int) *WorkerPool {
	if n < 1 {
		panic(fmt.Sprintf("overlap: Pool: must be at least 1, got %d", n))
	}
	return &WorkerPool{NewSlots(n)}
}

// Resize changes how many calls the pool runs at once, also while jobs run: a higher limit is used at once, and after a
// cut workers stop as their calls end. It waits for nothing. Resize panics when n < 1.
func (p *WorkerPool) Resize(n int) {
	if n < 1 {
		panic(fmt.Sprintf("overlap: WorkerPool.Resize: must be at least 1, got %d", n))
	}
	p.mustBeMade("WorkerPool.Resize")
	p.slots.Resize(n)
}

// Limit is how many calls the pool runs at once.
func (p *WorkerPool) Limit() int {
	p.mustBeMade("WorkerPool.Limit")
	return p.slots.Limit()
}

// Start implements [Executor].
func (p *WorkerPool) Start(job *Job) error {
	p.mustBeMade("WorkerPool.Start")
	job.Serve(p.slots, (*Worker).Work)
	return nil
}

func (p *WorkerPool) String() string {
	p.mustBeMade("WorkerPool.String")
	return fmt.Sprintf("pool(%d)", p.slots.Limit())
}

// Describe implements [Describer].
func (*WorkerPool) Describe() Description {
	return Description{What: "n workers shared by every job on it", For: "a fixed limit"}
}

func (p *WorkerPool) mustBeMade(where string) {
	if p == nil || p.slots == nil {
		panic(fmt.Sprintf("overlap: %s: the pool was not made by Pool", where))
	}
}
