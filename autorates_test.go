package overlap_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/station"
)

// A rate is found soon, however many calls the far end lets through at once and however long they take, where a refusal is
// quick, also where one call after another is about the rate. Hardly more are refused than were in flight, and none is lost.
func TestAutoFindsARateByRefusals(t *testing.T) {
	overlap.SenseNothing(t)
	for _, rate := range []int{10, 50, 100} {
		for _, burst := range []int{1, rate / 10, rate} {
			for _, served := range []time.Duration{5 * ms, 10 * ms, 20 * ms, 50 * ms, 100 * ms, 500 * ms} {
				for _, refused := range []time.Duration{0, 5 * ms} {
					t.Run(fmt.Sprintf("%d a second, %d at once, %v, refusals of %v", rate, burst, served, refused), func(t *testing.T) {
						findRate(t, rate, burst, served, refused)
					})
				}
			}
		}
	}
}

func findRate(t *testing.T, rate, burst int, served, refused time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		s := station.Uneven(station.TokenBucket(float64(rate), float64(burst), served, refused, 0), refused, 1)
		task, refusals := countRefusals(s)
		begun := time.Now()
		calls := make([]int, rate*10)
		var report overlap.AutoReport
		auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
		if _, err := overlap.Map(t.Context(), auto, task, calls, overlap.KeepGoing()); err != nil {
			t.Fatalf("calls were lost: %v", err)
		}
		best := time.Duration(len(calls)-burst)*time.Second/time.Duration(rate) + served
		slow := burst == 1 && refused < served && 4*refused >= served // then one call or two stay in flight: none is to be lost, no more
		if took := time.Since(begun); took > best*7/4 && !slow {
			t.Errorf("took %v, and at the rate from the first it were %v", took, best)
		}
		if most := 128 + len(calls)/8 + 10; refusals.Load() > int64(most) {
			t.Errorf("%d calls of %d were refused, want at most %d", refusals.Load(), len(calls), most)
		}
		// At that rate less than one call is in flight: no limit of calls in flight is like it.
		if served*time.Duration(rate) < time.Second && report.Class != overlap.RateLimited {
			t.Errorf("called %q, want %q: %v", report.Class, overlap.RateLimited, report)
		}
	})
}

// Once the calls have come back that were in flight at the first refusal, hardly any is refused, at low rates and at high ones, and
// none is lost. A few more are where as many are let through at once as in a second: then more are in flight at first.
func TestAutoIsHardlyRefusedAtARate(t *testing.T) {
	overlap.SenseNothing(t)
	for _, rate := range []int{100, 300, 1000} {
		for _, burst := range []int{rate / 10, rate / 5, rate, 2 * rate} {
			for _, took := range []struct{ served, refused time.Duration }{
				{5 * ms, 3 * ms}, {20 * ms, ms}, {20 * ms, 5 * ms}, {50 * ms, 20 * ms}, {100 * ms, 5 * ms}, {300 * ms, 3 * ms},
			} {
				t.Run(fmt.Sprintf("%d a second, %d at once, %v, refusals of %v", rate, burst, took.served, took.refused), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { hardlyRefused(t, rate, burst, took.served, took.refused) })
				})
			}
		}
	}
}

// A rate that 16 calls at once exceed is not taken for chance, as which their refusals look: no refusal held anything back then, and
// calls were lost.
func TestAutoTakesNoRateForChance(t *testing.T) {
	overlap.SenseNothing(t)
	synctest.Test(t, func(t *testing.T) { hardlyRefused(t, 2000, 400, 5*ms, 3*ms) })
}

func hardlyRefused(t *testing.T, rate, burst int, served, refused time.Duration) {
	s := station.Uneven(station.TokenBucket(float64(rate), float64(burst), served, refused, 0), refused, 1)
	var inFlight, refusals, atFirst atomic.Int64
	task := overlap.Func(func(ctx context.Context, _ int) (int, error) {
		inFlight.Add(1)
		defer inFlight.Add(-1)
		err := s.Serve(ctx)
		if err != nil && refusals.Add(1) == 1 {
			atFirst.Store(inFlight.Load())
		}
		return 0, err
	})
	calls := make([]int, 20*rate)
	begun := time.Now()
	if _, err := overlap.Map(t.Context(), overlap.Auto(), task, calls, overlap.KeepGoing()); err != nil {
		t.Fatalf("calls were lost: %v", err)
	}
	best := time.Duration(len(calls)-burst)*time.Second/time.Duration(rate) + served
	longer := best / 10
	if 2*served*time.Duration(rate) < 4*time.Second { // two in flight are too many, and one is too few
		longer = best / 2
	}
	if took := time.Since(begun); took > best+longer {
		t.Errorf("took %v, and at the rate from the first it were %v", took, best)
	}
	share := 50
	if burst >= rate {
		share = 10
	}
	if most := atFirst.Load() + int64(max(len(calls)/share, 25)); refusals.Load() > most {
		t.Errorf("%d calls of %d were refused, and %d were in flight at the first refusal: want at most %d", refusals.Load(), len(calls),
			atFirst.Load(), most)
	}
}

