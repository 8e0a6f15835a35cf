//go:build linux

package process

import (
	"context"
	"strings"
	"testing"

	"example.com/overlap"
)

func init() {
	// In init, because the task calls itself.
	nest = overlap.Define("nest", func(ctx context.Context, levels int) (int, error) {
		if levels == 0 {
			return 1, nil
		}
		p := New(1, Silent())
		defer p.Close()
		out, err := overlap.Map(ctx, p, nest, []int{levels - 1, levels - 1})
		if err != nil {
			return 0, err
		}
		return out[0] + out[1], nil
	})
}

var nest *overlap.Task[int, int]

func TestPoolsNestTwiceAndThenSayNo(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	within(t, "nested pools", func() {
		if out, err := overlap.Map(context.Background(), p, nest, []int{1}); err != nil || out[0] != 2 {
			t.Errorf("two levels gave %v, %v", out, err)
		}
		if _, err := overlap.Map(context.Background(), p, nest, []int{2}); err == nil || !strings.Contains(err.Error(), "nested 2 deep") {
			t.Errorf("three levels ended with %v", err)
		}
	})
}

func TestThreadsThatEndKillNoWorker(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent(), RecycleAfter(1))
	defer p.Close()
	within(t, "threads and workers that come and go", func() {
		// Each call is a thread that ends with it, and each inner call has a worker started.
		_, err := overlap.Map(context.Background(), overlap.Threads(), overlap.Func(func(ctx context.Context, n int) (int, error) {
			out, err := overlap.Map(ctx, p, double, numbers(3))
			return len(out), err
		}), numbers(8))
		if err != nil {
			t.Error(err)
		}
	})
}
