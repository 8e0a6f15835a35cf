package main

import (
	"testing"
	"time"
)

func TestBusiestSecond(t *testing.T) {
	base := time.Unix(0, 0)
	var starts []time.Time
	for _, at := range []time.Duration{2 * time.Second, 0, 900 * time.Millisecond, time.Second, 1100 * time.Millisecond} {
		starts = append(starts, base.Add(at))
	}
	if got := busiestSecond(starts); got != 3 { // from 0.9 s on, before 1.9 s
		t.Errorf("busiest second has %d starts, want 3", got)
	}
	if first, last := earliestAndLatest(starts); !first.Equal(base) || last.Sub(base) != 2*time.Second {
		t.Errorf("from %v to %v", first, last)
	}
}
