package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/spread"
)

// tinyJob is a job that is over before Auto could find anything out. It is measured beside Sync, many times in a row, since
// a single one takes less time than what the collection before it leaves to do; and beside Pool(1), which shows what it
// costs to start a goroutine and to join it: no executor but Sync does without.
type tinyJob struct {
	name, what string
	calls      int
	call       func(executor func() overlap.Executor) func(context.Context, int) (int, error)
	run        func(executor overlap.Executor, task *overlap.Task[int, int], inputs []int) error // nil: by a Map
	options    []overlap.AutoOption
}

const tinyJobsInARow = 2_000

func tinyJobs() []tinyJob {
	nothing := func(func() overlap.Executor) func(context.Context, int) (int, error) {
		return func(_ context.Context, i int) (int, error) { return i, nil }
	}
	microsecond := func(func() overlap.Executor) func(context.Context, int) (int, error) {
		return func(_ context.Context, i int) (int, error) { burn(time.Microsecond); return i, nil }
	}
	type makeCall = func(executor func() overlap.Executor) func(context.Context, int) (int, error)
	threeOf := func(call makeCall) makeCall {
		return func(executor func() overlap.Executor) func(context.Context, int) (int, error) {
			inner := overlap.Func(call(executor))
			return func(ctx context.Context, i int) (int, error) {
				_, err := overlap.Map(ctx, executor(), inner, make([]int, 3))
				return i, err
			}
		}
	}
	return []tinyJob{
		{"W23a", "1 call of 1 µs", 1, microsecond, nil, nil},
		{"W23b", "3 calls of 1 µs", 3, microsecond, nil, nil},
		{"W23d", "3 calls that do nothing", 3, nothing, nil, nil},
		{"W23e", "10 calls of 1 µs", 10, microsecond, nil, nil},
		{"W23f", "30 calls of 1 µs", 30, microsecond, nil, nil},
		{"W23g", "100 calls that do nothing", 100, nothing, nil, nil},
		{"W23h", "3 calls that each make such a job of 3 calls of 1 µs", 3, threeOf(microsecond), nil, nil},
		{"W23i", "3 calls that each make a job of 3 calls that each make such a job", 3, threeOf(threeOf(microsecond)), nil, nil},
		{"W23j", "a Stream of 3 calls of 1 µs", 3, microsecond, byStream, nil},
		{"W23k", "a Group of 3 calls of 1 µs", 3, microsecond, byGroup, nil},
		{"W23l", "1 call of 1 µs, explained", 1, microsecond, nil, []overlap.AutoOption{overlap.Explain(func(overlap.AutoReport) {})}},
	}
}

func byMap(executor overlap.Executor, task *overlap.Task[int, int], inputs []int) error {
	_, err := overlap.Map(context.Background(), executor, task, inputs)
	return err
}

func byStream(executor overlap.Executor, task *overlap.Task[int, int], inputs []int) error {
	for result := range overlap.Stream(context.Background(), executor, task, slices.Values(inputs)) {
		if result.Err != nil {
			return result.Err
		}
	}
	return nil
}

func byGroup(executor overlap.Executor, task *overlap.Task[int, int], inputs []int) error {
	g := overlap.NewGroup(context.Background(), executor)
	for _, i := range inputs {
		overlap.Submit(g, task, i)
	}
	return g.Wait()
}

// row measures the job on Sync, a pool of one and Auto in turns.
func (j tinyJob) row(rounds int) ([]string, error) {
	var sync, pool, auto []float64
	for range rounds {
		for _, on := range []struct {
			executor func() overlap.Executor
			times    *[]float64
		}{
			{overlap.Sync, &sync},
			{func() overlap.Executor { return overlap.Pool(1) }, &pool},
			{func() overlap.Executor { return overlap.Auto(j.options...) }, &auto},
		} {
			took, err := j.inARow(on.executor)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", j.name, err)
			}
			*on.times = append(*on.times, float64(took)/tinyJobsInARow)
		}
	}
	theirs, ours := spread.Of(sync), spread.Of(auto)
	most := max(1.5*theirs.Median, theirs.Median+float64(5*time.Microsecond))
	within := "yes"
	if ours.Median > most {
		within = "NO"
	}
	return []string{
		j.name + ": " + j.what, theirs.Text(spread.Duration), spread.Of(pool).Text(spread.Duration), ours.Text(spread.Duration),
		spread.Duration(most), within,
	}, nil
}

func (j tinyJob) inARow(executor func() overlap.Executor) (time.Duration, error) {
	task, run := overlap.Func(j.call(executor)), j.run
	if run == nil {
		run = byMap
	}
	inputs := make([]int, j.calls)
	begun := time.Now()
	for range tinyJobsInARow {
		if err := run(executor(), task, inputs); err != nil {
			return 0, err
		}
	}
	return time.Since(begun), nil
}

// tinyRows measures those that only names; all of them if it is empty.
func tinyRows(only string, rounds int) ([][]string, error) {
	var rows [][]string
	for _, j := range tinyJobs() {
		if only != "" && !contains(only, j.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", j.name, j.what)
		row, err := j.row(rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}
