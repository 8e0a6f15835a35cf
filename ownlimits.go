package overlap

const (
	// mostWaited is the share of a job's calls that have waited for their keys, from which on these held the job back.
	mostWaited = 0.25
	// mostDenied is the same of how often a rate let none start: several may start at each moment of a high rate.
	mostDenied = 0.1
)

// ownLimit says which of its own limits held back the calls of a job, of which so many have ended; "" if none is known to have.
func (j *Job) ownLimit(calls int64) string {
	a := j.admission
	switch {
	case a == nil:
	case a.keys != nil && float64(a.keys.waited.Load()) >= mostWaited*float64(calls) && a.keys.waited.Load() > 0:
		return "its limit per key"
	case float64(a.denied.Load()) >= mostDenied*float64(calls) && a.denied.Load() > 0:
		return "its rate"
	}
	return ""
}

// deny notes that a rate of the job let no call start. Gates are of no interest here: whoever closes one knows of it.
func (a *admission) deny(by startLimit) {
	if _, ok := by.(*RateLimit); ok {
		a.denied.Add(1)
	}
}
