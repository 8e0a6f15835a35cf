package bench

import (
	"context"
	"slices"

	"example.com/overlap"
	"github.com/destel/rill"
	"github.com/sourcegraph/conc/stream"
)

func streamContest() Contest {
	return Contest{
		Name: "stream", What: "ordered `Stream` of 100,000 trivial calls, 8 at once", Calls: calls, Runs: 2,
		Target: Target{Against: "conc stream", Ratio: 0.4},
		Contenders: []Contender{
			{"overlap", func() error { return overlapStream(overlap.Ordered()) }},
			{"conc stream", concStream},
			{"rill", rillStream},
		},
	}
}

func smallWindowContest() Contest {
	contest := streamContest()
	contest.Name, contest.What = "stream-window", contest.What+", window 8"
	contest.Contenders[0].Run = func() error { return overlapStream(overlap.Ordered(), overlap.Window(workers)) }
	return contest
}

func overlapStream(options ...overlap.Option) error {
	sum, next := 0, 0
	pool := overlap.Pool(workers)
	for result := range overlap.Stream(context.Background(), pool, incrementTask, slices.Values(inputs), options...) {
		if result.Err != nil {
			return result.Err
		}
		if result.Value != next+1 {
			return outOfOrder(next, result.Value)
		}
		sum += result.Value
		next++
	}
	return total(sum, calls)
}

func concStream() error {
	ctx, sum, next := context.Background(), 0, 0
	var failed error
	s := stream.New().WithMaxGoroutines(workers)
	for _, in := range inputs {
		s.Go(func() stream.Callback {
			value, err := increment(ctx, in)
			return func() {
				if err != nil {
					failed = err
				} else if value != next+1 {
					failed = outOfOrder(next, value)
				}
				sum += value
				next++
			}
		})
	}
	s.Wait()
	if failed != nil {
		return failed
	}
	return total(sum, calls)
}

func rillStream() error {
	ctx, sum, next := context.Background(), 0, 0
	results := rill.OrderedMap(rill.FromSeq(slices.Values(inputs), nil), workers, func(in int) (int, error) {
		return increment(ctx, in)
	})
	for value, err := range rill.ToSeq2(results) {
		if err != nil {
			return err
		}
		if value != next+1 {
			return outOfOrder(next, value)
		}
		sum += value
		next++
	}
	return total(sum, calls)
}
