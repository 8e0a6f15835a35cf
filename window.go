package overlap

import (
	"math"
	"time"
)

const (
	leastWindow = 64
	mostAhead   = 1 << 14

	// aheadFor is for how long the window has work, where workers take many calls at once. A batch of calls takes about a hundred
	// times as long as one call to get to a worker process and back, so batches should be of hundreds of calls; and a cluster has
	// several of them under way. With 20 ms calls on a cluster took twice as long (the contests named stream in bench/cmd).
	aheadFor = 50 * time.Millisecond
	// paceSample is of how many results the pace is taken.
	paceSample = 64
)

// ahead is how many inputs are drawn ahead for workers that take many calls at once. It is the drawer's.
type ahead struct {
	size  int           // 0: as many as for others
	taken int64         // how many results had been taken when it was found out
	at    time.Duration // when that was
}

// follow finds out how many results were taken lately in the time that the window is to have work for. They are few where calls
// take long, or whoever takes the results is slow.
func (a *ahead) follow(taken int64, now func() time.Duration) {
	n := taken - a.taken
	if n < paceSample {
		return
	}
	at := now()
	a.size = int(min(float64(n)*float64(aheadFor)/float64(max(at-a.at, 1)), mostAhead))
	a.taken, a.at = taken, at
}

// setWindow finds out how large the window is, which may depend on how many workers there are, and how they work. The drawer
// calls it while the window is full.
func (s *streamJob[In, Out]) setWindow() {
	size := s.options.window
	switch {
	case size > 0:
	case s.drawsNoneAhead():
		size = s.mostAtOnce()
	default:
		if size = s.defaultWindow(); s.takesMany.Load() {
			s.ahead.follow(s.taken.Load(), s.now)
			size = max(size, s.ahead.size)
		}
	}
	if s.inline != nil {
		size = 1 // the caller does everything in turn
	}
	s.window = int64(min(size, mostPlaces))
}

// defaultWindow is the window where none is given, but for what workers take many at once.
func (j *Job) defaultWindow() int {
	switch {
	case j.inline != nil:
		return 1
	case j.slots != nil:
		return max(leastWindow, 2*j.mostAtOnce())
	case j.feeders > 0:
		return max(leastWindow, 2*j.feeders)
	}
	return 1024
}

// mostAtOnce is how many calls the workers of all slots make at once.
func (j *Job) mostAtOnce() int {
	each := max(1, int(j.perWorker.Load()))
	return each * min(j.slots.Limit(), math.MaxInt/2/each)
}

// drawsNoneAhead reports whether no more inputs are drawn than can run at once. Of calls that are to be made at most once,
// who keeps notes of inputs as they are drawn cannot tell later those that were about to begin from those that have begun. It
// takes that no call keeps another from running while it waits for its turn, and that no Auto is to see how many more there are.
func (s *streamJob[In, Out]) drawsNoneAhead() bool {
	return s.policy.atMostOnce && s.slots != nil && s.tuner == nil && !s.options.ordered && s.policy.retry.Extra == 0 &&
		s.keys() == nil
}

// followLimit lets the drawer go on when the limit that the window depends on rises, until the returned function is
// called.
func (s *streamJob[In, Out]) followLimit() (unfollow func()) {
	if s.options.window > 0 || s.slots == nil {
		return func() {}
	}
	return s.slots.onResize(&s.Job, s.wakeDrawer)
}
