package overlap_test

import (
	"context"
	"errors"
	"testing"

	"example.com/overlap"
)

// crowd is an executor with so many workers that the first have made calls before the last have started.
type crowd struct{}

func (crowd) Start(job *overlap.Job) error {
	for range 2000 {
		job.Go(func(w *overlap.Worker) {
			for c, ok := w.Next(); ok; c, ok = w.Next() {
				w.Run(c)
			}
		})
	}
	return nil
}

func (crowd) String() string { return "crowd" }

// How many calls a Map has is known before the first of them ends.
func TestAMapThatIsHaltedWhileItStartsKnowsItsTotal(t *testing.T) {
	fails := overlap.Func(func(context.Context, int) (int, error) { return 0, errors.New("failed") })
	for range 50 {
		_, err := overlap.Map(t.Context(), crowd{}, fails, make([]int, 10), overlap.HaltPolicy{On: overlap.OnFailure, Count: 3})
		if halted, ok := errors.AsType[*overlap.HaltError](err); !ok || halted.Total != 10 {
			t.Fatalf("got %#v of %v, want a total of 10", halted, err)
		}
	}
}
