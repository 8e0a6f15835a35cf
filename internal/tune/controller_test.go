package tune

import (
	"testing"
	"time"
)

func TestLevelIsAtLeastOneAndAtMostMax(t *testing.T) {
	c := New(Settings{Cores: 8, Max: 3})
	if c.Level() != 3 {
		t.Errorf("begins with %d, want 3", c.Level())
	}
	for i := range 100 {
		advice := c.Look(Reading{At: time.Duration(i) * ms, CPU: -1, InFlight: c.Level(), Wanted: 1000, Left: -1})
		if advice.Level < 1 || advice.Level > 3 {
			t.Fatalf("reading %d: level %d", i, advice.Level)
		}
	}
}

// Calls that keep the cores busy have no use for more in flight, but where they are brief, some stand by: longer ones would
// take several times as long, and meet their timeouts.
func TestBriefCallsStandBy(t *testing.T) {
	levelOf := func(s Settings, each time.Duration) (level int, why string) {
		s.Cores = 2
		c := New(s)
		for i := range 50 {
			at := time.Duration(i) * ms
			advice := c.Look(Reading{
				At: at, CPU: 2 * at, Running: 2, Runnable: 1, InFlight: c.Level(), Wanted: 1000, Left: -1,
				Ended: int64(2 * at / each), Timed: int64(2 * at / each), Took: 2 * at,
			})
			if level = advice.Level; advice.Why != "" {
				why = advice.Why
			}
		}
		return level, why
	}
	for _, c := range []struct {
		settings Settings
		each     time.Duration
		want     int
	}{
		{Settings{}, 10 * time.Microsecond, 2 + standBy},
		{Settings{Max: 3}, 10 * time.Microsecond, 3},
		{Settings{Processes: true}, 10 * time.Microsecond, 2},
		{Settings{}, 5 * ms, 2},
	} {
		if level, _ := levelOf(c.settings, c.each); level != c.want {
			t.Errorf("%+v, calls of %v: %d in flight, want %d", c.settings, c.each, level, c.want)
		}
	}
	if _, why := levelOf(Settings{}, 10*time.Microsecond); why != "calls are brief: some stand by" {
		t.Errorf("the level rises because %q", why)
	}
}

// None stand by for the calls of other jobs, which would have to wait for them: with six that compute, 200 calls that wait for 100 ms took
// 500 ms, and with two 250.
func TestNoneStandByBesideAnotherJob(t *testing.T) {
	for others, want := range map[int]int{0: 2 + standBy, 1: 2} {
		c := New(Settings{Cores: 2})
		for i := range 100 {
			at := time.Duration(i) * ms
			r := Reading{
				At: at, CPU: 2 * at, Running: 2, Runnable: c.Level() - 2, InFlight: c.Level(), Wanted: 1000, Left: -1,
				Ended: int64(200 * i), Timed: int64(200 * i), Took: 2 * at,
			}
			if i >= 50 {
				r.Beside = others
			}
			c.Look(r)
			if i > 60 && c.Level() != want || i == 49 && c.Level() != 2+standBy {
				t.Fatalf("reading %d, beside %d others: %d in flight", i, r.Beside, c.Level())
			}
		}
	}
}

// When calls that were brief become long, those that stood by leave, where the cores are busy with the others: calls that wait
// are as many as the cores have room for.
func TestCallsStandByUntilTheyAreLong(t *testing.T) {
	for _, c := range []struct {
		name        string
		running     int // once calls are long
		least, most int
		why         string // empty: any
	}{
		{"they compute", 2, 2, 2, "calls are brief no more: none stand by"},
		{"they wait", 0, Blind, 10 * Blind, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			controller := New(Settings{Cores: 2})
			r := Reading{Running: 2, Runnable: 1, Wanted: 1000, Left: -1}
			pass := func(each time.Duration) (last Advice, why string) {
				for range 100 {
					r.At, r.CPU, r.InFlight = r.At+5*ms, r.CPU+time.Duration(r.Running)*5*ms, controller.Level()
					ended := max(1, int64(10*ms/each))
					r.Ended, r.Timed, r.Took = r.Ended+ended, r.Timed+ended, r.Took+time.Duration(ended)*each
					if last = controller.Look(r); last.Why != "" {
						why = last.Why
					}
				}
				return last, why
			}
			if last, _ := pass(10 * time.Microsecond); last.Level != 2+standBy {
				t.Fatalf("%d brief calls in flight, want %d", last.Level, 2+standBy)
			}
			r.Running, r.Runnable = c.running, c.running/2
			if last, why := pass(15 * ms); last.Level < c.least || last.Level > c.most || c.why != "" && why != c.why {
				t.Errorf("%d long calls in flight because %q, want %d to %d because %q", last.Level, why, c.least, c.most, c.why)
			}
			r.Running, r.Runnable = 2, 1
			if last, _ := pass(10 * time.Microsecond); last.Level < 2+standBy {
				t.Errorf("brief again: %d in flight, want %d", last.Level, 2+standBy)
			}
		})
	}
}

