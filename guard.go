package overlap

// guarded runs fn, which calls code of the user other than a task: a predicate, an observer, a method of an error. It
// returns nil when fn has returned, a *[PanicError] when it panicked, and [ErrGoexit] when it ended its goroutine.
// Since nothing can stop a Goexit, fn runs on a goroutine of its own, which costs about half a microsecond: guarded
// is for paths that are taken when something failed, or for many events at once.
func guarded(fn func()) (failed error) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		returned := false
		defer func() {
			if p := recover(); p != nil {
				failed = panicError(p)
			} else if !returned {
				failed = ErrGoexit
			}
		}()
		fn()
		returned = true
	}()
	<-over
	return failed
}