// Where no two calls may start at once, as with a bucket that holds one, more are in flight all the same if they start at different moments.
func TestAutoOfARateThatLetsNoTwoStartAtOnce(t *testing.T) {
	overlap.SenseNothing(t)
	for _, rate := range []int{200, 400} {
		t.Run(fmt.Sprintf("%d a second", rate), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := station.Uneven(station.TokenBucket(float64(rate), 1, 50*ms, 20*ms, 0), 20*ms, 1)
				task, _ := countRefusals(s)
				calls := make([]int, 20*rate)
				begun := time.Now()
				if _, err := overlap.Map(t.Context(), overlap.Auto(), task, calls, overlap.KeepGoing()); err != nil {
					t.Fatalf("calls were lost: %v", err)
				}
				if took := time.Since(begun); took > time.Minute {
					t.Errorf("took %v, and at the rate from the first it were 20s", took)
				}
			})
		})
	}
}

// Where refusals say how long the far end wants to be left alone, each mistake costs that time: there are only a few.
func TestAutoFindsARateWhereRefusalsSayRetryAfter(t *testing.T) {
	overlap.SenseNothing(t)
	for _, far := range []struct{ rate, burst int }{{10, 10}, {100, 10}, {100, 100}, {312, 100}, {1000, 100}} {
		for _, after := range []time.Duration{time.Second, 5 * time.Second} {
			t.Run(fmt.Sprintf("%d a second, %d at once, %v", far.rate, far.burst, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := station.Uneven(station.TokenBucket(float64(far.rate), float64(far.burst), 20*ms, ms, after), ms, 1)
					task, _ := countRefusals(s)
					begun := time.Now()
					calls := make([]int, far.rate*30)
					if _, err := overlap.Map(t.Context(), overlap.Auto(), task, calls, overlap.KeepGoing()); err != nil {
						t.Fatalf("calls were lost: %v", err)
					}
					best := time.Duration(len(calls)-far.burst) * time.Second / time.Duration(far.rate)
					if took := time.Since(begun); took > best*5/4+10*after {
						t.Errorf("took %v, and at the rate from the first it were %v", took, best)
					}
				})
			})
		}
	}
}

// A far end that lets so many through in each second of the clock refuses all for the rest of it. That is no outage, as many get
// through in between: calls were failed without being offered again once it had happened seven times.
func TestAutoOfAFixedWindow(t *testing.T) {
	overlap.SenseNothing(t)
	const seconds = 12
	for _, most := range []int{30, 100, 150, 200, 300, 400, 500} {
		for _, refused := range []time.Duration{0, 3 * ms} {
			t.Run(fmt.Sprintf("%d, refused in %v", most, refused), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					task, _ := countRefusals(fixedWindow(most, 30*ms, refused))
					time.Sleep(300 * ms) // into the first window
					begun := time.Now()
					if _, err := overlap.Map(t.Context(), overlap.Auto(), task, make([]int, most*seconds), overlap.KeepGoing()); err != nil {
						t.Errorf("calls were lost: %v", err)
					}
					if took := time.Since(begun); took > 2*seconds*time.Second {
						t.Errorf("took %v", took)
					}
				})
			})
		}
	}
}

// fixedWindow lets so many calls through in each second of the clock.
func fixedWindow(most int, served, refused time.Duration) station.Station {
	var mu sync.Mutex
	var window time.Time
	var n int
	return station.Func(func(context.Context) error {
		mu.Lock()
		if now := time.Now().Truncate(time.Second); now != window {
			window, n = now, 0
		}
		n++
		full := n > most
		mu.Unlock()
		if full {
			time.Sleep(refused)
			return &station.Refusal{}
		}
		time.Sleep(served)
		return nil
	})
}

// countRefusals is a task that is served by a station, and how many of its calls were refused.
func countRefusals(by station.Station) (*overlap.Task[int, int], *atomic.Int64) {
	var refusals atomic.Int64
	return overlap.Func(func(ctx context.Context, _ int) (int, error) {
		err := by.Serve(ctx)
		if err != nil {
			refusals.Add(1)
		}
		return 0, err
	}), &refusals
}

// What a far end lets through is said to be no more than it was, also where the rate has just been raised.
func TestAutoSaysWhatAFixedWindowLetsThrough(t *testing.T) {
	report := overlap.AutoReport{Class: overlap.RateLimited, Rate: 277, StartRate: 4727, Refused: 855, Took: 13 * time.Second, InFlight: 9, Calls: 3600}
	mustSay(t, report, []string{"277 a second got through", "lets 277 start in a second"}, []string{"4727"})
}
