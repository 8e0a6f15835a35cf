package tune

import (
	"testing"
	"time"
)

// classOf is the class of a job on two cores that is at a level of 10 all the time, of which three computed or want to, at
// each of 100 looks, one a millisecond. So many cores are busy. Calls took so long at first and afterwards.
func classOf(busy float64, first, later time.Duration) Class {
	c := New(Settings{Cores: 2})
	r := Reading{InFlight: 10, Running: 2, Runnable: 1, Left: -1}
	c.Look(r)
	for i := range 100 {
		took := later
		if i == 0 {
			took = first
		}
		r.At += time.Millisecond
		r.CPU += time.Duration(busy * float64(time.Millisecond))
		r.Took += took * 100
		r.Timed += 100
		r.Ended += 100
		c.Look(r)
	}
	c.history.peak = 10
	return c.Report(r).Class
}

// A call of these uses 20 µs of a core.
func TestBusyCoresWithCallsThatWait(t *testing.T) {
	if got := classOf(2, 100*time.Microsecond, 100*time.Microsecond); got != Mixed {
		t.Errorf("calls that took five times as long from the first: class %d, want mixed", got)
	}
	if got := classOf(2, 22*time.Microsecond, 100*time.Microsecond); got != CPUBound {
		t.Errorf("calls that took hardly longer at first: class %d, want CPU-bound", got)
	}
}

// Brief calls leave the cores idle for some of the time while they are handed out, though they only compute. A call of these uses 16 µs
// of a core.
func TestCoresThatAreIdleBetweenCalls(t *testing.T) {
	if got := classOf(1.6, 100*time.Microsecond, 100*time.Microsecond); got != Mixed {
		t.Errorf("calls that took six times as long from the first: class %d, want mixed", got)
	}
	if got := classOf(1.6, 18*time.Microsecond, 100*time.Microsecond); got != CPUBound {
		t.Errorf("calls that took hardly longer at first: class %d, want CPU-bound", got)
	}
}

// Calls that wait for nine tenths of their time do so at any level: where it is three times as high as it need be, most of
// what they take longer is that they have no core.
func TestBusyCoresWithMoreCallsThanNeedBe(t *testing.T) {
	class := func(waiting int) Class {
		const level = 60
		c := New(Settings{Cores: 2})
		r := Reading{InFlight: level, Running: 2, Runnable: level - 2 - waiting, Left: -1}
		c.Look(r)
		for range 100 {
			r.At += time.Millisecond
			r.CPU += 2 * time.Millisecond
			r.Took, r.Timed, r.Ended = r.Took+level*time.Millisecond, r.Timed+1, r.Ended+1
			c.Look(r)
		}
		c.history.peak = level
		return c.Report(r).Class
	}
	for waiting, want := range map[int]Class{0: CPUBound, 4: CPUBound, 16: Mixed} {
		if got := class(waiting); got != want {
			t.Errorf("%d of 60 in flight wait: class %d, want %d", waiting, got, want)
		}
	}
}

// How long goroutines wait for mutexes is known of all jobs of the process together.
func TestLocksOfOtherJobs(t *testing.T) {
	class := func(beside int) Class {
		c := New(Settings{Cores: 2})
		r := Reading{InFlight: 10, Running: 1, Left: -1, Beside: beside}
		c.Look(r)
		for range 100 {
			r.At += time.Millisecond
			r.CPU += time.Millisecond / 2
			r.Locked += 9 * time.Millisecond
			r.Took, r.Timed, r.Ended = r.Took+10*time.Millisecond, r.Timed+10, r.Ended+10
			c.Look(r)
		}
		return c.Report(r).Class
	}
	if got := class(0); got != LockBound {
		t.Errorf("by itself: class %d, want lock-bound", got)
	}
	if got := class(9); got == LockBound {
		t.Error("beside nine others: called lock-bound, which of them nobody knows")
	}
}

// How long a goroutine has waited for a mutex counts when it gets it, which for most of a job's last wave is after the last look.
func TestLocksAfterTheLastLook(t *testing.T) {
	for beside, want := range map[int]Class{0: LockBound, 1: IOBound} {
		c := New(Settings{Cores: 2})
		r := Reading{InFlight: 10, Running: 1, Left: -1}
		c.Look(r)
		for range 10 {
			r.At += time.Millisecond
			c.Look(r)
		}
		r.At += 100 * time.Millisecond
		r.CPU, r.Locked, r.Beside = 5*time.Millisecond, 900*time.Millisecond, beside
		r.Took, r.Timed, r.Ended = 1100*time.Millisecond, 110, 110
		if got := c.Report(r).Class; got != want {
			t.Errorf("beside %d other jobs: class %d, want %d", beside, got, want)
		}
	}
}

// Calls that wait are a mixed job if the cores are busy for half of the time, or if more of them want a core than wait, which other
// programs have.
func TestCallsThatWaitAndCompute(t *testing.T) {
	class := func(waiting int, cores, others float64) Class {
		const level = 40
		c := New(Settings{Cores: 2})
		r := Reading{InFlight: level, Running: 1, Runnable: level - 1 - waiting, Left: -1, Neighbours: Neighbours{Used: others}}
		c.Look(r)
		for range 100 {
			r.At += 5 * time.Millisecond
			r.CPU += time.Duration(cores * float64(5*time.Millisecond))
			r.Took, r.Timed, r.Ended = r.Took+level*5*time.Millisecond, r.Timed+2, r.Ended+2
			c.Look(r)
		}
		return c.Report(r).Class
	}
	for _, w := range []struct {
		waiting       int
		cores, others float64
		want          Class
	}{
		{38, 0.9, 0, IOBound}, {38, 1.1, 0, Mixed}, {18, 0.5, 1.4, Mixed}, {22, 0.5, 1.4, IOBound}, {18, 0.5, 0.5, IOBound},
	} {
		if got := class(w.waiting, w.cores, w.others); got != w.want {
			t.Errorf("%d of 40 wait, %.1f cores busy, %.1f with others: class %d, want %d", w.waiting, w.cores, w.others, got, w.want)
		}
	}
}

