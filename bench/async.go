package bench

import (
	"context"

	"example.com/overlap"
)

func asyncContest() Contest {
	return Contest{
		Name: "async", What: "`Map` of 100,000 trivial calls under `Async`, a goroutine each", Calls: calls, Runs: 3,
		Target: Target{Against: "goroutines", Ratio: 1.2},
		Contenders: []Contender{
			{"overlap", func() error {
				return incremented(overlap.Map(context.Background(), overlap.Async(), incrementTask, inputs))
			}},
			{"goroutines", func() error { return incremented(goroutines(increment)) }},
		},
	}
}
