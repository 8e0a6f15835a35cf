package overlaptest

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"example.com/overlap"
)

var streaming = []behaviour{
	{"results come in the order of the inputs if that is asked for", []int{19}, 0, streamOrder},
	{"results come as calls end otherwise, each once", []int{29}, several | bubble, streamUnordered},
	{"a failed call is a result at its own place", []int{22}, 0, streamFailures},
	{"nothing starts before the range, and each range starts anew", []int{20, 31}, 0, streamTwice},
	{"a break cancels all and returns when nothing runs", []int{25}, memory, streamBreak},
	{"a break at any moment leaves the executor as good as new", []int{25, 52}, 0, streamBreakOften},
	{"a break among thousands of waiting calls is prompt", []int{25, 44}, bubble, streamBreakPrompt},
	{"a panic of the loop's body passes through when nothing runs", []int{25}, memory, streamBodyPanics},
	{"inputs drawn minus results taken never exceeds the window", []int{26}, memory, windowNeverExceeded},
	{"a slow consumer stops the inputs at the window", []int{26}, bubble, windowFills},
	{"a window below 1 is refused", []int{27, 45}, 0, windowTooSmall},
	{"inputs without end work", []int{27}, 0, streamForever},
	{"when the context ends each input drawn has one result", []int{24}, 0, streamCanceled},
	{"nothing that was yielded is kept", []int{18}, memory | bubble, streamKeepsNothing},
}

// ordering is a Stream's two ways.
var ordering = []struct {
	name    string
	options []overlap.Option
}{
	{"unordered", nil},
	{"ordered", []overlap.Option{overlap.Ordered()}},
}

func with(options []overlap.Option, more ...overlap.Option) []overlap.Option {
	return append(append([]overlap.Option(nil), options...), more...)
}

func streamOrder(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, window := range []int{1, 2, 3, 7, 64} {
		in := func(yield func(time.Duration) bool) {
			for i := range 100 {
				if !yield(time.Duration((i*37)%10) * s.moment() / 1000) {
					return
				}
			}
		}
		at := 0
		for r := range overlap.Stream(t.Context(), executor, waits, in, overlap.Ordered(), overlap.Window(window)) {
			equal(t, "index", r.Index, at)
			equal(t, "value", r.Value, time.Duration((at*37)%10)*s.moment()/1000)
			succeeds(t, "a call", r.Err)
			at++
		}
		equal(t, "results", at, 100)
	}
}

func streamUnordered(t *testing.T, s *suite) {
	executor := s.newExecutor()
	in := func(yield func(time.Duration) bool) {
		for _, seconds := range []time.Duration{4, 1, 3, 2} {
			if !yield(seconds * time.Second) {
				return
			}
		}
	}
	var order []time.Duration
	start := time.Now()
	for r := range overlap.Stream(t.Context(), executor, waits, in) {
		s.took(t, start, r.Value)
		order = append(order, r.Value/time.Second)
	}
	equal(t, "order", order, []time.Duration{1, 2, 3, 4})
	for _, window := range []int{1, 2, 5, 1000} {
		seen := make([]int, 1000)
		for r := range overlap.Stream(t.Context(), executor, doubled, upTo(len(seen)), overlap.Window(window)) {
			equal(t, "value", r.Value, 2*r.Input)
			seen[r.Index]++
		}
		for _, n := range seen {
			equal(t, "results of a call", n, 1)
		}
	}
}

func streamFailures(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		count := 0
		for r := range overlap.Stream(t.Context(), executor, failsAtSevens, upTo(500), o.options...) {
			count++
			if r.Index%7 != 0 {
				equal(t, "outcome", r.Outcome, overlap.Succeeded)
				equal(t, "value", r.Value, 2*r.Index)
				continue
			}
			equal(t, "outcome of a failure", r.Outcome, overlap.Failed)
			equal(t, "value of a failure", r.Value, 0)
			e := as[*overlap.CallError](t, "error", r.Err)
			equal(t, "its index", e.Index, r.Index)
			equal[any](t, "its input", e.Input, r.Index)
			s.says(t, "its message", e.Err, sevenError{r.Index}.Error())
		}
		equal(t, o.name+" results", count, 500)
	}
}

