package overlap

import "time"

// nextReading is when a tuner takes its next reading. The tuner's mutex guards it.
//
// Its timer is left alone where a reading was taken before it rings, and is only then set anew. A timer that rings, and to a
// lesser extent one that is set, wakes a thread, and Linux may then have two that compute share a core while the other is idle:
// calls that keep the garbage collector busy take longer beside one (BenchmarkBesideATimer).
type nextReading struct {
	timer   *time.Timer
	rings   bool          // the timer is set
	ringsAt time.Duration // when it rings
	waiting bool          // nobody takes a reading, and it is due at a time
	at      time.Duration // which is this
	hurried bool          // it was wanted while one was taken
	atEnds  bool          // it is due when calls have ended, and no timer is to be set for that
}

// readAfter has the next reading taken after a time, and reports whether it does: if not, it is due at once.
func (t *tuner) readAfter(wait time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := &t.next
	switch {
	case t.over.Load():
		return true
	case n.hurried:
		n.hurried = false
		return false
	}
	n.waiting, n.at = true, t.job.now()+wait
	if !n.rings || n.at < n.ringsAt {
		t.setTimer(wait)
	}
	return true
}

// setTimer has the timer ring after a time. The mutex is held.
func (t *tuner) setTimer(wait time.Duration) {
	n := &t.next
	n.rings, n.ringsAt = true, t.job.now()+wait
	if n.timer == nil {
		n.timer = time.AfterFunc(wait, t.ring)
	} else {
		n.timer.Reset(wait)
	}
}

// ring is when the timer rings: the next reading is taken, if it is due.
func (t *tuner) ring() {
	t.mu.Lock()
	n := &t.next
	n.rings = false
	left := n.at - t.job.now()
	isDue := n.waiting && left <= 0 && !t.over.Load()
	switch {
	case isDue:
		n.waiting = false
	case n.waiting && !t.over.Load():
		t.setTimer(left)
	}
	t.mu.Unlock()
	if isDue {
		t.run()
	}
}

// hurry has the next reading taken at once, if it is due later.
func (t *tuner) hurry() {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := &t.next
	switch {
	case !n.waiting:
		n.hurried = true
	case n.atEnds:
		n.waiting = false
		go t.run()
	default:
		n.at = t.job.now()
		if n.timer.Stop() { // else it rings already; in a bubble, Go 1.26 would run it on the spot, and its race detector crash (time.go: modify)
			t.setTimer(0)
		}
	}
}
