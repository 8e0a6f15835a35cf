package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/station"
)

// Refusals that have nothing to do with how much is asked, as of one server of twenty that is down, do not slow the other calls
// down for long: at each of them less was asked, until next to nothing was.
func TestAutoOfRefusalsByChance(t *testing.T) {
	overlap.SenseNothing(t)
	const calls, atOnce = 4000, 32
	for _, share := range []float64{.01, .05, .1, .2} {
		for _, served := range []time.Duration{20 * ms, 100 * ms} {
			for _, refused := range []time.Duration{ms, 20 * ms} {
				t.Run(fmt.Sprintf("%.2f of calls of %v, refusals of %v", share, served, refused), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						task, _ := countRefusals(refusesSome(share, refused, station.Queue(atOnce, station.Fixed(served))))
						begun := time.Now()
						_, err := overlap.Map(t.Context(), overlap.Auto(), task, make([]int, calls), overlap.KeepGoing())
						lost := 0
						if failed, ok := errors.AsType[*overlap.JobError](err); ok {
							lost = len(failed.Failed)
						}
						most := map[float64]int{.1: 1, .2: 4}[share] // one of a million is refused six times by chance at .1, one of 16,000 at .2
						if lost > most {
							t.Fatalf("%d calls were lost: %v", lost, err)
						}
						best := calls / atOnce * served
						if took := time.Since(begun); took > 3*best {
							t.Errorf("took %v, and without refusals it were %v", took, best)
						}
					})
				})
			}
		}
	}
}

// Where only one or two calls in a hundred are refused, that does not slow the others down either.
func TestAutoOfFewRefusalsByChance(t *testing.T) {
	overlap.SenseNothing(t)
	const calls, served = 20_000, 20 * ms
	for _, share := range []float64{.01, .015, .02} {
		for seed := range uint64(5) {
			name := fmt.Sprintf("%v of %d, %d", share, calls, seed)
			s := runSwept(t, name, calls, calls/128*served, serves(func() station.Station {
				return refusesSomeOf(seed, share, 20*ms, station.Delay(station.Fixed(served)))
			}))
			if s.lost > 0 || s.ratio > 3 {
				t.Errorf("%s: %d lost, took %.1f times as long as with 128 in flight", s.name, s.lost, s.ratio)
			}
		}
	}
}

// refusesSome is a station that refuses a share of what is asked, by chance.
func refusesSome(share float64, after time.Duration, others station.Station) station.Station {
	return refusesSomeOf(2, share, after, others)
}

func refusesSomeOf(seed uint64, share float64, after time.Duration, others station.Station) station.Station {
	var mu sync.Mutex
	chance := rand.New(rand.NewPCG(1, seed))
	return station.Func(func(ctx context.Context) error {
		mu.Lock()
		refused := chance.Float64() < share
		mu.Unlock()
		if refused {
			time.Sleep(after)
			return &station.Refusal{}
		}
		return others.Serve(ctx)
	})
}
