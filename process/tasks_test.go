package process

import (
	"context"
	"os"
	"testing"

	"example.com/overlap"
)

var (
	double = overlap.Define("double", func(_ context.Context, n int) (int, error) { return 2 * n, nil })
	again  = overlap.Define("again", func(_ context.Context, n int) (int, error) { return 2 * n, nil }, overlap.Idempotent())
	whoAmI = overlap.Define("who am i", func(context.Context, int) (int, error) { return os.Getpid(), nil })
)

func numbers(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// mustDouble makes n quick calls on the pool, which all must succeed.
func mustDouble(t testing.TB, p *Pool, n int) {
	t.Helper()
	out, err := overlap.Map(context.Background(), p, double, numbers(n))
	if err != nil {
		t.Fatalf("%d quick calls: %v", n, err)
	}
	for i, v := range out {
		if v != 2*i {
			t.Fatalf("double(%d) gave %d", i, v)
		}
	}
}
