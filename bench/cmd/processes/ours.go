package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/overlap"
	"example.com/overlap/process"
	"example.com/overlap/tasks/primes"
)

const workers = 2

// measurement is what a measured process prints, as one line of JSON.
type measurement struct {
	Seconds float64 `json:"seconds"` // of all runs together
	Answer  int     `json:"answer"`  // of the last run
	Killed  int     `json:"killed"`  // workers, where that is the contest
	Runs    int     `json:"runs"`    // that were made, where there were more than wanted
}

// way does a contest's calls on an executor and adds up what they return.
type way func(ctx context.Context, on overlap.Executor, calls int) (answer int, err error)

// measures are the contenders that this program measures in a process of its own.
var measures = map[string]func(ctx context.Context, calls, runs int) (measurement, error){
	"map/" + ourName:             onProcesses(incrementAll(increment)),
	"stream/" + ourName:          onProcesses(incrementStream()),
	"stream/" + narrow:           onProcesses(incrementStream(overlap.Window(64))),
	"python-worker/" + batches:   onPython(pythonIncrementAgain),
	"python-worker/" + lineACall: onPython(pythonIncrement),
	"submit-one/" + ourName:      onProcesses(incrementOneByOne),
	"submit-one/" + goPlugin:     measurePlugin,
	"sieves/" + ourName:          onProcesses(sieves),
	"sieves/overlap.Pool(2)": func(ctx context.Context, calls, runs int) (measurement, error) {
		return measure(ctx, overlap.Pool(workers), sieves, calls, runs)
	},
	"megabyte/" + ourName:  onProcesses(megabytes),
	"spin/" + ourName:      onProcesses(spinAll),
	"ready/" + ourName:     ready,
	"chaos/" + ourName:     chaos,
	"chaos/" + undisturbed: onProcesses(incrementAll(incrementAgain)),
}

// measureHere measures "contest/contender" and prints the measurement.
func measureHere(ctx context.Context, what string, calls, runs int, out io.Writer) error {
	measureIt := measures[what]
	if measureIt == nil {
		return fmt.Errorf("-measure %q: want a contest, a slash and one of its contenders in Go", what)
	}
	m, err := measureIt(ctx, calls, runs)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(m)
}

func onProcesses(do way) func(ctx context.Context, calls, runs int) (measurement, error) {
	return func(ctx context.Context, calls, runs int) (measurement, error) {
		pool := process.New(workers)
		m, err := measure(ctx, pool, do, calls, runs)
		if err != nil {
			return m, err
		}
		return m, pool.Close()
	}
}

// measure does a few calls unmeasured, so that the workers are there, and then the runs.
func measure(ctx context.Context, on overlap.Executor, do way, calls, runs int) (m measurement, err error) {
	if _, err := do(ctx, on, min(calls, 100)); err != nil {
		return m, err
	}
	start := time.Now()
	for range runs {
		if m.Answer, err = do(ctx, on, calls); err != nil {
			return m, err
		}
	}
	m.Seconds = time.Since(start).Seconds()
	return m, nil
}

func incrementAll(task *overlap.Task[int, int]) way {
	return func(ctx context.Context, on overlap.Executor, calls int) (sum int, err error) {
		out, err := overlap.Map(ctx, on, task, numbers(calls))
		if err != nil {
			return 0, err
		}
		for i, n := range out {
			if n != i+1 {
				return 0, fmt.Errorf("result %d is %d, want %d", i, n, i+1)
			}
			sum += n
		}
		return sum, nil
	}
}

func incrementStream(options ...overlap.Option) way {
	return func(ctx context.Context, on overlap.Executor, calls int) (sum int, err error) {
		for r := range overlap.Stream(ctx, on, increment, slices.Values(numbers(calls)), options...) {
			if r.Err != nil {
				return 0, r.Err
			}
			if r.Value != r.Input+1 {
				return 0, fmt.Errorf("the result of %d is %d", r.Input, r.Value)
			}
			sum += r.Value
		}
		return sum, nil
	}
}

func incrementOneByOne(ctx context.Context, on overlap.Executor, calls int) (int, error) {
	return oneByOne(ctx, on, increment, numbers(calls))
}

func megabytes(ctx context.Context, on overlap.Executor, calls int) (int, error) {
	blocks, block := make([][]byte, calls), make([]byte, 1<<20)
	for i := range blocks {
		blocks[i] = block
	}
	return oneByOne(ctx, on, size, blocks)
}

func oneByOne[In any](ctx context.Context, on overlap.Executor, task *overlap.Task[In, int], inputs []In) (int, error) {
	group, sum := overlap.NewGroup(ctx, on), 0
	for _, in := range inputs {
		n, err := overlap.Submit(group, task, in).Wait(ctx)
		if err != nil {
			break // Group.Wait says it too
		}
		sum += n
	}
	return sum, group.Wait()
}

func sieves(ctx context.Context, on overlap.Executor, calls int) (count int, err error) {
	const first = 1000
	inputs := make([]int64, calls)
	for i := range inputs {
		inputs[i] = first + int64(i)
	}
	lists, err := overlap.Map(ctx, on, primes.Task, inputs)
	for _, found := range lists {
		count += len(found.List)
	}
	return count, err
}

func spinAll(ctx context.Context, on overlap.Executor, calls int) (count int, err error) {
	inputs := make([]time.Duration, calls)
	for i := range inputs {
		inputs[i] = 10 * time.Microsecond
	}
	ones, err := overlap.Map(ctx, on, spin, inputs)
	for _, one := range ones {
		count += one
	}
	return count, err
}

// ready takes the time from making a pool until two calls run at once in two workers.
func ready(ctx context.Context, _, _ int) (m measurement, err error) {
	folder, err := os.MkdirTemp("", "processes")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(folder)
	a, b := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	start := time.Now()
	pool := process.New(workers)
	ones, err := overlap.Map(ctx, pool, meet, []appointment{{a, b}, {b, a}})
	m.Seconds, m.Answer = time.Since(start).Seconds(), len(ones)
	if err != nil {
		return m, err
	}
	return m, pool.Close()
}

func numbers(calls int) []int {
	all := make([]int, calls)
	for i := range all {
		all[i] = i
	}
	return all
}
