package overlaptest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"example.com/overlap"
)

// The tasks that the suite uses wherever it needs no shared memory. Their inputs and outputs can cross to another
// process, which finds them by their names.
var (
	doubled = overlap.Define("overlaptest/double", func(_ context.Context, n int) (int, error) { return 2 * n, nil })
	quoted  = overlap.Define("overlaptest/quote", func(_ context.Context, s string) (string, error) {
		return fmt.Sprintf("%q", s), nil
	})
	swapped = overlap.Define("overlaptest/swap", func(_ context.Context, p Pair) (Pair, error) {
		return Pair{Left: p.Right, Right: p.Left}, nil
	})
	nothing = overlap.Define("overlaptest/nothing", func(context.Context, int) (*int, error) { return nil, nil })

	// waits lets others run meanwhile where that is possible, holds does not. Both stop when they are told to.
	waits = overlap.Define("overlaptest/wait", func(ctx context.Context, d time.Duration) (time.Duration, error) {
		return overlap.Await(ctx, func() (time.Duration, error) { return pause(ctx, d) })
	})
	holds = overlap.Define("overlaptest/hold", pause)
	// outlasts waits to be told to stop, and for so long after that; then it returns an error, or a value.
	outlastsWithError = overlap.Define("overlaptest/outlast-error", func(ctx context.Context,
		d time.Duration) (int, error) {
		outlast(ctx, d)
		return 0, errStopped
	})
	outlastsWithValue = overlap.Define("overlaptest/outlast-value", func(ctx context.Context,
		d time.Duration) (int, error) {
		outlast(ctx, d)
		return 42, nil
	})

	// Each seventh call, from 0, fails, panics or ends its goroutine; the others double.
	failsAtSevens  = overlap.Define("overlaptest/fail", doubleOr(func(n int) error { return sevenError{n} }))
	panicsAtSevens = overlap.Define("overlaptest/panic",
		doubleOr(func(n int) error { panic(fmt.Sprintf("%d is a seven", n)) }))
	goexitsAtSevens = overlap.Define("overlaptest/goexit", doubleOr(func(int) error { runtime.Goexit(); return nil }))
	// A task's own context errors, which nobody canceled.
	ownDeadline = overlap.Define("overlaptest/own-deadline",
		doubleOr(func(int) error { return context.DeadlineExceeded }))
	ownCancel = overlap.Define("overlaptest/own-cancel", doubleOr(func(int) error { return context.Canceled }))
	// failsAfter fails when its time is over.
	failsAfter = overlap.Define("overlaptest/fail-after", func(ctx context.Context, d time.Duration) (int, error) {
		_, err := overlap.Await(ctx, func() (time.Duration, error) { return pause(ctx, d) })
		if err == nil {
			err = errStopped
		}
		return 0, err
	})
	// Errors that look like none.
	looksEmpty = overlap.Define("overlaptest/empty-error", func(_ context.Context, n int) (int, error) {
		if n%2 == 0 {
			return n, (*typedNil)(nil)
		}
		return n, zeroError{}
	})
)

// Pair is an input and output with more than one part.
type Pair struct {
	Left, Right string
}

var errStopped = errors.New("was told to stop")

// pause takes so long, or until ctx ends.
func pause(ctx context.Context, d time.Duration) (time.Duration, error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return d, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func outlast(ctx context.Context, d time.Duration) {
	_, _ = overlap.Await(ctx, func() (bool, error) {
		<-ctx.Done()
		time.Sleep(d)
		return true, nil
	})
}

func doubleOr(seven func(int) error) func(context.Context, int) (int, error) {
	return func(_ context.Context, n int) (int, error) {
		if n%7 == 0 {
			if err := seven(n); err != nil {
				return 0, err
			}
		}
		return 2 * n, nil
	}
}

type sevenError struct{ n int }

func (e sevenError) Error() string { return fmt.Sprintf("%d is a seven", e.n) }

// typedNil is an error that is a nil pointer, whose Error method panics.
type typedNil struct{ message string }

func (e *typedNil) Error() string { return e.message }

type zeroError struct{}

func (zeroError) Error() string { return "" }
