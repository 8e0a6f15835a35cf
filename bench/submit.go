package bench

import (
	"context"

	"example.com/overlap"
	"github.com/alitto/pond/v2"
)

func pipelinedContest() Contest {
	return Contest{
		Name: "submit", What: "`Submit` of 100,000 calls, then `Wait` for each, 8 at once", Calls: calls, Runs: 2,
		Target: Target{Against: "pond", Ratio: 0.5},
		Contenders: []Contender{
			{"overlap", func() error {
				ctx := context.Background()
				group := overlap.NewGroup(ctx, overlap.Pool(workers))
				futures := make([]*overlap.Future[int], calls)
				for i, in := range inputs {
					futures[i] = overlap.Submit(group, incrementTask, in)
				}
				sum := 0
				for _, future := range futures {
					value, err := future.Wait(ctx)
					if err != nil {
						return err
					}
					sum += value
				}
				if err := group.Wait(); err != nil {
					return err
				}
				return total(sum, calls)
			}},
			{"pond", func() error {
				ctx := context.Background()
				pool := pond.NewResultPool[int](workers)
				defer pool.StopAndWait()
				futures := make([]pond.ResultTask[int], calls)
				for i, in := range inputs {
					futures[i] = pool.SubmitErr(func() (int, error) { return increment(ctx, in) })
				}
				sum := 0
				for _, future := range futures {
					value, err := future.Wait()
					if err != nil {
						return err
					}
					sum += value
				}
				return total(sum, calls)
			}},
		},
	}
}

func oneByOneContest() Contest {
	const calls = 20_000
	return Contest{
		Name: "submit-one", What: "`Submit` and `Wait`, one call at a time", Calls: calls, Runs: 2,
		Target: Target{Against: "pond", Ratio: 0.5},
		Contenders: []Contender{
			{"overlap", func() error {
				ctx, sum := context.Background(), 0
				group := overlap.NewGroup(ctx, overlap.Pool(workers))
				for _, in := range inputs[:calls] {
					value, err := overlap.Submit(group, incrementTask, in).Wait(ctx)
					if err != nil {
						return err
					}
					sum += value
				}
				if err := group.Wait(); err != nil {
					return err
				}
				return total(sum, calls)
			}},
			{"pond", func() error {
				ctx, sum := context.Background(), 0
				pool := pond.NewResultPool[int](workers)
				defer pool.StopAndWait()
				for _, in := range inputs[:calls] {
					value, err := pool.SubmitErr(func() (int, error) { return increment(ctx, in) }).Wait()
					if err != nil {
						return err
					}
					sum += value
				}
				return total(sum, calls)
			}},
		},
	}
}
