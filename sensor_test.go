package overlap_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// A program's tests run jobs on Auto in a time bubble, and others outside of it.
func TestAutoInABubbleAndOutside(t *testing.T) {
	waits := overlap.Func(func(context.Context, int) (int, error) { time.Sleep(time.Millisecond); return 0, nil })
	run := func(t *testing.T) {
		if _, err := overlap.Map(t.Context(), overlap.Auto(), waits, make([]int, 100)); err != nil {
			t.Error(err)
		}
	}
	synctest.Test(t, run)
	run(t)
	synctest.Test(t, run)
}
