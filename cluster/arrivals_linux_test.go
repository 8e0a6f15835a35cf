package cluster

import (
	"sync"
	"testing"
)

// arrivals is what a job has come to so far.
type arrivals struct {
	mu   sync.Mutex
	seen map[int]int    // results, by index
	by   map[string]int // by the machine that made them
}

func newArrivals() *arrivals { return &arrivals{seen: map[int]int{}, by: map[string]int{}} }

func (y *arrivals) add(index int, machine string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.seen[index]++
	y.by[machine]++
}

func (y *arrivals) of(machine string) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.by[machine]
}

// check checks that each input has one result.
func (y *arrivals) check(t *testing.T, calls int) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	for i := range calls {
		if y.seen[i] != 1 {
			t.Errorf("input %d has %d results", i, y.seen[i])
		}
	}
	if len(y.seen) != calls {
		t.Errorf("%d inputs have %d results", calls, len(y.seen))
	}
}
