package live

import (
	"math"
	"slices"
	"time"

	"example.com/overlap"
)

const (
	// mostLanes is how many there are of calls whose workers have no numbers.
	mostLanes = 512
	taken     = time.Duration(math.MaxInt64)
)

// lanes are the rows in which calls are drawn: a worker's number, or else the first row that is free.
type lanes struct {
	unnumbered bool
	count      int

	// Where workers have no numbers, for each lane: when it is free again, and the call that has it.
	until []time.Duration
	by    []int
}

// take gives a call that begins a lane.
func (l *lanes) take(worker int, e overlap.Event) int {
	if !l.unnumbered {
		l.count = max(l.count, worker+1)
		return worker
	}
	lane := l.free(e.At)
	l.until[lane], l.by[lane] = taken, e.Index
	return lane
}

// leave has a lane free from a time on.
func (l *lanes) leave(lane int, end time.Duration) {
	if l.unnumbered {
		l.until[lane] = end
	}
}

// leaveAll has all lanes free whose calls run.
func (l *lanes) leaveAll() {
	for lane, until := range l.until {
		if until == taken {
			l.until[lane] = 0
		}
	}
}

// of is the lane of a call that has ended: the one that it has or had, or else one in which there was room for it.
func (l *lanes) of(worker, index int, start, end time.Duration) int {
	if !l.unnumbered {
		l.count = max(l.count, worker+1)
		return max(0, worker)
	}
	lane := slices.Index(l.by, index)
	if lane < 0 {
		lane = l.free(start)
	}
	l.until[lane], l.by[lane] = end, index
	return lane
}

// free is the first lane that is free at a time. The last one takes all for which there is none.
func (l *lanes) free(at time.Duration) int {
	for lane, until := range l.until {
		if until <= at {
			return lane
		}
	}
	if l.count < mostLanes {
		l.until, l.by = append(l.until, 0), append(l.by, -1)
		l.count++
	}
	return l.count - 1
}
