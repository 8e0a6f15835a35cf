package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/station"
)

// What Auto makes of servers whose best level is known from theory, in virtual time: how much longer than the best fixed
// level it may take, and what it is to call them. bench/auto measures the same in real time, by the same numbers.
var autoWorkloads = []struct {
	name    string
	calls   int
	station func() station.Station
	best    time.Duration // at the best fixed level
	within  float64
	class   overlap.Class
}{
	{"W3a: every call waits at once", 100, func() station.Station { return station.Delay(station.Fixed(160 * ms)) },
		160 * ms, 1.05, overlap.IOBound},
	{"W4: a queue", 2000, func() station.Station { return station.Queue(32, station.Fixed(50*ms)) },
		3150 * ms, 1.05, overlap.ServerLimited},
	{"a queue of random times", 2000, func() station.Station { return station.Queue(32, station.Exponential(50*ms, 1)) },
		3247 * ms, 1.05, overlap.ServerLimited},
	{"W17: a queue of widely spread times", 5000, func() station.Station {
		return station.Queue(64, station.LogNormal(2, 1.5, ms, 1))
	}, 2086 * ms, 1.05, ""},
	// Six per cent, as it takes a wave of 1.2 s and most of one of 1.7 s to see that 128 and 160 are too many.
	{"W5: a server that does less the more is asked of it", 3000, func() station.Station {
		return station.Shared(station.Scalability(10, .02, .0005))
	}, 19_198 * ms, 1.1, overlap.ServerLimited},
	// The first two waves take 0.7 s, for which the best level does a quarter of the job.
	{"a server that slows down steeply", 5000, func() station.Station {
		var n atomic.Int64
		return station.Func(func(context.Context) error {
			beside := float64(n.Add(1))
			time.Sleep(time.Duration(float64(5*ms) * (1 + beside*beside/300)))
			n.Add(-1)
			return nil
		})
	}, 2897 * ms, 2, overlap.ServerLimited},
	{"W6: a server that refuses more than 20 at once", 2000, func() station.Station {
		return station.RefusesMore(20, 100*ms, 5*ms)
	}, 10 * time.Second, 1.05, overlap.ServerLimited},
	{"W7: a server that refuses more than 100 a second", 1000, func() station.Station {
		return station.TokenBucket(100, 20, 50*ms, 5*ms, 0)
	}, 9800 * ms, 1.05, overlap.RateLimited},
	{"a server that says for how long to leave it alone", 1000, func() station.Station {
		return station.TokenBucket(100, 100, 50*ms, 5*ms, time.Second)
	}, 9000 * ms, 1.15, overlap.RateLimited},
	// It takes some three seconds to get rid of the first 128 calls, whatever is done then.
	{"W8: a server that breaks down beyond 50", 10_000, func() station.Station { return station.Cliff(50, 40*ms, 1) },
		8 * time.Second, 1.6, overlap.ServerLimited},
	{"W21: one call of a hundred hangs", 100, func() station.Station {
		var n atomic.Int32
		return station.Delay(func() time.Duration {
			if n.Add(1) == 50 {
				return 10 * time.Second
			}
			return 100 * ms
		})
	}, 10 * time.Second, 1.01, overlap.IOBound},
	{"W22: a server that is farther away after two seconds", 20_000, func() station.Station {
		begun := time.Now()
		return station.Distant(station.Queue(64, station.Fixed(20*ms)), func() time.Duration {
			if time.Since(begun) > 2*time.Second {
				return 40 * ms
			}
			return 0
		})
	}, 6260 * ms, 1.06, ""},
	{"W15b: another server after half of the calls", 4000, func() station.Station {
		near, far := station.Shared(station.Scalability(100, 0, 1./64)), station.Delay(station.Fixed(100*ms))
		var n atomic.Int32
		return station.Func(func(ctx context.Context) error {
			if n.Add(1) <= 2000 {
				return near.Serve(ctx)
			}
			return far.Serve(ctx)
		})
	}, 18_437 * ms, 0.75, overlap.ServerLimited}, // for most of the time
}

const ms = time.Millisecond

