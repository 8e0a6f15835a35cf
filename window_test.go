package overlap

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func upTo(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

// A window, and a limit, cost what is in flight.
func TestLargeWindowsCostNothing(t *testing.T) {
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	for _, n := range []int{1 << 20, math.MaxInt32, min(1<<31, math.MaxInt), math.MaxInt} {
		for _, executor := range []Executor{Sync(), Pool(2), Pool(1 << 30), Pool(math.MaxInt), Async(), Loop(), Threads()} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for _, options := range [][]Option{{Window(n)}, {Window(n), Ordered()}, {}} {
				count := 0
				for r := range Stream(t.Context(), executor, id, upTo(100), options...) {
					if r.Err != nil || r.Value != r.Input {
						t.Errorf("%v, Window(%d): %v", executor, n, r)
					}
					count++
				}
				if count != 100 {
					t.Errorf("%v, Window(%d): %d results", executor, n, count)
				}
			}
			runtime.ReadMemStats(&after)
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 4<<20 {
				t.Errorf("%v, Window(%d): 300 calls allocated %d KB", executor, n, allocated>>10)
			}
		}
	}
}

// Calls in flight become many and few again, in any order, and each result comes once, where it belongs.
func TestWindowGrowsAndIsUsedAgain(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		for _, n := range []int{1, 2, 63, 64, 65, 500, math.MaxInt} {
			for _, executor := range []Executor{Sync(), Pool(1), Pool(3), Async()} {
				var gate atomic.Pointer[chan struct{}]
				fresh := func() { c := make(chan struct{}); gate.Store(&c) }
				fresh()
				task := Func(func(_ context.Context, i int) (int, error) {
					if executor.String() == "async" && i%3 == 0 {
						select {
						case <-*gate.Load():
						case <-time.After(time.Duration(rand.IntN(200)) * time.Microsecond):
						}
					}
					return -i, nil
				})
				options := []Option{Window(n)}
				if ordered {
					options = append(options, Ordered())
				}
				seen := make([]bool, 3000)
				next := 0
				for r := range Stream(t.Context(), executor, task, upTo(len(seen)), options...) {
					if r.Err != nil || r.Index != r.Input || r.Value != -r.Input || seen[r.Index] || ordered && r.Index != next {
						t.Fatalf("%v, Window(%d): result %d is %+v", executor, n, next, r)
					}
					seen[r.Index] = true
					if next++; next%700 == 0 { // all that wait come at once
						old := gate.Load()
						fresh()
						close(*old)
						runtime.Gosched()
					}
				}
				if next != len(seen) {
					t.Errorf("%v, Window(%d): %d results", executor, n, next)
				}
			}
		}
	}
}

// One slow call keeps its place for as long as a Stream lasts, and what is kept does not grow with what passes it.
func TestSlowCallDoesNotMakeTheWindowGrow(t *testing.T) {
	gate := make(chan struct{})
	task := Func(func(_ context.Context, i int) (int, error) {
		if i == 0 {
			<-gate
		}
		return i, nil
	})
	s := &streamJob[int, int]{typed: task, seq: func(yield func(int, error) bool) {
		for i := 0; i < 100_000 && yield(i, nil); i++ {
		}
	}}
	s.init(t.Context(), s, options{window: 100})
	defer s.cancel(nil)
	s.policy = s.options.policy.withDefaultsOf(task.policy)
	s.batches, s.mayGrow, s.Job.task = true, true, task
	if err := s.launch(Pool(2)); err != nil {
		t.Fatal(err)
	}
	s.open()
	count := 0
	s.consume(func(r Result[int, int]) bool {
		if count++; count == 90_000 {
			close(gate)
		}
		return true
	})
	if count != 100_000 || s.cells.places > 100 || len(*s.cells.blocks.Load()) > 4 {
		t.Errorf("%d results, %d places, %d blocks", count, s.cells.places, len(*s.cells.blocks.Load()))
	}
}

type resizable struct{ slots *Slots }

func (r resizable) Start(j *Job) error { j.Serve(r.slots, (*Worker).Work); return nil }
func (resizable) String() string       { return "resizable" }

// The default window is that of the executor as it is now.
func TestDefaultWindowFollowsTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := resizable{NewSlots(1)}
		var now, most atomic.Int32
		task := Func(func(context.Context, int) (int, error) {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(5 * time.Millisecond)
			now.Add(-1)
			return 0, nil
		})
		go func() {
			time.Sleep(20 * time.Millisecond)
			r.slots.Resize(500)
		}()
		for range Stream(t.Context(), r, task, upTo(5000)) {
		}
		if n := most.Load(); n != 500 {
			t.Errorf("%d calls at once, with a limit of 500", n)
		}
	})
}

// manyAtOnce is an executor whose worker takes up to 4,096 calls at once, each time after a while: the way to a worker process.
type manyAtOnce struct {
	slots *Slots
	way   time.Duration
	most  *int // that it has got at once
}

func (m manyAtOnce) Start(j *Job) error {
	j.Serve(m.slots, func(w *Worker) {
		calls := make([]Call, 4096)
		for {
			n := w.NextBatch(calls)
			if n == 0 {
				return
			}
			*m.most = max(*m.most, n)
			time.Sleep(m.way)
			for _, c := range calls[:n] {
				w.Run(c)
			}
		}
	})
	return nil
}

func (manyAtOnce) String() string { return "many at once" }

// For a worker that takes many short calls at once the window has room for 50 ms of them, and for a few again once calls take long.
// What the user says holds.
func TestWindowHasRoomForShortCalls(t *testing.T) {
	const short, long = 20_000, 20_000 // calls
	for name, test := range map[string]struct {
		short       time.Duration // a call
		options     []Option
		least, most int // short calls that the worker gets at once
		ahead       int // inputs that are drawn ahead of the results in the end, at most
	}{
		"nothing":           {0, nil, 4000, 4096, 64},
		"100 µs":            {100 * time.Microsecond, nil, 150, 260, 64},
		"bounded by a user": {0, []Option{Window(100)}, 50, 50, 100},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				task := Func(func(_ context.Context, n int) (int, error) {
					if n < short {
						time.Sleep(test.short)
					} else {
						time.Sleep(time.Second)
					}
					return n, nil
				})
				var drawn atomic.Int64
				taken, ahead, most := 0, 0, 0
				inputs := func(yield func(int) bool) {
					for n := range short + long {
						drawn.Store(int64(n))
						if !yield(n) {
							return
						}
					}
				}
				for r := range Stream(t.Context(), manyAtOnce{NewSlots(1), time.Millisecond, &most}, task, inputs, test.options...) {
					if taken++; r.Err != nil {
						t.Fatal(r.Err)
					}
					if now := int(drawn.Load()); now < short+long-1 {
						ahead = now - taken
					}
				}
				if taken != short+long {
					t.Errorf("%d results of %d", taken, short+long)
				}
				if most < test.least || most > test.most {
					t.Errorf("at most %d calls were taken at once, want %d to %d", most, test.least, test.most)
				}
				if ahead > test.ahead {
					t.Errorf("%d inputs were drawn ahead in the end, want at most %d", ahead, test.ahead)
				}
			})
		})
	}
}
