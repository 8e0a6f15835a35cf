package bench

import (
	"context"
	"sync"

	"example.com/overlap"
	"github.com/alitto/pond/v2"
	"github.com/destel/rill"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc/iter"
	"golang.org/x/sync/errgroup"
)

// mapper makes all calls of task on inputs and gives the results in order.
type mapper func(task func(context.Context, int) (int, error)) ([]int, error)

// mapContest is apart from mapOthersContest so that ours and the peer of the target follow each other directly. The
// others take a hundred times as long.
func mapContest() Contest {
	return Contest{
		Name: "map", What: "`Map` of 100,000 trivial calls, 8 at once", Calls: calls, Runs: 100,
		Target:     Target{Against: "conc iter.Mapper", Ratio: 0.6},
		Contenders: mapContenders(named{"conc iter.Mapper", concMapper}, named{"loop", loop}),
	}
}

func mapOthersContest() Contest {
	return Contest{
		Name: "map-others", What: "the same beside pools of single calls", Calls: calls, Runs: 5,
		Contenders: mapContenders(named{"channels", channels}, named{"errgroup", errgroupLimited},
			named{"goroutines", goroutines}, named{"ants", antsPool}, named{"pond", pondGroup},
			named{"workerpool", workerPool}, named{"rill", rillMap}),
	}
}

type named struct {
	name string
	run  mapper
}

// mapContenders are ours and the peers, each with the trivial call.
func mapContenders(peers ...named) []Contender {
	contenders := []Contender{{"overlap", func() error {
		return incremented(overlap.Map(context.Background(), overlap.Pool(workers), incrementTask, inputs))
	}}}
	for _, peer := range peers {
		contenders = append(contenders, Contender{peer.name, func() error { return incremented(peer.run(increment)) }})
	}
	return contenders
}

func loop(task func(context.Context, int) (int, error)) ([]int, error) {
	ctx, out := context.Background(), make([]int, len(inputs))
	for i, in := range inputs {
		var err error
		if out[i], err = task(ctx, in); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func concMapper(task func(context.Context, int) (int, error)) ([]int, error) {
	ctx := context.Background()
	mapper := iter.Mapper[int, int]{MaxGoroutines: workers}
	return mapper.MapErr(inputs, func(in *int) (int, error) { return task(ctx, *in) })
}

// channels is the pool people write by hand: workers that range over a buffered channel of indexes.
func channels(task func(context.Context, int) (int, error)) ([]int, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	out, indexes := make([]int, len(inputs)), make(chan int, workers)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for i := range indexes {
				var err error
				if out[i], err = task(ctx, inputs[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range inputs {
		indexes <- i
	}
	close(indexes)
	wait.Wait()
	return out, context.Cause(ctx)
}

func errgroupLimited(task func(context.Context, int) (int, error)) ([]int, error) {
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(workers)
	out := make([]int, len(inputs))
	for i, in := range inputs {
		group.Go(func() (err error) {
			out[i], err = task(ctx, in)
			return err
		})
	}
	return out, group.Wait()
}

// goroutines starts one for each call and limits nothing.
func goroutines(task func(context.Context, int) (int, error)) ([]int, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	out := make([]int, len(inputs))
	var wait sync.WaitGroup
	for i, in := range inputs {
		wait.Go(func() {
			var err error
			if out[i], err = task(ctx, in); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	return out, context.Cause(ctx)
}

func antsPool(task func(context.Context, int) (int, error)) ([]int, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	pool, err := ants.NewPool(workers)
	if err != nil {
		return nil, err
	}
	defer pool.Release()
	out := make([]int, len(inputs))
	var wait sync.WaitGroup
	for i, in := range inputs {
		wait.Add(1)
		if err := pool.Submit(func() {
			defer wait.Done()
			var err error
			if out[i], err = task(ctx, in); err != nil {
				cancel(err)
			}
		}); err != nil {
			return nil, err
		}
	}
	wait.Wait()
	return out, context.Cause(ctx)
}

func pondGroup(task func(context.Context, int) (int, error)) ([]int, error) {
	ctx := context.Background()
	pool := pond.NewResultPool[int](workers)
	defer pool.StopAndWait()
	group := pool.NewGroup()
	for _, in := range inputs {
		group.SubmitErr(func() (int, error) { return task(ctx, in) })
	}
	return group.Wait()
}

func workerPool(task func(context.Context, int) (int, error)) ([]int, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	pool := workerpool.New(workers)
	out := make([]int, len(inputs))
	for i, in := range inputs {
		pool.Submit(func() {
			var err error
			if out[i], err = task(ctx, in); err != nil {
				cancel(err)
			}
		})
	}
	pool.StopWait()
	return out, context.Cause(ctx)
}

func rillMap(task func(context.Context, int) (int, error)) ([]int, error) {
	ctx := context.Background()
	return rill.ToSlice(rill.OrderedMap(rill.FromSlice(inputs, nil), workers, func(in int) (int, error) {
		return task(ctx, in)
	}))
}
