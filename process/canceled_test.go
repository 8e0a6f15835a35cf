package process

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/overlap"
)

// Workers make none of the calls that have been canceled while they waited for one.
func TestCallsThatWereCanceledBeforeAreNotSent(t *testing.T) {
	p, made := fakes(t, 1, "")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	g := overlap.NewGroup(ctx, p, overlap.Grace(0))
	first := overlap.Submit(g, fakeDo, "hang")
	for made()["hang"] == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 100 {
		f := overlap.Submit(g, fakeDo, "canceled")
		if !f.Cancel() {
			t.Fatal("it has ended already")
		}
	}
	last := overlap.Submit(g, fakeDo, "last")
	first.Cancel()
	if _, err := last.Wait(ctx); err != nil {
		t.Error(err)
	}
	if err := g.Wait(); err != nil || !errors.Is(first.Err(), overlap.ErrFutureCanceled) {
		t.Errorf("got %v; the first ended with %v", err, first.Err())
	}
	if n := made()["canceled"]; n > 0 {
		t.Errorf("%d canceled calls were made", n)
	}
}