func streamTwice(t *testing.T, s *suite) {
	drawn := 0
	results := overlap.Stream(t.Context(), s.newExecutor(), doubled, func(yield func(int) bool) {
		for i := range 50 {
			drawn++
			if !yield(i) {
				return
			}
		}
	}, overlap.Ordered())
	equal(t, "inputs drawn before the range", drawn, 0)
	for range results {
		break
	}
	drawn = 0
	for range 2 {
		for i, r := range collect(results) {
			equal(t, "index", r.Index, i)
			equal(t, "value", r.Value, 2*i)
		}
	}
	equal(t, "inputs drawn by two ranges", drawn, 100)
}

func streamBreak(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		for _, after := range []int{0, 1, 10, 100} {
			var running, started atomic.Int32
			task := overlap.Func(func(ctx context.Context, n int) (int, error) {
				started.Add(1)
				running.Add(1)
				defer running.Add(-1)
				if n <= after {
					return n, nil
				}
				outlast(ctx, time.Duration(rand.IntN(3))*time.Millisecond)
				return 0, ctx.Err()
			})
			if s.OnCaller {
				task = overlap.Func(func(_ context.Context, n int) (int, error) { started.Add(1); return n, nil })
			}
			taken := 0
			for range overlap.Stream(t.Context(), executor, task, forever, with(o.options, overlap.Window(200))...) {
				if taken == after {
					break
				}
				taken++
			}
			equal(t, "calls that run after the break", running.Load(), 0)
			before := started.Load()
			works(t, executor)
			equal(t, "calls that started after the break", started.Load()-before, 0)
		}
	}
}

func streamBreakOften(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for round := range 300 {
		taken := 0
		for range overlap.Stream(t.Context(), executor, doubled, forever, overlap.Window(1+round%5)) {
			if taken == round%7 {
				break
			}
			taken++
		}
		got, err := overlap.Map(t.Context(), executor, doubled, numbers(2))
		succeeds(t, "a Map afterwards", err)
		equal(t, "a Map afterwards", got, doubles(2))
	}
}

func streamBreakPrompt(t *testing.T, s *suite) {
	many := 10_000
	if raceDetector {
		many = 1000
	}
	start := time.Now()
	in := func(yield func(time.Duration) bool) {
		if yield(0) {
			for yield(time.Hour) {
			}
		}
	}
	for r := range overlap.Stream(t.Context(), s.newExecutor(), waits, in, overlap.Window(many)) {
		equal(t, "index", r.Index, 0)
		synctest.Wait()
		break
	}
	s.took(t, start, 0)
}

func streamBodyPanics(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var running atomic.Int32
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		if n > 0 && !s.OnCaller {
			<-ctx.Done()
		}
		return n, ctx.Err()
	})
	func() {
		defer func() {
			equal[any](t, "what the body panicked with", recover(), errStopped)
			equal(t, "calls that run", running.Load(), 0)
		}()
		for range overlap.Stream(t.Context(), executor, task, forever, overlap.Window(20)) {
			panic(errStopped)
		}
	}()
	works(t, executor)
}

func windowNeverExceeded(t *testing.T, s *suite) {
	executor := s.newExecutor()
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if n%5 == 0 {
			time.Sleep(time.Duration(n%3) * time.Microsecond)
		}
		return n, nil
	})
	inputs := s.many(500)
	for _, o := range ordering {
		for _, window := range []int{1, 2, 3, 7, 64} {
			var drawn, taken, most atomic.Int64
			in := func(yield func(int) bool) {
				for i := range inputs {
					most.Store(max(most.Load(), drawn.Add(1)-taken.Load()))
					if !yield(i) {
						return
					}
				}
			}
			for range overlap.Stream(t.Context(), executor, task, in, with(o.options, overlap.Window(window))...) {
				if taken.Load()%100 == 0 {
					time.Sleep(time.Microsecond)
				}
				taken.Add(1) // counted a little before the body ends, so most is never too large
			}
			equal(t, "results", taken.Load(), int64(inputs))
			if got := most.Load(); got > int64(window) {
				t.Errorf("%s: %d inputs were drawn and not taken, with a window of %d", o.name, got, window)
			}
		}
	}
}

