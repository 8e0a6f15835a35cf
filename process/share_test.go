//go:build linux

package process

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/overlap"
)

var naps = overlap.Define("naps", func(ctx context.Context, d time.Duration) (time.Duration, error) {
	time.Sleep(d)
	return d, nil
})

// A worker that has been sent many calls, as those before them were tiny, must leave most of them to the others when they turn
// out to take a while, though none of them is slow by itself.
func TestCallsThatTurnOutToTakeAWhileAreShared(t *testing.T) {
	p := New(2, Silent())
	defer p.Close()
	ready(t, p, 3)
	in := slices.Concat(make([]time.Duration, 20_000), slices.Repeat([]time.Duration{4 * time.Millisecond}, 200))
	var mu sync.Mutex
	made := map[int]int{}
	note := overlap.Observe(func(worker int, events []overlap.Event) {
		mu.Lock()
		defer mu.Unlock()
		for _, e := range events {
			if e.Kind == overlap.EventFinished && e.Index >= 20_000 {
				made[worker]++
			}
		}
	})
	out, err := overlap.Map(context.Background(), p, naps, in, note)
	if err != nil || !slices.Equal(out, in) {
		t.Fatal(err)
	}
	for worker, n := range made {
		if n < 60 || n > 140 {
			t.Errorf("worker %d made %d of the 200 calls that take a while: %v", worker, n, made)
		}
	}
}
