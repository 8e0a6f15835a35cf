package durable

import "errors"

// errLeft says that the finished file is not to be made any more.
var errLeft = errors.New("the results are left where they are")

// Leave has [Run.Close] leave the results in the partial file instead of making the finished one, which can take long
// where there are many. Close then returns false, also one that is under way. Leave reports true when it comes too
// late: the finished file is in its place, and the partial one is gone.
func (r *Run) Leave() (isFinished bool) {
	r.isLeft.Store(true)
	r.placing.Lock()
	defer r.placing.Unlock()
	return r.isPlaced.Load()
}

// IsFinishing reports whether Close is making the finished file, or has made it.
func (r *Run) IsFinishing() bool { return r.isFinishing.Load() }
