package overlap_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"example.com/overlap"
)

// hasty is an executor whose Start returns when nothing is left to do: a slow one of any kind may be so late.
type hasty struct{}

func (hasty) Start(job *overlap.Job) error {
	job.Go(func(w *overlap.Worker) {
		for c, ok := w.Next(); ok; c, ok = w.Next() {
			w.Run(c)
		}
	})
	synctest.Wait()
	return nil
}

func (hasty) String() string { return "hasty" }

// How many calls a Map has is known before the first of them ends, whatever the executor does.
func TestAMapThatIsHaltedBeforeItsExecutorHasStartedKnowsItsTotal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := overlap.Func(func(context.Context, int) (int, error) { return 0, errors.New("failed") })
		_, err := overlap.Map(t.Context(), hasty{}, fails, make([]int, 10),
			overlap.HaltPolicy{On: overlap.OnFailure, Count: 3})
		halted, ok := errors.AsType[*overlap.HaltError](err)
		if !ok || halted.Total != 10 || halted.Ended != 3 {
			t.Errorf("got %#v of %v, want 3 of 10", halted, err)
		}
	})
}
