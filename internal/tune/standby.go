package tune

import "time"

const (
	// standBy is how many more calls than cores are in flight at least where calls are brief, however busy the cores are. One
	// that has to help the garbage collector, or waits for it, then leaves its core to another call, and not to the
	// collector's idle workers, whose CPU time makes the core look busy. The article's sieves, which return lists, are such
	// calls (article-cpu of bench/auto): they took 4 to 7 % longer than on a pool of four more.
	standBy = 4
	// brief is how long a call takes at most on average for that: longer ones would use more memory, and would meet their
	// timeouts when they share the cores. Half or twice changes nothing in virtual time, where there is no collector.
	brief = time.Millisecond
	// briefNoMore is from what average on they are that no more: between the two nothing changes.
	briefNoMore = 2 * brief
)

// standBys has a few calls more than cores in flight while calls are brief.
type standBys struct {
	since  Reading // where the window begins over which calls are averaged
	brief  bool    // they were in the last window
	before int     // the level before some stood by; 0: none do
	added  bool    // the last reading asked for more calls for that reason, and for no other
	cap    int     // how many calls may be in flight, now that they are brief no more; 0: there is no limit
}

// look is how many calls may be in flight where the cores have room for more of them.
func (s *standBys) look(r Reading, more, level, cores int) int {
	s.measure(r)
	s.added, s.cap = false, 0
	// Beside another job none stand by: the calls of that job take a core which is left, and would have to wait for those that stand by.
	isBrief := s.brief && r.Beside == 0
	switch {
	case isBrief && more < cores+standBy:
		if s.before == 0 {
			s.before = level
		}
		s.added = true
		return cores + standBy
	case more > cores+standBy:
		s.before = 0 // the cores have room for all of them
	case !isBrief && s.before > 0 && more == level && r.Running+r.Runnable >= cores:
		s.cap, s.before = s.before, 0
	}
	return more
}

// measure averages how long calls take: at first those that there are, then those of a window.
func (s *standBys) measure(r Reading) {
	calls, took := r.Timed-s.since.Timed, r.Took-s.since.Took
	if calls <= 0 || s.since.Timed > 0 && (calls < leastEnded || r.At-s.since.At < utilizationWindow) {
		return
	}
	mean := took / time.Duration(calls)
	s.brief = mean <= brief || s.brief && mean < briefNoMore
	s.since = r
}
