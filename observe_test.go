package overlap

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func ours() []Executor { return []Executor{Sync(), Pool(1), Pool(3), Async(), Loop(), Threads()} }

// few is a number of calls that makes some batches of events; threads are slow to start.
func few(executor Executor) int {
	if executor.String() == "threads" {
		return 30
	}
	return 1000
}

// An observer that panics or ends its goroutine fails its job, in whichever way, and everything else goes on.
func TestObserversMayBreak(t *testing.T) {
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	inputs := func(n int) func(yield func(int) bool) {
		return func(yield func(int) bool) {
			for i := 0; i < n && yield(i); i++ {
			}
		}
	}
	for what, breaks := range map[string]func(){"panics": func() { panic(errAgain) }, "ends": runtime.Goexit} {
		for _, executor := range ours() {
			for _, n := range []int{1, few(executor)} {
				var told, toldOther int
				options := []Option{
					Observe(func(_ int, events []Event) { told++; breaks() }),
					Observe(func(_ int, events []Event) { toldOther += len(events) }),
				}
				check := func(way string, err error) {
					t.Helper()
					want := errAgain
					if what == "ends" {
						want = ErrGoexit
					}
					if !errors.Is(err, want) || told != 1 {
						t.Errorf("%s, %v, %d calls, %s: told %d times, and got the error %v", what, executor, n, way, told, err)
					}
					told = 0
				}
				got, err := Map(t.Context(), executor, id, make([]int, n), options...)
				check("Map", err)
				var job *JobError
				if len(got) != n || !errors.As(err, &job) || job.Cause == nil {
					t.Errorf("%s, %v, Map: %d values and the error %v", what, executor, len(got), err)
				}
				var last Result[int, int]
				for r := range Stream(t.Context(), executor, id, inputs(n), options...) {
					last = r
				}
				check("Stream", last.Err)
				if last.Index != -1 {
					t.Errorf("%s, %v, Stream: the last result is %v", what, executor, last)
				}
				g := NewGroup(t.Context(), executor, options...)
				for i := range n {
					Submit(g, id, i)
				}
				check("Group", g.Wait())
				if toldOther == 0 {
					t.Errorf("%s, %v: the other observer was told nothing", what, executor)
				}
			}
		}
	}
}

// Observers hold no lock and no slot: they may cancel, submit, and run jobs on the same executor.
func TestObserversMayUseTheJobAndItsExecutor(t *testing.T) {
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	fails := Func(func(context.Context, int) (int, error) { return 0, errAgain })
	for _, executor := range ours() {
		var futures []*Future[int]
		ready := make(chan struct{})
		if executor.String() == "sync" {
			close(ready) // Submit returns when the call has ended
		}
		g := NewGroup(t.Context(), executor, RetryPolicy{Extra: 3, Base: 1}, KeepGoing(), Observe(func(_ int, events []Event) {
			<-ready
			for _, e := range events {
				if e.Kind == EventRetried && e.Index < len(futures) {
					futures[e.Index].Cancel()
				}
			}
		}))
		for range 20 {
			futures = append(futures, Submit(g, fails, 1))
		}
		if executor.String() != "sync" {
			close(ready)
		}
		_ = g.Wait()

		var submitted atomic.Int32
		var more *Group
		more = NewGroup(t.Context(), executor, Observe(func(_ int, events []Event) {
			for _, e := range events {
				if e.Kind == EventFinished && submitted.Add(1) <= 50 {
					Submit(more, id, 1)
				}
			}
		}))
		first := Submit(more, id, 0)
		<-first.Done()
		for submitted.Load() < 50 {
			runtime.Gosched()
		}
		if err := more.Wait(); err != nil {
			t.Errorf("%v: a group whose observer submits: %v", executor, err)
		}

		nested := 0
		observer := Observe(func(_ int, events []Event) {
			got, err := Map(t.Context(), executor, id, []int{1, 2, 3})
			if err != nil || !slices.Equal(got, []int{1, 2, 3}) {
				t.Errorf("%v: a Map of the observer: %v, %v", executor, got, err)
			}
			nested++
		})
		if _, err := Map(t.Context(), executor, id, make([]int, few(executor)), observer); err != nil || nested == 0 {
			t.Errorf("%v: a Map whose observer runs another: %d times, %v", executor, nested, err)
		}
		for r := range Stream(t.Context(), executor, id, func(yield func(int) bool) {
			for i := 0; i < few(executor) && yield(i); i++ {
			}
		}, observer) {
			if r.Err != nil {
				t.Errorf("%v: a Stream whose observer runs a Map: %v", executor, r.Err)
			}
		}
	}
}

