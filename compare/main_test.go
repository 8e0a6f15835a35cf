package compare

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"example.com/overlap"
)

// asChild is the argument that makes the test binary play a measuring process.
const asChild = "-measuring-process"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == asChild {
		if err := Child(resolve); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each process takes a second to end under the race detector
	Main()
	os.Exit(m.Run())
}

// resolve knows the executors that the tests use.
func resolve(strategy string, workers int) (overlap.Executor, func(), error) {
	switch strategy {
	case "sync":
		return overlap.Sync(), nil, nil
	case "pool":
		if workers == 0 {
			workers = 2
		}
		return overlap.Pool(workers), nil, nil
	case "async":
		return overlap.Async(), nil, nil
	}
	return nil, nil, fmt.Errorf("there is no strategy %q", strategy)
}

var errOdd = errors.New("odd")

// Tasks for measuring processes, one for each thing that can happen there.
var (
	_ = overlap.Define("wait", func(ctx context.Context, milliseconds int) (int, error) {
		select {
		case <-time.After(time.Duration(milliseconds) * time.Millisecond):
			return milliseconds, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
	_ = overlap.Define("square", func(_ context.Context, n int) (int, error) { return n * n, nil })
	_ = overlap.Define("print", func(_ context.Context, n int) (int, error) {
		_, err := fmt.Println("a task prints")
		return n, err
	})
	_ = overlap.Define("even", func(_ context.Context, n int) (int, error) {
		if n%2 == 1 {
			return 0, errOdd
		}
		return n, nil
	})
	_ = overlap.Define("exit", func(_ context.Context, n int) (int, error) {
		fmt.Fprintln(os.Stderr, "out of luck")
		os.Exit(n)
		return 0, nil
	})
	_ = overlap.Define("text", func(_ context.Context, s string) (string, error) { return s, nil })
	_ = overlap.Define("forever", func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
)
