package overlap

// Refuse ends a job whose calls an executor turns out not to be able to make, after its Start, as one whose workers are all
// of another program. Nothing begins any more, as in a [Drain], and what runs comes to its end. The job's error, as of a
// cancel, wraps err if calls have no value because of that; a [Stream] always ends with a result of Index −1 that has it.
// The executor gives back what it has taken and not begun, by [Call.Requeue]. Once a job has been stopped, Refuse does
// nothing. It panics when err is nil.
func (j *Job) Refuse(err error) {
	if err == nil {
		panic("overlap: Job.Refuse: the error is nil")
	}
	if j.stopHandingOut(&refusedLater{err}) && j.drained != nil {
		close(j.drained)
	}
}

// refusedLater is why an executor makes no more calls of a job.
type refusedLater struct{ error }

func (r *refusedLater) Unwrap() error { return r.error }
