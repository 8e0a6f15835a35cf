package overlap

const (
	// mostWaited is the share of a job's calls that have waited for their keys, from which on these held the job back.
	mostWaited = 0.25
	// mostDenied is the same of how often a rate let none start: several may start at each moment of a high rate.
	mostDenied = 0.1
	// policyOfKey is how the limits are called that a KeyPolicy sets.
	policyOfKey = "the policy of its key"
)

// keyCause is what keeps calls of a key waiting.
type keyCause uint8

const (
	byNothing   keyCause = iota // nothing for long: one is about to begin
	byKeyLimit                  // a limit that holds whatever happens
	byKeyPolicy                 // what the policy of the key has made of that
	keyCauses   = iota
)

// cause is what keeps the next call of a line from beginning now.
func (l *keyLine) cause(now float64) keyCause {
	rate := l.of.limits.rate
	if a := l.adapts; a != nil && a.adapted {
		paced := a.state.Every > 0 && (rate == nil || float64(a.state.Every) > rate.interval)
		if a.held > now || paced && l.next > now || a.state.AtOnce > 0 && l.inUse >= a.state.AtOnce {
			return byKeyPolicy
		}
	}
	if most := l.usualAtOnce(); most > 0 && l.inUse >= most || rate != nil && l.next > now {
		return byKeyLimit
	}
	return byNothing
}

// ownLimit says which of its own limits held back the calls of a job, of which so many have ended; "" if none is known to have.
func (j *Job) ownLimit(calls int64) string {
	a := j.admission
	if a == nil {
		return ""
	}
	if a.keys != nil {
		limited, slowed := a.keys.waited[byKeyLimit].Load(), a.keys.waited[byKeyPolicy].Load()
		switch {
		case limited+slowed == 0 || float64(limited+slowed) < mostWaited*float64(calls):
		case slowed > limited:
			return policyOfKey
		default:
			return "its limit per key"
		}
	}
	switch {
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
