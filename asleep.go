package overlap

import "time"

// mostAsleep is the share of the calls that are left which wait for another attempt, from which on hardly any runs or could.
const mostAsleep = 0.9

// asleep is for how long hardly a call of a job ran, since those that were left waited for another attempt. The mutex of the job
// guards it.
type asleep struct {
	on    bool          // it was so when that was last looked at
	since time.Duration // when that was
	total time.Duration
}

// noteAsleep is after the calls have changed that wait for another attempt. Whatever else ends meanwhile is not noticed before the
// next such change, so that the total is rather too short than too long. The mutex is held.
func (j *Job) noteAsleep() {
	if j.tuner == nil {
		return
	}
	a, now := &j.asleep, j.now()
	if a.on {
		a.total += now - a.since
	}
	sleeping, left := len(j.sleeping), j.openCalls.Load()
	a.on, a.since = sleeping > 0 && j.closed.Load() && float64(sleeping) >= mostAsleep*float64(left), now
}
