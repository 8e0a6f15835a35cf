package overlap

import "sync/atomic"

// tunerTrying is the tuner that has put calls in flight to see whether they want cores beside those of other jobs, or may
// do so next; nil if none does.
var tunerTrying atomic.Pointer[tuner]

// takeTurn reports whether this job is the one that may try whether its calls want cores. It takes the turn of one that has come to
// have no calls to add.
func (t *tuner) takeTurn() bool {
	holder := tunerTrying.Load()
	if holder == t || holder != nil && (holder.awake.Load() || holder.job.hasWork()) {
		return holder == t
	}
	return tunerTrying.CompareAndSwap(holder, t)
}

// endTurn lets another job try whether its calls want cores, unless this one is at it.
func (t *tuner) endTurn() {
	if !t.trying.Load() || t.over.Load() {
		tunerTrying.CompareAndSwap(t, nil)
	}
}
