package bench

import (
	"context"
	"sync"
	"time"

	"example.com/overlap"
)

const (
	firstSlow = 90_000
	slowCalls = 64
	slowFor   = 20 * time.Millisecond
)

// bimodalContest hides slow calls behind tiny ones: a library that hands out long runs of calls because the first ones
// were tiny leaves one worker with all the slow ones, unless idle workers take over the rest of the run.
func bimodalContest() Contest {
	task := overlap.Func(slowInTheMiddle)
	return Contest{
		Name: "bimodal", What: "whole run: 64 calls of 20 ms behind 90,000 tiny ones, 8 at once", Calls: 1, Runs: 1,
		Contenders: []Contender{
			{"overlap", func() error {
				return incremented(overlap.Map(context.Background(), overlap.Pool(workers), task, inputs))
			}},
			{"ideal", ideal},
			{"conc iter.Mapper", func() error { return incremented(concMapper(slowInTheMiddle)) }},
		},
	}
}

func slowInTheMiddle(ctx context.Context, n int) (int, error) {
	if n >= firstSlow && n < firstSlow+slowCalls {
		time.Sleep(slowFor)
	}
	return increment(ctx, n)
}

// ideal makes the slow calls alone, spread evenly: no library can end the run earlier.
func ideal() error {
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for range slowCalls / workers {
				time.Sleep(slowFor)
			}
		})
	}
	wait.Wait()
	return nil
}
