package cluster

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/overlaptest"
	"example.com/overlap/process"
)

// joinVariable has this binary, started again, be a worker.
const joinVariable = "CLUSTER_TEST_JOIN"

// others are what this binary is instead of tests and a worker, if it was started with a variable: given its value, until it
// is over.
var others = map[string]func(value string) error{}

// beWorker is a worker process, until SIGTERM.
func beWorker(join string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	pool := process.New(2, process.Silent())
	defer pool.Close()
	err := Work(ctx, join, pool, 2)
	for tries := 0; err != nil && ctx.Err() == nil && tries < 100; tries++ { // an engine may be about to come back
		time.Sleep(100 * time.Millisecond)
		err = Work(ctx, join, pool, 2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each worker process takes a second to end under the race detector
	process.Main()
	for variable, be := range others {
		if value := os.Getenv(variable); value != "" {
			if err := be(value); err != nil {
				fmt.Fprintln(os.Stderr, variable, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	if join := os.Getenv(joinVariable); join != "" {
		beWorker(join)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// withWorker starts a worker in this process, whose calls run on an executor, until the test ends.
func withWorker(t *testing.T, x *Executor, on overlap.Executor, slots int, options ...Option) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Work(ctx, x.Join(), on, slots, options...) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the worker: %v", err)
		}
	})
	if err := x.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Every behaviour meets what the last one left, in one engine and one worker.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some 20 s")
	}
	pool := process.New(2, process.Silent())
	t.Cleanup(func() { pool.Close() })
	if err := pool.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	x := embedded(t)
	withWorker(t, x, pool, 2)
	overlaptest.TestExecutor(t, func() overlap.Executor { return x },
		overlaptest.Capabilities{Limit: 2, OtherProcess: true, RealTime: true})
}
