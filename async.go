package overlap

type async struct{}

// Async runs each call on a goroutine of its own, at once and without a limit: a call that waits costs a goroutine and
// no thread. A job's limit is its inputs (Map) or its window (Stream, 1,024 unless said).
func Async() Executor { return async{} }

func (async) Start(job *Job) error {
	job.Offer(func(c Call) bool { c.Go(); return true })
	return nil
}

func (async) String() string { return "async" }

func (async) Describe() Description {
	return Description{What: "a goroutine a call; waiting costs no thread", For: "much waiting"}
}