func TestAutoComesCloseToTheBestLevel(t *testing.T) {
	overlap.SenseNothing(t)
	for _, w := range autoWorkloads {
		t.Run(w.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := w.station()
				task := overlap.Func(func(ctx context.Context, _ int) (int, error) { return 0, s.Serve(ctx) })
				var report overlap.AutoReport
				var steps []overlap.AutoStep
				var last overlap.AutoCap
				auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }),
					overlap.ExplainSteps(func(s overlap.AutoStep) { steps = append(steps, s) }),
					overlap.ExplainCaps(func(now overlap.AutoCap) {
						if now.Bound == "" || now.Level == last.Level && now.Bound == last.Bound {
							t.Errorf("the cap %+v follows %+v", now, last)
						}
						last = now
					}))
				begun := time.Now()
				if _, err := overlap.Map(t.Context(), auto, task, make([]int, w.calls), overlap.KeepGoing()); err != nil {
					t.Errorf("calls were lost: %v", err)
				}
				if took := time.Since(begun); took.Seconds() > w.within*w.best.Seconds()+.002 {
					t.Errorf("took %v, %.2f times as long as the best level, %v", took, took.Seconds()/w.best.Seconds(), w.best)
				}
				for i, s := range steps {
					if s.Why == "" || s.From == s.To || i > 0 && (s.From != steps[i-1].To || s.At < steps[i-1].At) {
						t.Errorf("the step %+v follows %+v", s, steps[max(0, i-1)])
					}
				}
				if n := len(steps); n == 0 || steps[n-1].To != report.Level {
					t.Errorf("the steps %v lead to %d", steps, report.Level)
				}
				if last.Level != report.Level || last.Bound != report.Bound {
					t.Errorf("the caps lead to %+v, but it is %d, kept from more by %s", last, report.Level, report.Bound)
				}
				if w.class != "" && report.Class != w.class {
					t.Errorf("called %q, want %q: %v", report.Class, w.class, report)
				}
			})
		})
	}
}

// However long a refusal takes beside a call, the limit is found soon, with hardly more refusals than calls that were in
// flight, and none is lost.
func TestAutoFindsALimitByRefusals(t *testing.T) {
	overlap.SenseNothing(t)
	const rounds = 60
	for _, limit := range []int{3, 10, 50, 100} {
		for _, served := range []time.Duration{2 * ms, 20 * ms, 500 * ms} {
			for _, share := range []float64{0, .1, .25, .5, 1, 2.5} {
				refused := time.Duration(share * float64(served))
				t.Run(fmt.Sprintf("%d at once, %v, refusals of %v", limit, served, refused), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s := station.Uneven(station.RefusesMore(limit, served, refused), refused, 1)
						task, refusals := countRefusals(s)
						begun := time.Now()
						calls := make([]int, limit*rounds)
						if _, err := overlap.Map(t.Context(), overlap.Auto(), task, calls, overlap.KeepGoing()); err != nil {
							t.Fatalf("calls were lost: %v", err)
						}
						if took := time.Since(begun); took > rounds*served*13/10+20*max(refused, 5*ms) {
							t.Errorf("took %v, and at the limit from the first it were %v", took, rounds*served)
						}
						most := 128
						if len(calls) <= 256 && refused > 6*ms { // then all are in flight before any is known to be refused
							most = len(calls)
						}
						if most += max(8, len(calls)/100); refusals.Load() > int64(most) {
							t.Errorf("%d calls of %d were refused, want at most %d", refusals.Load(), len(calls), most)
						}
					})
				})
			}
		}
	}
}

// A far end that is down for a while is waited for, and each call is made then.
func TestAutoLosesNoCallToAnOutage(t *testing.T) {
	overlap.SenseNothing(t)
	for _, down := range [][2]time.Duration{{0, 100 * ms}, {0, time.Second}, {100 * ms, 150 * ms}, {100 * ms, 1500 * ms}, {100 * ms, 30 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			task := overlap.Func(func(context.Context, int) (int, error) {
				if is := time.Since(begun); is >= down[0] && is < down[1] {
					return 0, &station.Refusal{}
				}
				time.Sleep(20 * ms)
				return 0, nil
			})
			if _, err := overlap.Map(t.Context(), overlap.Auto(), task, make([]int, 2000), overlap.KeepGoing()); err != nil {
				t.Errorf("down from %v to %v: calls were lost: %v", down[0], down[1], err)
			}
			if took := time.Since(begun); took > 2*down[1]+2*time.Second {
				t.Errorf("down from %v to %v: took %v", down[0], down[1], took)
			}
		})
	}
}

