//go:build !nocluster

package cli

import (
	"context"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/cluster"
)

// A job's calls are under way on the workers that have its task, whoever else is there.
func TestWorkersOfAnotherTaskAreNotCounted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	x, err := cluster.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	ended := make(chan error, 2)
	for _, task := range []overlap.AnyTask{square, echo} {
		go func() { ended <- cluster.Work(ctx, x.Join(), overlap.Pool(1), 1, cluster.Tasks(task)) }()
	}
	for len(x.Workers()) < 2 {
		if ctx.Err() != nil {
			t.Fatal("the workers have not come")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if _, err := overlap.Map(ctx, x, square, []int{1}); err != nil {
		t.Fatal(err)
	}
	if workers, underWay, queued := elsewhere(workingPlace{x, func() {}})(); workers != 1 || underWay != 0 || queued != 0 {
		t.Errorf("%d workers, %d calls under way and %d queued, want 1, 0 and 0", workers, underWay, queued)
	}
	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
