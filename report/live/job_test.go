package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// After a million and a half calls a job holds no more than after a hundred thousand, and counts them all.
func TestManyCalls(t *testing.T) {
	const ticks = 320
	synctest.Test(t, func(t *testing.T) {
		size := func(calls int) (bytes, noted int) {
			b := newBusy()
			for range ticks {
				b.tenth(calls/ticks, 200)
			}
			var c cursor
			e, _ := b.next(&c)
			if e.Done != int64(calls) {
				t.Errorf("of %d calls it has counted %d", calls, e.Done)
			}
			drawn := 0.0
			for _, frame := range e.Spans {
				for _, s := range frame {
					drawn += float64(s.calls)
				}
			}
			if share := drawn / (float64(calls) * framesKept / ticks); share < 0.9 || share > 1.1 {
				t.Errorf("of %d calls it draws %.2f times as many", calls, share)
			}
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			return len(text), cap(b.noted)
		}
		few, _ := size(300 * ticks)
		many, noted := size(5000 * ticks)
		if many > few*3/2 || many > 3<<20 {
			t.Errorf("all there is to show is %d bytes after many calls, %d after few", many, few)
		}
		if noted > 10*mostNoted {
			t.Errorf("of a tick it notes %d calls", noted)
		}
	})
}

// Calls that run are shown while they do, in lanes of their own, under any strategy.
func TestRunningCalls(t *testing.T) {
	for _, executor := range []overlap.Executor{overlap.Pool(4), overlap.Async(), overlap.Sync()} {
		synctest.Test(t, func(t *testing.T) {
			var drawn, ended atomic.Int64
			job := New(About{Unnumbered: executor == overlap.Async()}, func() Calls {
				return Calls{Total: 8, Drawn: drawn.Load(), Ended: ended.Load()}
			})
			stop := make(chan struct{})
			go job.serve(stop)
			task := overlap.Func(func(context.Context, int) (int, error) {
				time.Sleep(3 * time.Second)
				return 0, errors.New("no")
			})
			inputs := func(yield func(int) bool) {
				for i := range 8 {
					drawn.Add(1)
					if !yield(i) {
						return
					}
				}
			}
			look := func() {
				time.Sleep(1500 * time.Millisecond)
				var c cursor
				e, _ := job.next(&c)
				lanes := map[int64]bool{}
				for _, r := range e.Running {
					lanes[r[0]] = true
				}
				want := map[string]int{"pool(4)": 4, "async": 8, "sync": 1}[executor.String()]
				if len(e.Running) != want || len(lanes) != want || e.InFlight < 0.9*float64(want) || e.InFlight > float64(want) {
					t.Errorf("under %v: %v run, %.2f in flight, want %d", executor, e.Running, e.InFlight, want)
				}
			}
			go look()
			for r := range overlap.Stream(t.Context(), executor, task, inputs, job.Observe()) {
				ended.Add(1)
				job.Ended(r.Worker, r.Index, r.Started, r.Finished, r.Err != nil)
			}
			job.Over("")
			var c cursor
			e, _ := job.next(&c)
			text, _ := json.Marshal(e.Spans)
			if len(e.Running) > 0 || e.InFlight != 0 || strings.Count(string(text), "[")-1 != 8 {
				t.Errorf("under %v in the end: %v run, spans %s", executor, e.Running, text)
			}
			close(stop)
			synctest.Wait()
		})
	}
}

// Where too many calls end to be watched, that is switched off, and on again when calls last.
func TestWatchesOnlyCallsThatLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBusy()
		b.tenth(10, 2)
		if !b.watches.Load() {
			t.Error("few calls are not watched")
		}
		b.tenth(10_000, 2)
		if b.watches.Load() {
			t.Error("many calls are watched")
		}
		b.tenth(10, 2)
		if !b.watches.Load() {
			t.Error("few calls are not watched again")
		}
	})
}

// A job over says so in words, also to who comes later.
func TestOverWithoutWords(t *testing.T) {
	job := New(About{}, noCalls)
	job.Over("")
	var c cursor
	if e, _ := job.next(&c); e.Over == "" {
		t.Error("it does not say that it is over")
	}
}

// One reason has one row, whatever differs from call to call, and there are not too many rows.
func TestFailures(t *testing.T) {
	var f failures
	for i := range 100 {
		f.add(overlap.Failed, fmt.Sprintf(`cannot read "file-%d": no such file, 0x%x`, i, i), "x")
		f.add(overlap.Failed, fmt.Sprintf("input-%d is bad", i), fmt.Sprintf("input-%d", i))
		f.add(overlap.TimedOut, "after 2 s", "x")
	}
	f.add(overlap.Failed, "status 404", "x")
	f.add(overlap.Failed, "status 503", "x")
	list := f.list()
	if len(list) != 5 || list[0].Calls != 100 || list[2].Reason != "timed out: after 2 s" ||
		list[1].Example != "input-0: input-0 is bad" {
		t.Errorf("%+v", list)
	}
	for i := range 1000 {
		f.add(overlap.Failed, strings.Repeat("x", 10000)[:i+1], "\x1b[31m")
	}
	list = f.list()
	if len(list) > mostReasons+1 {
		t.Errorf("there are %d reasons", len(list))
	}
	for _, g := range list {
		if len(g.Reason) > 4*mostText || strings.Contains(g.Example, "\x1b") {
			t.Errorf("a reason is %+q", g.Reason)
		}
	}
}

// The curves have the whole job in a bounded number of points.
func TestHistory(t *testing.T) {
	var h history
	for i := range 100_000 {
		h.add(point{at: float64(i + 1), rate: 3})
	}
	if n := len(h.points); n < mostPoints/2 || n >= mostPoints {
		t.Errorf("there are %d points", n)
	}
	for i, p := range h.points {
		if p.rate != 3 || i > 0 && p.at-h.points[i-1].at != float64(h.each) {
			t.Fatalf("point %d is %+v after %+v", i, p, h.points[max(0, i-1)])
		}
	}
}