// A far end that lets so many calls through in each window of time, and does not say when the next begins, is waited for, and calls start at
// about that rate from then on.
func TestAutoLosesNoCallToWindows(t *testing.T) {
	overlap.SenseNothing(t)
	for _, test := range []struct {
		most          int
		every, served time.Duration
	}{
		{60, time.Minute, 100 * ms}, {300, time.Minute, 200 * ms}, {1000, time.Minute, 50 * ms}, {100, 10 * time.Second, 100 * ms}, {600, 10 * time.Second, 100 * ms},
	} {
		calls := 6 * test.most
		s := runSwept(t, fmt.Sprintf("%d each %v", test.most, test.every), calls, 5*test.every+test.served, serves(func() station.Station {
			return station.Uneven(station.Window(test.most, test.every, test.served, 5*ms, false), 5*ms, 1)
		}))
		if s.lost > 0 || s.ratio > 1.5 || s.refused > int64(calls) {
			t.Errorf("%s: %d of %d calls lost, %d refused, took %.2f times as long as at best", s.name, s.lost, calls, s.refused, s.ratio)
		}
	}
}

// Refusals that have nothing to do with how much is asked do not slow the calls down for ever.
func TestAutoOfCallsThatAreEachRefusedOnce(t *testing.T) {
	overlap.SenseNothing(t)
	for _, calls := range []int{300, 1000} {
		for _, served := range []time.Duration{ms, 20 * ms, 100 * ms} {
			for _, refused := range []time.Duration{0, ms, 20 * ms} {
				far := refusesFirst(calls, served, refused)
				s := runSwept(t, fmt.Sprintf("%d calls of %v refused in %v", calls, served, refused), calls, time.Second, far)
				if s.lost > 0 || s.ratio > 10 {
					t.Errorf("%s: %d lost, took %.1f s", s.name, s.lost, s.ratio)
				}
			}
		}
	}
}

// refusesFirst is a task that refuses each call the first time.
func refusesFirst(calls int, served, refused time.Duration) func() sweptCall {
	return func() sweptCall {
		seen := make([]atomic.Bool, calls)
		return func(_ context.Context, i int) error {
			if !seen[i].Swap(true) {
				time.Sleep(refused)
				return &station.Refusal{}
			}
			time.Sleep(served)
			return nil
		}
	}
}

// No call may be lost to the search for a limit, and few are refused once it is found.
func TestAutoLosesNoCallToARateLimit(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) {
		limited := station.TokenBucket(100, 20, 50*ms, 5*ms, 0)
		var refused, made atomic.Int32
		task := overlap.Func(func(ctx context.Context, _ int) (int, error) {
			made.Add(1)
			err := limited.Serve(ctx)
			if err != nil {
				refused.Add(1)
			}
			return 0, err
		})
		results, err := overlap.MapResults(t.Context(), overlap.Auto(), task, make([]int, 1000), overlap.KeepGoing())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Attempts != 1 {
				t.Fatalf("call %d has %d attempts: a refusal is none", r.Index, r.Attempts)
			}
		}
		if most := int32(128 + 10); refused.Load() > most {
			t.Errorf("%d calls were refused, want at most %d", refused.Load(), most)
		}
	})
}

type overloaded struct{ error }

func (overloaded) Overloaded() bool { return true }

// A far end that lets nothing through is down: its calls fail, and soon.
func TestAutoFailsCallsThatAreAllRefused(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) {
		down := overloaded{errors.New("down")}
		task := overlap.Func(func(context.Context, int) (int, error) {
			time.Sleep(ms)
			return 0, down
		})
		begun := time.Now()
		_, err := overlap.Map(t.Context(), overlap.Auto(), task, make([]int, 1000), overlap.KeepGoing())
		if failed, ok := errors.AsType[*overlap.JobError](err); !ok || len(failed.Failed) != 1000 {
			t.Fatalf("got %v, want 1000 failures", err)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestAutoKeepsToMax(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		task := overlap.Func(func(context.Context, int) (int, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			time.Sleep(ms)
			return 0, nil
		})
		for range 3 {
			if _, err := overlap.Map(t.Context(), overlap.Auto(overlap.Max(7)), task, make([]int, 200)); err != nil {
				t.Fatal(err)
			}
		}
		if most.Load() != 7 {
			t.Errorf("%d calls ran at once, want 7", most.Load())
		}
	})
}

