package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"example.com/overlap"
)

// The tasks are defined here because a worker, which is this program started again, finds them by their names.
var (
	increment = overlap.Define("increment", addOne)
	// incrementAgain survives the death of its worker, also when it is the call that ran.
	incrementAgain = overlap.Define("increment again", addOne, overlap.Idempotent(),
		overlap.RetryPolicy{Extra: 1000, Base: time.Millisecond, Max: killEvery})
	size = overlap.Define("size", func(_ context.Context, block []byte) (int, error) { return len(block), nil })
	spin = overlap.Define("spin", func(_ context.Context, d time.Duration) (int, error) {
		for end := time.Now().Add(d); time.Now().Before(end); {
		}
		return 1, nil
	})
	meet = overlap.Define("meet", meetOther)
)

func addOne(_ context.Context, n int) (int, error) { return n + 1, nil }

// appointment is two files: the call makes one and waits for the other.
type appointment struct{ Mine, Other string }

// meetOther returns when the other call runs as well, in another process.
func meetOther(ctx context.Context, a appointment) (int, error) {
	if err := os.WriteFile(a.Mine, nil, 0o600); err != nil {
		return 0, err
	}
	for {
		if _, err := os.Stat(a.Other); !errors.Is(err, fs.ErrNotExist) {
			return 1, err
		}
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-time.After(200 * time.Microsecond):
		}
	}
}
