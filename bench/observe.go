package bench

import (
	"context"
	"fmt"

	"example.com/overlap"
)

func observeContest() Contest {
	run := func(options ...overlap.Option) error {
		pool := overlap.Pool(workers)
		return incremented(overlap.Map(context.Background(), pool, incrementTask, inputs, options...))
	}
	return Contest{
		Name: "observe", What: "`Map` of 100,000 trivial calls, 8 at once, with `Observe`", Calls: calls, Runs: 10,
		Target: Target{Against: "without Observe", Added: 60},
		Contenders: []Contender{
			{"overlap", func() error {
				seen := 0
				err := run(overlap.Observe(func(_ int, events []overlap.Event) { seen += len(events) }))
				if err == nil && seen < calls {
					return fmt.Errorf("%d events seen of %d calls", seen, calls)
				}
				return err
			}},
			{"without Observe", func() error { return run() }},
		},
	}
}
