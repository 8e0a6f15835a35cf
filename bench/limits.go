package bench

import (
	"context"
	"strconv"
	"sync"
	"time"

	"example.com/overlap"
	"golang.org/x/time/rate"
)

// A rate so high that it never binds: what is left is the cost of asking.
const everyNanosecond = 1_000_000_000

func rateContest() Contest {
	limited := func(limiter *rate.Limiter) func(context.Context, int) (int, error) {
		return func(ctx context.Context, n int) (int, error) {
			if err := limiter.Wait(ctx); err != nil {
				return 0, err
			}
			return increment(ctx, n)
		}
	}
	return Contest{
		Name: "rate", What: "`Map` of 100,000 trivial calls, 8 at once, with a `Rate` that never binds", Calls: calls, Runs: 10,
		Target: Target{Against: "without Rate", Added: 50},
		Contenders: []Contender{
			{"overlap", func() error { return mapWith(overlap.Rate(everyNanosecond, time.Second)) }},
			{"without Rate", func() error { return mapWith() }},
			{"conc iter.Mapper with x/time/rate", func() error {
				return incremented(concMapper(limited(rate.NewLimiter(everyNanosecond, calls))))
			}},
			{"errgroup with x/time/rate", func() error {
				return incremented(errgroupLimited(limited(rate.NewLimiter(everyNanosecond, calls))))
			}},
		},
	}
}

const manyKeys = 10_000

var keyNames = func() []string {
	names := make([]string, manyKeys)
	for i := range names {
		names[i] = "host-" + strconv.Itoa(i)
	}
	return names
}()

func keyName(n int) string { return keyNames[n%manyKeys] }

// perKeyContest has a limit for each key, which none of them reaches.
func perKeyContest() Contest {
	return Contest{
		Name: "perkey", What: "the same with `PerKey` and `AtOnce` over 10,000 keys", Calls: calls, Runs: 3,
		Target: Target{Against: "without PerKey", Added: 300},
		Contenders: []Contender{
			{"overlap", func() error { return mapWith(overlap.PerKey(keyName, overlap.AtOnce(workers))) }},
			{"without PerKey", func() error { return mapWith() }},
		},
	}
}

// perKeyRateContest has a rate for each key, which never binds.
func perKeyRateContest() Contest {
	limited := func() func(context.Context, int) (int, error) {
		var mu sync.Mutex
		limiters := map[string]*rate.Limiter{}
		return func(ctx context.Context, n int) (int, error) {
			key := keyName(n)
			mu.Lock()
			limiter := limiters[key]
			if limiter == nil {
				limiter = rate.NewLimiter(everyNanosecond, calls)
				limiters[key] = limiter
			}
			mu.Unlock()
			if err := limiter.Wait(ctx); err != nil {
				return 0, err
			}
			return increment(ctx, n)
		}
	}
	return Contest{
		Name: "perkey-rate", What: "the same with `PerKey` and a `Rate` over 10,000 keys", Calls: calls, Runs: 3,
		Target: Target{Against: "without PerKey", Added: 300},
		Contenders: []Contender{
			{"overlap", func() error { return mapWith(overlap.PerKey(keyName, overlap.Rate(everyNanosecond, time.Second))) }},
			{"without PerKey", func() error { return mapWith() }},
			{"conc iter.Mapper with x/time/rate", func() error { return incremented(concMapper(limited())) }},
			{"errgroup with x/time/rate", func() error { return incremented(errgroupLimited(limited())) }},
		},
	}
}

func mapWith(options ...overlap.Option) error {
	return incremented(overlap.Map(context.Background(), overlap.Pool(workers), incrementTask, inputs, options...))
}