// Where the cores have room for more than would stand by, that is the reason, also if the last reading said otherwise.
func TestReasonWhereCoresHaveRoom(t *testing.T) {
	c := New(Settings{Cores: 2, Start: 4})
	brief := Reading{Running: 2, Runnable: 1, InFlight: 3, Wanted: 1000, Left: -1, Ended: 1000, Timed: 1000, Took: ms}
	if advice := c.Look(brief); advice.Level != 4 { // as it has less in flight than it may
		t.Fatalf("at first %+v", advice)
	}
	brief.At, brief.CPU, brief.Running, brief.Runnable, brief.InFlight = 20*ms, ms, 0, 0, 4
	if advice := c.Look(brief); advice.Level != 8 || advice.Why != "the cores have room" {
		t.Errorf("with room for more: %+v", advice)
	}
}

// The level of a job beside many others rises slowly, as each reading has to wait for what theirs do, and many find a core
// busy: it must not be held up by waits besides.
func TestReadingsFollowOneAnotherWhileTheLevelRises(t *testing.T) {
	c := New(Settings{Cores: 2})
	r := Reading{CPU: -1, Wanted: 1000, Left: -1}
	before, rose := c.Level(), 0
	for i := 0; before < Blind && i < 1000; i++ {
		r.At, r.InFlight, r.Running = time.Duration(i)*40*time.Microsecond, c.Level(), 2
		if i-rose > mostLooks/2 {
			r.Running = 0
		}
		advice := c.Look(r)
		if advice.Level > before {
			before, rose = advice.Level, i
		}
		if advice.Level < Blind && advice.Wait > 0 {
			t.Fatalf("reading %d, level %d since reading %d: waits for %v", i, advice.Level, rose, advice.Wait)
		}
	}
	if before != Blind {
		t.Fatalf("the level got to %d", before)
	}
	r.Running, r.InFlight = 0, Blind
	if advice := c.Look(r); advice.Wait == 0 {
		t.Error("does not wait once the level has risen")
	}
}

// Where it takes longer to be given a core than the time until the next reading, that is taken without a timer, for which a core would
// have to be waited for once more: beside a job that computes, readings were 20 ms apart, not 10.
func TestReadingsNeedNoTimerWhereCoresAreBusy(t *testing.T) {
	for delay, waits := range map[time.Duration]bool{0: true, shortWait / 2: true, shortWait: false, 10 * ms: false} {
		c := New(Settings{Cores: 2})
		for at := time.Duration(0); at < 2*spin; at += shortWait {
			r := Reading{At: at, CPU: -1, Wanted: 1000, Left: -1, InFlight: 2, Running: 2, Delay: delay}
			if advice := c.Look(r); at >= spin && advice.Wait > 0 != waits {
				t.Errorf("a core after %v: waits for %v", delay, advice.Wait)
			}
		}
	}
}

func FuzzController(f *testing.F) {
	f.Add([]byte{1, 2, 3, 200, 5, 6})
	f.Fuzz(func(t *testing.T, script []byte) {
		c := New(Settings{Cores: 2})
		var r Reading
		for i, b := range script {
			r.At += time.Duration(b) * ms / 8
			r.CPU += time.Duration(b%7) * ms
			r.Running, r.Runnable, r.Blocked = int(b%3), int(b/64), int(b%2)
			r.InFlight, r.Wanted, r.Left = min(c.Level(), int(b)), int(b)*4, int(b)*8-1
			if i%3 == 0 {
				r.Ended += int64(b)
				r.Timed, r.Took = r.Ended, r.Took+time.Duration(b)*ms
			}
			if b%5 == 0 {
				c.Refused(r, Refusal{Took: time.Duration(b) * ms, After: time.Duration(b/100) * time.Second})
			}
			if advice := c.Look(r); advice.Level < 1 || advice.Wait < 0 || advice.Rate < 0 || advice.Rate != advice.Rate {
				t.Fatalf("reading %d: %+v", i, advice)
			}
		}
		c.Report(r)
	})
}

// A job that has hardly more calls than are started blindly has all of them in flight, but not before a far end that refuses so
// many at once has been heard.
func TestSmallJobsAreHeardFirst(t *testing.T) {
	c := New(Settings{Cores: 2})
	level := 0
	for i := range 10 {
		at := time.Duration(i) * ms
		level = c.Look(Reading{At: at, InFlight: c.Level(), Wanted: 200 - c.Level(), Left: 200}).Level
		for range mostLooks { // as long as readings follow one another
			level = c.Look(Reading{At: at, InFlight: level, Wanted: 200 - level, Left: 200}).Level
		}
		if at < hearing && level > Blind || at == 5*ms && level != Blind {
			t.Errorf("%d in flight after %v, want %d", level, at, Blind)
		}
	}
	if level < 200 {
		t.Errorf("%d in flight after that, want all", level)
	}
}

// As long as nothing is known of what the calls wait for, it is not what keeps more from being in flight.
func TestNothingBoundsTheBlindCalls(t *testing.T) {
	c := New(Settings{Cores: 2})
	for i := range 20 {
		at := time.Duration(i) * ms
		advice := Advice{}
		for range mostLooks {
			advice = c.Look(Reading{At: at, InFlight: c.Level(), Wanted: 1000, Left: -1})
		}
		if advice.Bound != ByNothing {
			t.Fatalf("%d in flight after %v, bound by %v, want %v", advice.Level, at, advice.Bound, ByNothing)
		}
	}
	if c.Level() != Blind {
		t.Errorf("%d in flight, want %d", c.Level(), Blind)
	}
}
