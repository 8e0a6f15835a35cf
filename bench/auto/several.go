package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap"
)

// twoJobs makes a job that computes and one that waits at the same time, each on an executor of its own.
func twoJobs(newExecutor func() overlap.Executor) error {
	computes := overlap.Func(func(context.Context, int) (struct{}, error) { burn(5 * ms); return struct{}{}, nil })
	waits := overlap.Func(func(context.Context, int) (struct{}, error) { time.Sleep(160 * ms); return struct{}{}, nil })
	var both sync.WaitGroup
	var computing, waiting error
	both.Go(func() { _, computing = overlap.Map(context.Background(), newExecutor(), computes, make([]int, 400)) })
	both.Go(func() { _, waiting = overlap.Map(context.Background(), newExecutor(), waits, make([]int, 1_000)) })
	both.Wait()
	return errors.Join(computing, waiting)
}

// nested makes a job whose calls make jobs on the same executor, of calls that wait so long.
func nested(wait time.Duration) func(newExecutor func() overlap.Executor) error {
	return func(newExecutor func() overlap.Executor) error {
		executor := newExecutor()
		inner := overlap.Func(func(context.Context, int) (struct{}, error) { time.Sleep(wait); return struct{}{}, nil })
		outer := overlap.Func(func(ctx context.Context, _ int) (struct{}, error) {
			_, err := overlap.Map(ctx, executor, inner, make([]int, 100))
			return struct{}{}, err
		})
		_, err := overlap.Map(context.Background(), executor, outer, make([]int, 10))
		return err
	}
}

// timesOut makes a job of calls of which each fifth hangs when it is made first, and does not when it is made again.
func timesOut(newExecutor func() overlap.Executor) error {
	inputs := make([]int, 1_000)
	for i := range inputs {
		inputs[i] = i
	}
	again := make([]atomic.Bool, len(inputs))
	waits := overlap.Func(func(ctx context.Context, i int) (struct{}, error) {
		wait := 20 * ms
		if i%5 == 0 && !again[i].Swap(true) {
			wait = 200 * ms
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		return struct{}{}, ctx.Err()
	})
	_, err := overlap.Map(context.Background(), newExecutor(), waits, inputs, overlap.Timeout(50*ms), overlap.RetryPolicy{Extra: 3, Base: ms})
	return err
}

// neighbour is the variable by which this program knows that it is to take a core until it is killed.
const neighbour = "OVERLAP_BENCH_NEIGHBOUR"

func beNeighbour() {
	for {
		burn(time.Second)
	}
}

// besideNeighbour computes beside another program that takes a core.
func besideNeighbour() (func(context.Context, int) error, func(), error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	other := exec.Command(self)
	other.Env = append(os.Environ(), neighbour+"=1", "GOMAXPROCS=1")
	if err := other.Start(); err != nil {
		return nil, nil, err
	}
	stop := func() { _ = other.Process.Kill(); _ = other.Wait() }
	return func(context.Context, int) error { burn(5 * ms); return nil }, stop, nil
}
