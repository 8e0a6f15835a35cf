//go:build linux

package process

import (
	"context"
	"testing"

	"example.com/overlap"
)

// A worker knows a task by the number in which it was told of it, so none may be counted that it is not told of.
func TestATaskIsToldThoughItsFirstCallWasCanceled(t *testing.T) {
	p := New(1, Silent())
	defer p.Close()
	ready(t, p, 2)
	within(t, "calls after a canceled one", func() {
		g := overlap.NewGroup(context.Background(), p)
		overlap.Submit(g, again, 1).Cancel()
		if n, err := overlap.Submit(g, double, 2).Wait(context.Background()); n != 4 || err != nil {
			t.Errorf("the call after it: %v, %v", n, err)
		}
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
		out, err := overlap.Map(context.Background(), p, again, []int{1, 2, 3})
		if err != nil || out[2] != 6 {
			t.Errorf("its task's other calls: %v, %v", out, err)
		}
		if n := p.Info().Started; n > 2 {
			t.Errorf("%d workers were started though none had to die", n)
		}
	})
}
