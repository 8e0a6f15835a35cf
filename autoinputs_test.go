package overlap_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/station"
)

// Inputs that are always refused, as pages that are broken and ports at which nobody listens, do not slow the others down for long,
// and are offered as often as others: each of them held all calls back, for seconds where there were many.
func TestAutoOfInputsThatAreAlwaysRefused(t *testing.T) {
	overlap.SenseNothing(t)
	const calls = 1000
	for _, of100 := range []int{1, 5, 10, 20} {
		for _, served := range []time.Duration{10 * ms, 50 * ms} {
			for _, refused := range []time.Duration{0, ms, 20 * ms} {
				t.Run(fmt.Sprintf("%d of 100 of %v, refused in %v", of100, served, refused), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var mu sync.Mutex
						attempts := make([]int, calls)
						task := overlap.Func(func(_ context.Context, i int) (int, error) {
							mu.Lock()
							attempts[i]++
							mu.Unlock()
							if i*37%100 < of100 {
								time.Sleep(refused)
								return 0, fmt.Errorf("port %d: %w", i, syscall.ECONNREFUSED)
							}
							time.Sleep(served)
							return i, nil
						})
						begun := time.Now()
						var report overlap.AutoReport
						auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
						_, err := overlap.Map(t.Context(), auto, task, upTo(calls), overlap.KeepGoing())
						// They are offered again for a second, and the far end may have an outage of two when only they are left.
						if took := time.Since(begun); took > 10*time.Second {
							t.Errorf("took %v", took)
						}
						if !report.BadInputs && of100 > 1 { // of ten such inputs it may be, or not
							t.Errorf("that refusals are for what calls ask is %v: %v", report.BadInputs, report)
						}
						failed, ok := err.(*overlap.JobError)
						if !ok || len(failed.Failed) != calls*of100/100 {
							t.Errorf("got %v, want that those fail which are always refused", err)
						}
						for i, n := range attempts {
							if bad := i*37%100 < of100; bad && n > 6 || !bad && n != 1 {
								t.Errorf("call %d was made %d times", i, n)
							}
						}
					})
				})
			}
		}
	}
}

// Neither a limit nor a rate is taken for inputs that are always refused: no call is lost.
func TestAutoDoesNotBlameInputsForLimits(t *testing.T) {
	overlap.SenseNothing(t)
	for name, far := range map[string]func() station.Station{
		"20 at once":                     func() station.Station { return station.RefusesMore(20, 10*ms, ms) },
		"200 a second, 20 at once":       func() station.Station { return station.TokenBucket(200, 20, 20*ms, ms, 0) },
		"2000 a second, slow refusals":   func() station.Station { return station.TokenBucket(2000, 200, 20*ms, 20*ms, 0) },
		"50 a second, refusals at once":  func() station.Station { return station.TokenBucket(50, 50, 5*ms, 0, 0) },
		"breaks down beyond 100 at once": func() station.Station { return station.Cliff(100, 20*ms, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				task, _ := countRefusals(far())
				if _, err := overlap.Map(t.Context(), overlap.Auto(), task, make([]int, 3000), overlap.KeepGoing()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Where too much is asked as well, good calls are not lost for want of slowing down: of one bad input of twenty, most were. Some may
// be, where the far end seems to be down.
func TestAutoOfBadInputsAndALimit(t *testing.T) {
	overlap.SenseNothing(t)
	for name, far := range map[string]func() station.Station{
		"20 at once":                func() station.Station { return station.RefusesMore(20, 20*ms, ms) },
		"100 a second, 100 at once": func() station.Station { return station.TokenBucket(100, 100, 20*ms, ms, 0) },
	} {
		for _, of100 := range []int{1, 5} {
			t.Run(fmt.Sprintf("%s, %d of 100", name, of100), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := far()
					task := overlap.Func(func(ctx context.Context, i int) (int, error) {
						if i*37%100 < of100 {
							time.Sleep(ms)
							return 0, &station.Refusal{}
						}
						return 0, s.Serve(ctx)
					})
					_, err := overlap.Map(t.Context(), overlap.Auto(), task, upTo(500), overlap.KeepGoing())
					most := 5
					if of100 > 1 {
						most = 250
					}
					if failed, ok := err.(*overlap.JobError); !ok || len(failed.Failed) > most {
						t.Errorf("got %v, want at most %d failures", err, most)
					}
				})
			})
		}
	}
}

// A call that was refused is offered again after others, so that what becomes of them tells whether it was for what it asks.
func TestARefusedCallIsOfferedAgainAfterOthers(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) {
		const first = 20 // that is refused
		var mu sync.Mutex
		var order []int
		task := overlap.Func(func(_ context.Context, i int) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
			if i == first && !slices.Contains(order[:len(order)-1], first) {
				return 0, &station.Refusal{}
			}
			return 0, nil
		})
		if _, err := overlap.Map(t.Context(), overlap.Auto(overlap.Max(1)), task, upTo(100)); err != nil {
			t.Fatal(err)
		}
		others := order[slices.Index(order, first)+1:]
		if after := slices.Index(others, first); after < 8 || after == len(others)-1 {
			t.Errorf("it was made again after %d others: %v", after, order)
		}
	})
}

// upTo are the numbers from 0 to below n.
func upTo(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}

// Calls of a Group that are refused are offered again, too, and none is lost.
func TestAutoOfAGroupWhoseCallsAreRefused(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) {
		task, refusals := countRefusals(station.RefusesMore(10, 10*ms, ms))
		g := overlap.NewGroup(t.Context(), overlap.Auto())
		futures := make([]*overlap.Future[int], 300)
		for i := range futures {
			futures[i] = overlap.Submit(g, task, i)
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		if refusals.Load() == 0 {
			t.Error("none was refused")
		}
	})
}
