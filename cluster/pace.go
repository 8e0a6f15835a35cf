package cluster

import (
	"slices"
	"time"
)

// lately is the time of which a worker says how many calls ended in it.
const lately = 10 * time.Second

// pace is how many calls a worker had ended at some moments, the first of which is as long ago as lately.
type pace struct {
	moments []time.Time
	ended   []int64
}

// add notes how many calls have ended by now.
func (p *pace) add(now time.Time, ended int64) {
	p.moments, p.ended = append(p.moments, now), append(p.ended, ended)
	for len(p.moments) > 2 && now.Sub(p.moments[1]) >= lately {
		p.moments, p.ended = slices.Delete(p.moments, 0, 1), slices.Delete(p.ended, 0, 1)
	}
}

// lately is how many calls have ended since the first moment, and how long that is ago.
func (p *pace) lately() (ended uint64, within time.Duration) {
	if len(p.moments) == 0 {
		return 0, 0
	}
	last := len(p.moments) - 1
	return uint64(p.ended[last] - p.ended[0]), p.moments[last].Sub(p.moments[0])
}

// perSecond is how many calls have ended a second lately.
func (w *workerInfo) perSecond() float64 {
	if w.within <= 0 {
		return 0
	}
	return float64(w.ended) / w.within.Seconds()
}
