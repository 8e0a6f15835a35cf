package overlap

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Under Sync a call has ended when Submit returns, also when several goroutines submit.
func TestSubmitUnderSyncReturnsWhenItsCallHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGroup(t.Context(), Sync())
		slow := Func(func(_ context.Context, n int) (int, error) { time.Sleep(time.Second); return n, nil })
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				if f := Submit(g, slow, i); f.Outcome() != Succeeded {
					t.Errorf("call %d is %v when Submit returns", i, f.Outcome())
				}
			})
		}
		all.Wait()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
}
