package overlap

type sequential struct{}

// Sync runs calls one after another on the goroutine that waits for them: the plain loop, and the baseline. It costs no
// goroutine. A call that is told to stop by its Timeout is waited for, since the caller itself runs it; and a Goexit in
// a task, or in the function of a [PerKey], ends the caller, after the call has been settled.
func Sync() Executor { return sequential{} }

func (sequential) Start(job *Job) error { job.Inline((*Worker).Work); return nil }

func (sequential) String() string { return "sync" }

func (sequential) Describe() Description {
	return Description{What: "one after another, on the caller", For: "the baseline; debugging"}
}
