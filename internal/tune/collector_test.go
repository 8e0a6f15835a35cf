package tune

import (
	"testing"
	"time"
)

// collecting is a controller for two cores that has seen readings, one a millisecond, of calls which keep the cores and the
// collector busy: each change says what is different at a reading.
func collecting(readings int, change func(i int, r *Reading)) (c *Controller, last Advice) {
	c = New(Settings{Cores: 2})
	for i := range readings {
		at := time.Duration(i) * ms
		r := Reading{
			At: at, CPU: 2 * at, Running: 1, Runnable: 2, InFlight: c.Level(), Wanted: 1000, Left: -1,
			Ended: int64(i), Timed: int64(i), Took: time.Duration(c.Level()) * at, Memory: Memory{Used: 8 << 20, Cycles: 1 + int64(i)/5},
		}
		change(i, &r)
		last = c.Look(r)
	}
	return c, last
}

// While the collector marks, calls that allocate wait for it: that no core seems to be needed has no more put in flight, as the
// waiting of calls does at any other time.
func TestCallsThatWaitForTheCollector(t *testing.T) {
	for _, c := range []struct {
		name       string
		collecting bool
		most       int
	}{
		{"while it marks", true, 2 + standByCollector},
		{"at any other time", false, 1000},
	} {
		controller, _ := collecting(200, func(i int, r *Reading) {
			r.CPU = r.CPU * 9 / 10
			if !c.collecting {
				r.Memory.Cycles = 1
			}
			if i%8 != 0 {
				r.Running, r.Runnable, r.Collecting = 0, 0, c.collecting
			}
		})
		if got := controller.Level(); got > c.most || !c.collecting && got < 100 {
			t.Errorf("calls that wait %s: %d in flight, want up to %d", c.name, got, c.most)
		}
	}
}

// A job that begins while a large heap is marked does not wait for that.
func TestJobsBeginWhileTheCollectorMarks(t *testing.T) {
	c := New(Settings{Cores: 2})
	for i := range 64 {
		c.Look(Reading{At: time.Duration(i) * ms / 4, InFlight: c.Level(), Wanted: 1000, Left: -1, Collecting: true})
	}
	if c.Level() != Blind {
		t.Errorf("%d calls in flight, want %d", c.Level(), Blind)
	}
}

// Where calls keep the collector and the cores busy, a reading is taken when calls end, and a timer is set for the case only that they do
// not. Where they leave a core idle, there are no collections, or none has ended, it goes by the timer.
func TestReadingsAtEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(i int, r *Reading)
		want   bool
	}{
		{"they keep both busy", func(int, *Reading) {}, true},
		{"a core is idle", func(i int, r *Reading) { r.Running, r.Runnable = 0, 0 }, false},
		{"there are no collections", func(i int, r *Reading) { r.Memory.Cycles = 1 }, false},
		{"there are none any more", func(i int, r *Reading) { r.Memory.Cycles = min(r.Memory.Cycles, 10) }, false},
		{"none has ended", func(i int, r *Reading) { r.Ended, r.Timed, r.Took = 0, 0, 0 }, false},
	} {
		const readings = 150
		_, last := collecting(readings, c.change)
		if last.AtEnds != c.want || last.AtEnds != (last.Wait == longWait) {
			t.Errorf("%s: %+v", c.name, last)
		}
		if c.want && (last.Ended <= readings-1 || last.Ended > readings+leastEnded) {
			t.Errorf("%s: the next reading is when %d have ended of %d", c.name, last.Ended, readings-1)
		}
	}
}

// Where there are collections often, more calls stand by, and longer ones: as long as the heap is small.
func TestCallsStandByForTheCollector(t *testing.T) {
	for _, c := range []struct {
		name string
		each time.Duration
		used int64
		want int
	}{
		{"brief calls", ms / 2, 8 << 20, 2 + standByCollector},
		{"longer ones", 10 * ms, 8 << 20, 2 + standByCollector},
		{"too long ones", 30 * ms, 8 << 20, 2},
		{"brief calls with a large heap", ms / 2, 2 * muchHeap, 2 + standBy},
		{"longer ones with a large heap", 10 * ms, 2 * muchHeap, 2},
	} {
		var took time.Duration
		controller, _ := collecting(200, func(i int, r *Reading) {
			took += c.each * time.Duration(max(1, r.InFlight/2)) // they share two cores
			r.Took, r.Memory.Used = took, c.used
		})
		if got := controller.Level(); got != c.want {
			t.Errorf("%s: %d in flight, want %d", c.name, got, c.want)
		}
	}
}

// Calls that wait for the collector only are bound by the cores, also where these are less busy for it.
func TestClassOfCallsThatAllocate(t *testing.T) {
	for _, c := range []struct {
		used time.Duration // of 20 of the cores' time
		wait int           // one of so many calls waits for something else that the collector does; 0: none
	}{{19, 0}, {15, 0}, {12, 0}, {15, 3}, {12, 3}} {
		var last Reading
		controller, _ := collecting(200, func(i int, r *Reading) {
			r.CPU = r.CPU * c.used / 20
			r.Runnable = r.InFlight - 1
			if c.wait > 0 {
				r.Runnable -= r.InFlight / c.wait
			}
			if i%2 == 0 {
				r.Running, r.Runnable, r.Collecting = 0, 0, true
			}
			last = *r
		})
		if got := controller.Report(last); got.Class != CPUBound || got.Waiting > 0.4 || c.wait == 0 && got.Waiting > 0.05 {
			t.Errorf("%+v: class %d, %.2f waited, up to %d, want CPU-bound", c, got.Class, got.Waiting, got.Peak)
		}
	}
}
