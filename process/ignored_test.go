//go:build linux

package process

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/overlap"
)

// A call that does not heed a cancel ends with its worker when its Grace has passed, however it was canceled.
func TestACanceledCallThatDoesNotEndIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for _, fault := range []string{"tight loop", "blocked system call", "deaf", "SIGSTOP"} {
		t.Run(fault, func(t *testing.T) {
			nothingLeft(t)
			p := New(2, Silent())
			defer p.Close()
			bad := order{Fault: fault}
			within(t, "a Map whose context ends", func() {
				ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
				defer cancel()
				_, err := overlap.Map(ctx, p, obey, []order{bad}, overlap.Grace(50*time.Millisecond))
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a Map whose context ended: %v", err)
				}
			})
			within(t, "a future that is canceled", func() {
				g := overlap.NewGroup(context.Background(), p, overlap.KeepGoing(), overlap.Grace(50*time.Millisecond))
				f := overlap.Submit(g, obey, bad)
				eventually(t, "the call runs", f.Running)
				f.Cancel()
				_, err := f.Wait(context.Background())
				died, ok := errors.AsType[*DiedError](err)
				if f.Outcome() != overlap.Canceled || !ok || died.Reason == "" {
					t.Errorf("a future that was canceled: %v, %v", f.Outcome(), err)
				}
				_ = g.Wait()
			})
			mustDouble(t, p, 300)
		})
	}
}

func TestACanceledCallHasItsGrace(t *testing.T) {
	p := New(1, Silent())
	defer p.Close()
	if err := p.Ready(t.Context()); err != nil { // else the call would not begin before the cancel
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	out, err := overlap.Map(ctx, p, naps, []time.Duration{300 * time.Millisecond}, overlap.Grace(time.Minute))
	if err != nil || out[0] != 300*time.Millisecond {
		t.Errorf("a call that came back: %v, %v", out, err)
	}
}