// Calls of jobs inside calls of a job run, however deep.
func TestAutosInsideAutos(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) {
		auto := overlap.Auto()
		inner := overlap.Func(func(context.Context, int) (int, error) { time.Sleep(10 * ms); return 1, nil })
		outer := overlap.Func(func(ctx context.Context, _ int) (int, error) {
			ones, err := overlap.Map(ctx, auto, inner, make([]int, 100))
			return len(ones), err
		})
		got, err := overlap.Map(t.Context(), auto, outer, make([]int, 10))
		if err != nil || got[9] != 100 {
			t.Fatalf("got %v, %v", got, err)
		}
	})
}

func TestMisuseOfAuto(t *testing.T) {
	for name, misuse := range map[string]func(){
		"overlap: Max: must be at least 1, got 0":        func() { overlap.Max(0) },
		"overlap: StartWith: must be at least 1, got -1": func() { overlap.StartWith(-1) },
		"overlap: Explain: the function is nil":          func() { overlap.Explain(nil) },
		"overlap: ExplainSteps: the function is nil":     func() { overlap.ExplainSteps(nil) },
		"overlap: ExplainCaps: the function is nil":      func() { overlap.ExplainCaps(nil) },
		"overlap: Auto: option 1 is nil":                 func() { overlap.Auto(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != name {
					t.Errorf("panicked with %v", got)
				}
			}()
			misuse()
		})
	}
}

// A refusal that comes while Auto is about to take no more readings must not leave the job paused for ever.
func TestAutoGoesOnAfterRefusals(t *testing.T) {
	overlap.SenseNothing(t)
	for round := range 300 {
		synctest.Test(t, func(t *testing.T) {
			var made atomic.Int32
			task := overlap.Func(func(_ context.Context, in int) (int, error) {
				time.Sleep(time.Duration(in%4) * ms)
				if n := made.Add(1); n%3 == int32(round%3) && n < 12 {
					return 0, overloaded{errors.New("too much")}
				}
				return in, nil
			})
			if _, err := overlap.Map(t.Context(), overlap.Auto(), task, []int{0, 1, 2, 3, 4, 5, 6, 7}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A job of up to 256 calls that wait is one wave, also where it is known only a moment later that there are no more.
func TestAutoStartsAllOfAFewHundred(t *testing.T) {
	overlap.SenseNothing(t)
	task := overlap.Func(func(context.Context, int) (int, error) { time.Sleep(100 * ms); return 0, nil })
	inputs := make([]int, 200)
	for name, run := range map[string]func(context.Context, overlap.Executor) error{
		"Map": func(ctx context.Context, auto overlap.Executor) error {
			_, err := overlap.Map(ctx, auto, task, inputs)
			return err
		},
		"MapResults": func(ctx context.Context, auto overlap.Executor) error {
			_, err := overlap.MapResults(ctx, auto, task, inputs)
			return err
		},
		"Stream": func(ctx context.Context, auto overlap.Executor) error {
			for r := range overlap.Stream(ctx, auto, task, slices.Values(inputs)) {
				if r.Err != nil {
					return r.Err
				}
			}
			return nil
		},
		"Group": func(ctx context.Context, auto overlap.Executor) error {
			g := overlap.NewGroup(ctx, auto)
			for _, input := range inputs {
				overlap.Submit(g, task, input)
			}
			return g.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				var last overlap.AutoStep
				if err := run(t.Context(), overlap.Auto(overlap.ExplainSteps(func(s overlap.AutoStep) { last = s }))); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(begun); took > 150*ms {
					t.Errorf("took %v, and all at once takes 100ms", took)
				}
				if last.To != len(inputs) || last.Why != "the job has no more, and none is refused so far" {
					t.Errorf("the last step was %v", last)
				}
			})
		})
	}
}

// What does not let calls start, as a slow one at the head of an ordered Stream, is not taken for what they wait for.
func TestAutoOfAnOrderedStreamWithSlowCalls(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) {
		task := overlap.Func(func(_ context.Context, i int) (int, error) {
			if i%100 == 50 {
				time.Sleep(300 * ms)
			} else {
				time.Sleep(10 * ms)
			}
			return 0, nil
		})
		var report overlap.AutoReport
		auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
		inputs := func(yield func(int) bool) {
			for i := 0; i < 3000 && yield(i); i++ {
			}
		}
		for r := range overlap.Stream(t.Context(), auto, task, inputs, overlap.Ordered()) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		}
		if report.Class != overlap.IOBound {
			t.Errorf("called %q, want %q: %v", report.Class, overlap.IOBound, report)
		}
	})
}
