//go:build linux

package process

import (
	"context"
	"testing"
	"time"

	"example.com/overlap"
)

// What a worker says in its hello is how many calls it makes at once.
func TestPerWorker(t *testing.T) {
	nothingLeft(t)
	check := func(name string, p *Pool, want int) {
		if err := p.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := p.PerWorker(); got != want {
			t.Errorf("%s: a worker makes %d calls at once, want %d", name, got, want)
		}
	}
	one, _ := fakes(t, 1, "start")
	check("a command's", one, 1)
	several, _ := fakes(t, 1, "parallel,start")
	check("a command's that makes several at once", several, 64)
	if one.Limit() != 1 || several.Limit() != 64 {
		t.Errorf("the limits are %d and %d, want 1 and 64", one.Limit(), several.Limit())
	}
	ours := New(1, Silent())
	defer ours.Close()
	check("of this program", ours, 0)
}

// A worker that makes 64 calls at once has as many while a Stream has others in hand for it.
func TestAStreamHasMoreInHandThanAWorkerMakesAtOnce(t *testing.T) {
	nothingLeft(t)
	p, _ := fakes(t, 1, "parallel,start")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	drawn := 0
	inputs := func(yield func(string) bool) {
		for yield("hang") {
			if drawn++; drawn == 100 {
				cancel()
				return
			}
		}
	}
	within(t, "a hundred inputs to be drawn", func() {
		for range overlap.Stream(ctx, p, fakeDo, inputs, overlap.Grace(time.Millisecond)) {
			continue
		}
	})
	if drawn < 100 {
		t.Errorf("%d inputs were drawn", drawn)
	}
}