// To Go, calls that compute in C are in system calls, as are those that wait: what tells them apart is the CPU time.
func TestCallsThatComputeInC(t *testing.T) {
	report := func(running int, cores, others float64) Report {
		c := New(Settings{Cores: 2})
		r := Reading{InFlight: 20, Running: running, Runnable: 2, Blocked: 18, Left: -1, Neighbours: Neighbours{Used: others}}
		c.Look(r)
		for range 100 {
			r.At += 5 * time.Millisecond
			r.CPU += time.Duration(cores * float64(5*time.Millisecond))
			r.Took, r.Timed, r.Ended = r.Took+100*time.Millisecond, r.Timed+2, r.Ended+2
			c.Look(r)
		}
		c.history.peak = 20
		return c.Report(r)
	}
	if r := report(0, 1.9, 0); r.Class != CPUBound || r.Waiting > 0.1 {
		t.Errorf("all in C: class %d, %.2f of the calls waited, want CPU-bound and none", r.Class, r.Waiting)
	}
	if r := report(0, 0.9, 1); r.Class != CPUBound {
		t.Errorf("all in C, beside others that take a core: class %d, want CPU-bound", r.Class)
	}
	if r := report(2, 1.9, 0); r.Class != Mixed || r.Waiting < 0.7 {
		t.Errorf("few compute, and not in C: class %d, %.2f of the calls waited, want mixed and most", r.Class, r.Waiting)
	}
	if r := report(0, 0.1, 0); r.Class != IOBound {
		t.Errorf("the cores are idle: class %d, want IO-bound", r.Class)
	}
}

// Of processes that come and go within milliseconds, some CPU time counts before the first reading or after it: five cores
// of two were said to be busy. And their locks are not seen.
func TestShortJobsOfProcesses(t *testing.T) {
	report := func(took time.Duration) Report {
		c := New(Settings{Cores: 2, Processes: true})
		r := Reading{InFlight: 2, Left: -1}
		r.Processes = Processes{Known: true, Running: 1}
		c.Look(r)
		for range 10 {
			r.At += took / 10
			r.Processes.CPU += time.Millisecond
			r.Locked += took
			r.Took, r.Timed, r.Ended = r.Took+took/5, r.Timed+1, r.Ended+1
			c.Look(r)
		}
		return c.Report(r)
	}
	if r := report(2 * time.Millisecond); r.Class != Unknown || r.CoresBusy >= 0 {
		t.Errorf("2 ms: class %d, %.2f cores busy, want neither", r.Class, r.CoresBusy)
	}
	if r := report(200 * time.Millisecond); r.Class == LockBound || r.CoresBusy < 0 {
		t.Errorf("200 ms: class %d, %.2f cores busy, want no locks, and some", r.Class, r.CoresBusy)
	}
}

// lookAll has a controller take readings of a job, one each apart, that is over after the last.
func lookAll(c *Controller, readings int, apart time.Duration, next func(i int, r *Reading)) Report {
	r := Reading{Left: -1}
	next(0, &r)
	c.Look(r)
	for i := 1; i <= readings; i++ {
		r.At += apart
		next(i, &r)
		c.Look(r)
	}
	return c.Report(r)
}

// The level on average counts all of the job, also when it changed more often than changes are kept.
func TestMeanLevel(t *testing.T) {
	var h history
	for i := range 1000 {
		h.level(time.Duration(i)*time.Second, 10+20*(i%2), ByNothing)
	}
	if got := h.meanLevel(1000 * time.Second); got != 20 {
		t.Errorf("10 and 30 by turns: %v on average", got)
	}
	h = history{}
	h.level(time.Second, 2, ByNothing)
	h.level(9*time.Second, 128, ByNothing)
	if got := h.meanLevel(10 * time.Second); got != (8*2+128)/9. {
		t.Errorf("2 for 8 s and 128 for one: %v on average", got)
	}
}

// What processes used before the first reading, or threads beside those that run Go, does not make more cores of those there are.
func TestNoMoreCoresAreBusyThanThereAre(t *testing.T) {
	r := lookAll(New(Settings{Cores: 2}), 100, time.Millisecond, func(i int, r *Reading) {
		r.InFlight, r.Running, r.CPU = 10, 2, time.Duration(i)*2600*time.Microsecond
	})
	if r.CoresBusy != 2 {
		t.Errorf("%v of 2 cores busy", r.CoresBusy)
	}
}

// All calls of a small job are in flight within milliseconds, and nothing more is looked at.
func TestFewLooksSayNothingOfWhatCallsDo(t *testing.T) {
	c := New(Settings{Cores: 2})
	r := Reading{InFlight: 3, Running: 2, Left: -1}
	for range 5 {
		c.Look(r)
		r.At += 100 * time.Microsecond
	}
	r.At, r.InFlight, r.Running = time.Second, 0, 0
	r.CPU, r.Took, r.Timed, r.Ended = time.Millisecond, 3*time.Second, 3, 3
	if got := c.Report(r); got.Waiting >= 0 || got.Class != IOBound {
		t.Errorf("%.2f of the calls waited, class %d; want that not to be known, and IO-bound", got.Waiting, got.Class)
	}
}
