package overlap

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap/internal/tune"
)

// readingsOf has a job of a hundred calls that take 3 ms each run on one core, which they keep busy, and returns when readings were taken. A
// collection ends each millisecond, or none does.
func readingsOf(t *testing.T, collects bool) (at []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		SenseMachine(t, 1, func(r *tune.Reading) {
			passed := time.Since(begun)
			at = append(at, passed)
			r.CPU, r.Running, r.Runnable = passed, 1, 1
			r.Memory = tune.Memory{Used: 1 << 40, Cycles: 1} // so large a heap that none stand by
			if collects {
				r.Memory.Cycles += int64(passed / time.Millisecond)
			}
		}, func(*tune.Reading) {})
		task := Func(func(_ context.Context, i int) (int, error) { time.Sleep(3 * time.Millisecond); return i, nil })
		if _, err := Map(t.Context(), Auto(), task, make([]int, 100)); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second) // for a timer that was left
	})
	return at
}

// Calls that keep the collector busy suffer from each timer that rings: readings are then taken when calls end.
func TestReadingsAreTakenAtEnds(t *testing.T) {
	for _, collects := range []bool{false, true} {
		between, last := 0, time.Duration(0)
		for _, at := range readingsOf(t, collects) {
			if at > 50*time.Millisecond && at < 290*time.Millisecond && at%(3*time.Millisecond) != 0 {
				between++
			}
			last = at
		}
		if collects && between > 0 || !collects && between < 100 {
			t.Errorf("collections %v: %d readings between the ends of calls", collects, between)
		}
		if last < 290*time.Millisecond || last > 300*time.Millisecond {
			t.Errorf("collections %v: the last reading was after %v of 300 ms", collects, last)
		}
	}
}

// The timer of the reading that was due last is left alone until it rings, and is then set for the one that is due next.
func TestTimerIsSetWhenItRings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		tuner := &tuner{job: &Job{start: begun}}
		due := func(after time.Duration) {
			tuner.mu.Lock()
			defer tuner.mu.Unlock()
			n := &tuner.next
			if got := n.ringsAt; !n.rings || got != after {
				t.Errorf("after %v the timer rings at %v, want %v", time.Since(begun), got, after)
			}
		}
		tuner.readAfter(10 * time.Millisecond)
		due(10 * time.Millisecond)
		tuner.readAfter(20 * time.Millisecond)
		due(10 * time.Millisecond)
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		due(20 * time.Millisecond)
		tuner.readAfter(5 * time.Millisecond)
		due(15 * time.Millisecond)
		tuner.next.hurried = true
		if tuner.readAfter(time.Second) {
			t.Error("the next reading is taken later, although somebody was in a hurry")
		}
		tuner.over.Store(true)
		time.Sleep(time.Second)
		synctest.Wait()
		if tuner.next.rings {
			t.Error("the timer is set after the job")
		}
	})
}

// A hurry that is left over from when no reading was due does not keep a job from its first reading, however many others begin, nor has it
// more than one taken at once.
func TestHurryThatIsLeftOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		readings := 0
		SenseMachine(t, 1, func(*tune.Reading) { readings++ }, func(*tune.Reading) {})
		tuner := &tuner{job: &Job{start: time.Now()}, slots: NewSlots(1), gate: NewGate()}
		tuner.next.hurried = true
		tunersBeginning.Store(mostBeginning)
		defer tunersBeginning.Store(0)
		tuner.beginRun()
		time.Sleep(time.Second)
		synctest.Wait()
		if readings == 0 {
			t.Error("no reading was taken")
		}
		tuner.next.hurried = true
		if tuner.readAfter(time.Millisecond) || !tuner.readAfter(time.Millisecond) {
			t.Error("one hurry does not have just one reading taken at once")
		}
		tuner.over.Store(true)
		time.Sleep(time.Second)
	})
}

// BenchmarkBesideATimer is a job of calls that make linked lists, and so keep the garbage collector busy, beside a timer that rings, or calls
// that start a goroutine, each so often.
func BenchmarkBesideATimer(b *testing.B) {
	type node struct {
		next *node
		_    [2]int
	}
	for _, c := range []struct {
		name       string
		timer      time.Duration
		goroutines time.Duration
	}{{name: "nothing"}, {name: "timer each 20 ms", timer: 20 * time.Millisecond}, {name: "timer each 5 ms", timer: 5 * time.Millisecond},
		{name: "goroutine each 5 ms", goroutines: 5 * time.Millisecond}} {
		b.Run(c.name, func(b *testing.B) {
			var next atomic.Int64
			task := Func(func(_ context.Context, _ int) (bool, error) {
				var head *node
				for range 20_000 {
					head = &node{next: head}
				}
				if at, now := next.Load(), time.Now().UnixNano(); c.goroutines > 0 && now > at && next.CompareAndSwap(at, now+int64(c.goroutines)) {
					go func() {}()
				}
				return head == nil, nil
			})
			var over atomic.Bool
			defer over.Store(true)
			var ring func()
			ring = func() {
				if !over.Load() {
					time.AfterFunc(c.timer, ring)
				}
			}
			if c.timer > 0 {
				ring()
			}
			for b.Loop() {
				if _, err := Map(b.Context(), Pool(4), task, make([]int, 2000)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