// What has happened is told in time, also when the worker is busy with its next call for long.
func TestEventsComeInTime(t *testing.T) {
	for _, executor := range ours() {
		t.Run(executor.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sleep := Func(func(_ context.Context, d time.Duration) (int, error) { time.Sleep(d); return 0, nil })
				in := []time.Duration{10 * time.Millisecond, 0, 0, 161 * time.Millisecond, 3 * time.Second, 30 * time.Millisecond, time.Hour}
				start, seen, maps := time.Now(), 0, true
				observer := Observe(func(_ int, events []Event) {
					for _, e := range events {
						if e.Kind == EventQueued { // it is told when the call begins
							continue
						}
						seen++
						if e.Kind == EventStarted && maps { // after tiny calls, a start is told with the end
							continue
						}
						if now := time.Since(start); now-e.At > eventDelay {
							t.Errorf("what happened at %v was told at %v: %v", e.At, now, e)
						}
					}
				})
				if _, err := Map(t.Context(), executor, sleep, in, observer); err != nil || seen != 2*len(in) {
					t.Errorf("%d events in a Map; %v", seen, err)
				}
				start, seen, maps = time.Now(), 0, false
				for range Stream(t.Context(), executor, sleep, slices.Values(in), observer) {
				}
				if seen != 2*len(in) {
					t.Errorf("%d events in a Stream", seen)
				}
				start, seen = time.Now(), 0
				g := NewGroup(t.Context(), executor, observer)
				for _, d := range in {
					Submit(g, sleep, d)
				}
				if err := g.Wait(); err != nil || seen != 2*len(in) {
					t.Errorf("%d events in a Group; %v", seen, err)
				}
			})
		})
	}
}

// A run of tiny calls that turns slow holds back nothing that it has done before.
func TestEventsOfARunComeInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := Func(func(_ context.Context, i int) (int, error) {
			if i == 1900 {
				time.Sleep(time.Hour)
			}
			return 0, nil
		})
		in := make([]int, 2000)
		for i := range in {
			in[i] = i
		}
		start := time.Now()
		if _, err := Map(t.Context(), Pool(1), task, in, Observe(func(_ int, events []Event) {
			for _, e := range events {
				if now := time.Since(start); e.Kind == EventFinished && now-e.At > eventDelay {
					t.Errorf("what happened at %v was told at %v: %v", e.At, now, e)
				}
			}
		})); err != nil {
			t.Error(err)
		}
	})
}

func TestEachObserverIsToldEverything(t *testing.T) {
	for _, executor := range ours() {
		var events [2]int
		options := []Option{KeepGoing()}
		for i := range events {
			options = append(options, Observe(func(_ int, e []Event) { events[i] += len(e) }))
		}
		if _, err := Map(t.Context(), executor, Func(func(_ context.Context, i int) (int, error) { return i, nil }), make([]int, 1000), options...); err != nil {
			t.Error(err)
		}
		if events != [2]int{3000, 3000} {
			t.Errorf("%v: events: %v", executor, events)
		}
	}
}

// A slow observer holds up the calls: what is to be told stays bounded.
func TestSlowObserversHoldUpCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many calls")
	}
	for _, executor := range ours() {
		for _, stream := range []bool{false, true} {
			if !stream && executor.String() == "async" || executor.String() == "threads" {
				continue // all inputs of a Map are in flight at once anyway; threads are slow to start
			}
			t.Run(executor.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var made, told atomic.Int64
					most := int64(0)
					observer := Observe(func(_ int, events []Event) {
						time.Sleep(time.Millisecond)
						for _, e := range events {
							if e.Kind == EventFinished {
								told.Add(1)
							}
						}
						most = max(most, made.Load()-told.Load())
					})
					task := Func(func(_ context.Context, i int) (int, error) { made.Add(1); return i, nil })
					const calls = 100_000
					if stream {
						for range Stream(t.Context(), executor, task, func(yield func(int) bool) {
							for i := 0; i < calls && yield(i); i++ {
							}
						}, observer) {
						}
					} else if _, err := Map(t.Context(), executor, task, make([]int, calls), observer); err != nil {
						t.Error(err)
					}
					if told.Load() != calls || most > 40_000 { // 64 batches of 256 that are told, as many that wait, and runs
						t.Errorf("%d of %d calls were told, and at most %d had not been", told.Load(), made.Load(), most)
					}
				})
			})
		}
	}
}

// An attempt begins after the one before has ended, on the job's clock, whichever worker finds that it is to be made.
func TestAttemptsFollowOneAnother(t *testing.T) {
	ended := map[int]time.Duration{} // when the last attempt at a call ended
	early := 0
	observe := Observe(func(_ int, events []Event) {
		for _, e := range events {
			if e.Kind == EventRetried {
				ended[e.Index] = e.At
			}
		}
	})
	var started []Event
	note := Observe(func(_ int, events []Event) {
		for _, e := range events {
			if e.Kind == EventStarted && e.Attempt == 2 {
				started = append(started, e)
			}
		}
	})
	again := Func(func(_ context.Context, i int) (int, error) { return 0, errAgain })
	g := NewGroup(t.Context(), Pool(4), observe, note, KeepGoing(), RetryPolicy{Extra: 1, Base: 1, Max: 1})
	for i := range 20_000 {
		Submit(g, again, i)
	}
	_ = g.Wait()
	for _, e := range started {
		if e.At < ended[e.Index] {
			early++
		}
	}
	if len(started) != 20_000 || early > 0 {
		t.Errorf("%d second attempts, %d of them before the first had ended", len(started), early)
	}
}
