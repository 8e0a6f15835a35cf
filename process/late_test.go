//go:build linux

package process

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// returnsLate returns when its worker is told to end, as its time is over.
var returnsLate = overlap.Define("returns late", func(context.Context, int) (int, error) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGQUIT)
	<-told
	return 1, nil
}, overlap.Timeout(30*time.Millisecond), overlap.Grace(0))

// A worker that is to be killed for a call that was late must not be given others, when that call ends just then.
func TestACallThatEndsJustBeforeItIsKilledHurtsNoOther(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	ready(t, p, 2)
	within(t, "the calls", func() {
		g := overlap.NewGroup(context.Background(), p, overlap.KeepGoing())
		late := overlap.Submit(g, returnsLate, 0)
		var others []*overlap.Future[time.Duration]
		for range 2 {
			others = append(others, overlap.Submit(g, naps, 2*dumpLimit))
		}
		g.Wait()
		if n, err := late.Wait(context.Background()); n != 1 || err != nil {
			t.Errorf("the call that was late: %d, %v", n, err)
		}
		for _, f := range others {
			if f.Outcome() != overlap.Succeeded {
				t.Errorf("a call after it %v: %v", f.Outcome(), f.Err())
			}
		}
	})
}
