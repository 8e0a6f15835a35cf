package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"example.com/overlap"
	"example.com/overlap/cluster"
	"example.com/overlap/process"
	"example.com/overlap/tasks/fetch"
	"example.com/overlap/tasks/primes"
)

var (
	increment = overlap.Define("increment", func(_ context.Context, n int) (int, error) { return n + 1, nil })
	wait      = overlap.Define("wait", func(_ context.Context, d time.Duration) (int, error) {
		time.Sleep(d)
		return 1, nil
	})
)

// job does so many calls on an executor, checks the answers and returns how long the calls took.
type job func(ctx context.Context, on overlap.Executor, calls int) (time.Duration, error)

// onWhat makes what a worker makes its calls on, and ends it.
type onWhat func() (overlap.Executor, func() error)

func goroutine() (overlap.Executor, func() error) {
	return overlap.Pool(1), func() error { return nil }
}

func oneProcess() (overlap.Executor, func() error) {
	pool := process.New(1)
	return pool, pool.Close
}

// ours has a job done by an engine in this process and some workers, each of which makes one call at a time and comes by a
// connection of its own.
func ours(workers int, on onWhat, do job) func(context.Context, int) (time.Duration, error) {
	return func(ctx context.Context, calls int) (took time.Duration, err error) {
		x, err := cluster.Embedded()
		if err != nil {
			return 0, err
		}
		defer x.Close()
		working, leave := context.WithCancel(ctx)
		gone := make(chan error, workers)
		for range workers {
			go func() {
				executor, end := on()
				gone <- errors.Join(cluster.Work(working, x.Join(), executor, 1), end())
			}()
		}
		defer func() {
			leave()
			for range workers {
				err = errors.Join(err, <-gone)
			}
		}()
		for len(x.Workers()) < workers {
			time.Sleep(time.Millisecond)
		}
		if err := x.Ready(ctx); err != nil {
			return 0, err
		}
		return do(ctx, x, calls)
	}
}

// processes has a job done by worker processes without an engine.
func processes(workers int, do job) func(context.Context, int) (time.Duration, error) {
	return func(ctx context.Context, calls int) (time.Duration, error) {
		pool := process.New(workers)
		took, err := do(ctx, pool, calls)
		return took, errors.Join(err, pool.Close())
	}
}

func incrementAll(ctx context.Context, on overlap.Executor, calls int) (time.Duration, error) {
	numbers := make([]int, calls)
	for i := range numbers {
		numbers[i] = i
	}
	if _, err := overlap.Map(ctx, on, increment, numbers[:min(calls, 10_000)]); err != nil { // unmeasured
		return 0, err
	}
	start := time.Now()
	out, err := overlap.Map(ctx, on, increment, numbers)
	took := time.Since(start)
	for i, n := range out {
		if err == nil && n != i+1 {
			err = fmt.Errorf("result %d is %d", i, n)
		}
	}
	return took, err
}

func incrementStream(options ...overlap.Option) job {
	return func(ctx context.Context, on overlap.Executor, calls int) (time.Duration, error) {
		numbers := func(yield func(int) bool) {
			for n := 0; n < calls && yield(n); n++ {
			}
		}
		if _, err := overlap.Map(ctx, on, increment, make([]int, 10_000)); err != nil { // unmeasured
			return 0, err
		}
		start := time.Now()
		for r := range overlap.Stream(ctx, on, increment, numbers, options...) {
			switch {
			case r.Err != nil:
				return 0, r.Err
			case r.Value != r.Input+1:
				return 0, fmt.Errorf("the result of %d is %d", r.Input, r.Value)
			}
		}
		return time.Since(start), nil
	}
}

func incrementOneByOne(ctx context.Context, on overlap.Executor, calls int) (time.Duration, error) {
	group := overlap.NewGroup(ctx, on)
	once := func(i int) error {
		n, err := overlap.Submit(group, increment, i).Wait(ctx)
		if err == nil && n != i+1 {
			err = fmt.Errorf("result %d is %d", i, n)
		}
		return err
	}
	for i := range 100 { // unmeasured
		if err := once(i); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	for i := range calls {
		if err := once(i); err != nil {
			return 0, err
		}
	}
	took := time.Since(start)
	return took, group.Wait()
}

func waits(ctx context.Context, on overlap.Executor, calls int) (time.Duration, error) {
	inputs := make([]time.Duration, calls)
	for i := range inputs {
		inputs[i] = 160 * time.Millisecond
	}
	start := time.Now()
	_, err := overlap.Map(ctx, on, wait, inputs)
	return time.Since(start), err
}

// requests makes requests of a server in this process, which answers after 160 ms.
func requests(ctx context.Context, on overlap.Executor, calls int) (time.Duration, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(160 * time.Millisecond)
		_, _ = io.WriteString(w, "hello\n") // who has hung up needs no answer
	})}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	inputs := make([]fetch.Request, calls)
	for i := range inputs {
		inputs[i] = fetch.Request{URL: fmt.Sprintf("http://%s/%d", listener.Addr(), i)}
	}
	start := time.Now()
	_, err = overlap.Map(ctx, on, fetch.Task, inputs)
	return time.Since(start), err
}

func sieves(ctx context.Context, on overlap.Executor, calls int) (time.Duration, error) {
	inputs := make([]int64, calls)
	for i := range inputs {
		inputs[i] = 1000 + int64(i)
	}
	start := time.Now()
	lists, err := overlap.Map(ctx, on, primes.Task, inputs)
	took := time.Since(start)
	count := 0
	for _, found := range lists {
		count += len(found.List)
	}
	if err == nil && calls == 15_000 && count != 15_730_622 {
		err = fmt.Errorf("%d primes in all", count)
	}
	return took, err
}

// firstResult starts the command, and is the time to the first line of its results.
func firstResult(ctx context.Context, _ int) (time.Duration, error) {
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	child := exec.CommandContext(ctx, program, asOverlap, "run", increment.Name(), "--quiet", "--on", "cluster",
		"-j", strconv.Itoa(2), "1..100")
	child.Stderr = os.Stderr
	results, err := child.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := child.Start(); err != nil {
		return 0, err
	}
	_, err = bufio.NewReader(results).ReadString('\n')
	took := time.Since(start)
	_, _ = io.Copy(io.Discard, results)
	return took, errors.Join(err, child.Wait())
}
