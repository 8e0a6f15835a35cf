package main

import (
	"math"
	"testing"
)

// Where none or all are seen, the interval ends at 1 - 0.025^(1/n); the one between follows from its definition.
func TestInterval(t *testing.T) {
	for _, c := range []struct {
		some, all int
		low, high float64
	}{
		{0, 200, 0, 0.01827534}, {5, 200, 0.00817, 0.05737}, {200, 200, 0.98172466, 1},
	} {
		low, high := interval(c.some, c.all)
		if math.Abs(low-c.low) > 1e-4 || math.Abs(high-c.high) > 1e-4 {
			t.Errorf("%d of %d: %v..%v, want %v..%v", c.some, c.all, low, high, c.low, c.high)
		}
	}
}