func windowFills(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		for _, window := range []int{1, 2, 3, 7, 64} {
			var drawn atomic.Int64
			in := func(yield func(int) bool) {
				for i := 0; drawn.Add(1) > 0 && yield(i); i++ {
				}
			}
			taken := int64(0)
			for range overlap.Stream(t.Context(), executor, doubled, in, with(o.options, overlap.Window(window))...) {
				time.Sleep(time.Second)
				synctest.Wait()
				want := taken + int64(window)
				if s.OnCaller {
					want = taken + 1
				}
				equal(t, o.name+" inputs drawn", drawn.Load(), want)
				if taken++; taken == 20 {
					break
				}
			}
		}
	}
}

func windowTooSmall(t *testing.T, s *suite) {
	for _, n := range []int{0, -1} {
		func() {
			defer func() { equal(t, "a panic", recover() != nil, true) }()
			overlap.Window(n)
		}()
	}
	works(t, s.newExecutor())
}

func streamForever(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		count := 0
		for r := range overlap.Stream(t.Context(), executor, doubled, forever, with(o.options, overlap.Window(10))...) {
			equal(t, "value", r.Value, 2*r.Index)
			if count++; count == 2000 {
				break
			}
		}
	}
}

func streamCanceled(t *testing.T, s *suite) {
	executor := s.newExecutor()
	why := errors.New("enough")
	for _, o := range ordering {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		drawn := 0
		in := func(yield func(int) bool) {
			for i := 0; ; i++ {
				drawn++
				if !yield(i) {
					return
				}
			}
		}
		results, last := 0, overlap.Result[int, int]{}
		for r := range overlap.Stream(ctx, executor, doubled, in, with(o.options, overlap.Window(50))...) {
			equal(t, "results after the last one", last.Index, 0)
			switch {
			case r.Index < 0:
				last = r
				continue
			case r.Outcome == overlap.Succeeded:
				equal(t, "value", r.Value, 2*r.Index)
			default:
				is(t, "error of a call that did not run", r.Err, why)
			}
			if results++; results == 30 {
				cancel(why)
			}
		}
		is(t, "the last result", last.Err, why)
		equal(t, "its index", last.Index, -1)
		if results != drawn && results != drawn-1 { // the one at hand when the job stopped has no place
			t.Errorf("%d inputs were drawn, but %d have results", drawn, results)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	all := collect(overlap.Stream(ctx, executor, doubled, upTo(10)))
	if len(all) == 0 {
		t.Fatalf("no result says that the context had ended before")
	}
	is(t, "the last result", all[len(all)-1].Err, why)
	for _, r := range all[:len(all)-1] {
		equal(t, "outcome", r.Outcome, overlap.NeverStarted)
	}
}

func streamKeepsNothing(t *testing.T, s *suite) {
	executor := s.newExecutor()
	makes := overlap.Func(func(context.Context, *large) (*large, error) { return new(large), nil })
	for _, o := range ordering {
		in := func(yield func(*large) bool) {
			for i := 0; yield(new(large)); i++ {
				if i%8 == 7 { // so that nothing new comes into the places of what was yielded
					time.Sleep(time.Second)
				}
			}
		}
		var yielded []weak.Pointer[large]
		for r := range overlap.Stream(t.Context(), executor, makes, in, with(o.options, overlap.Window(8))...) {
			if len(yielded) >= 60 {
				break
			}
			if len(yielded) >= 40 {
				synctest.Wait()
				runtime.GC()
				for _, p := range yielded[:len(yielded)-2] {
					if p.Value() != nil {
						t.Fatalf("%s: an input or value that was yielded earlier is still kept", o.name)
					}
				}
			}
			yielded = append(yielded, weak.Make(r.Input), weak.Make(r.Value))
		}
	}
}
