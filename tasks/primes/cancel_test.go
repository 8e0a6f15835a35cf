package primes

import (
	"context"
	"errors"
	"testing"
)

var errEnough = errors.New("enough")

// countdown cancels its context when it is looked at for the last of a number of times.
type countdown struct {
	context.Context
	cancel context.CancelCauseFunc
	looks  int
}

func newCountdown(t *testing.T, looks int) *countdown {
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	return &countdown{ctx, cancel, looks}
}

func (c *countdown) Err() error {
	if c.looks--; c.looks == 0 {
		c.cancel(errEnough)
	}
	return c.Context.Err()
}

func TestCancelStopsBetweenSegments(t *testing.T) {
	const segments = 3
	for _, test := range []struct {
		name  string
		list  bool
		looks int
	}{
		{"before the first segment", true, 1},
		{"while sieving", true, segments},
		{"while listing", true, segments + 1},
		{"before the last of the list", true, 2 * segments},
		{"before counting", false, 1},
		{"while counting", false, segments},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := newCountdown(t, test.looks)
			found, err := upTo(ctx, segments*segmentNumbers, test.list)
			if err != errEnough || found.Count != 0 || found.List != nil {
				t.Errorf("got %d primes, %v; want none, and the cause of the cancel", found.Count, err)
			}
			if ctx.looks < -1 { // context.Cause may look once
				t.Errorf("went on for %d looks at a context that was done", -ctx.looks)
			}
		})
	}
}

func TestDoneContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, n := range []int64{2, 1_000, MaxListed, MaxListed + 1, Max} {
		if _, err := UpTo(ctx, n); !errors.Is(err, context.Canceled) {
			t.Errorf("UpTo(%d) with a context that is done: got %v, want context.Canceled", n, err)
		}
	}
}
