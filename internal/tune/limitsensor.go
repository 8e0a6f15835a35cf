package tune

import "time"

const (
	// limitFor is for how long what the system says of the limit holds, as a multiple of how long it takes to say: some 170
	// µs, most of it for the statistics of control groups. So it costs at most a five hundredth of a core.
	limitFor = 500
	// muchOfTheRest is the share of what was left of the memory, that must have been used since to make what the system said
	// of it too old.
	muchOfTheRest = 1. / 16
)

// limitSensor reads how much memory may be used, which is dear, as seldom as will do.
type limitSensor struct {
	read func(used int64) (limit, others int64) // what the system says

	limit, others int64
	at            time.Time     // when it was read
	took          time.Duration // how long that took
	used          int64         // what was used then
}

// look says how much may be used, and how much of it others use, given the time and what is used. It reports whether it has
// been read anew.
func (l *limitSensor) look(now time.Time, used int64) (limit, others int64, read bool) {
	left := l.limit - l.others - l.used
	hasGrown := l.limit > 0 && float64(used-l.used) > muchOfTheRest*float64(left)
	if hasGrown || isOld(now, l.at, limitFor*l.took) {
		begun := time.Now()
		l.limit, l.others = l.read(used)
		l.at, l.took, l.used, read = now, time.Since(begun), used, true
	}
	return l.limit, l.others, read
}

// isOld reports whether what was read then no longer holds. The clock of a time bubble is behind.
func isOld(now, then time.Time, after time.Duration) bool {
	age := now.Sub(then)
	return age < 0 || age >= after
}
