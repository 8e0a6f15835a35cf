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

var fakeDoInTime = Remote[string, string]("fake/do-in-time", overlap.Timeout(100*time.Millisecond), overlap.Grace(0))

var _ = func() bool { // before the fake worker's init, which does not return
	fakeMisdeeds["return late"] = func() { // when it is told to say where it is, as its time is over
		told := make(chan os.Signal, 1)
		signal.Notify(told, syscall.SIGQUIT)
		<-told
	}
	fakeMisdeeds["nap"] = func() { time.Sleep(2 * dumpLimit) }
	return true
}()

// A command's worker that is to be killed for a call that was late must not be given others, when that call ends just then.
func TestACommandsCallThatEndsJustBeforeItIsKilledHurtsNoOther(t *testing.T) {
	for _, caps := range []string{"", "start"} {
		t.Run(caps, func(t *testing.T) {
			nothingLeft(t)
			p := Command([]string{"/proc/self/exe"}, 1, Silent(), Environment(fakeVariable+"="+caps))
			defer p.Close()
			within(t, "a late call that ends before its worker is killed", func() {
				for !endsJustBeforeItIsKilled(t, p) {
				}
			})
		})
	}
}

// endsJustBeforeItIsKilled has a pool of one worker make a call that is late, and others. It reports whether the first has ended before
// its worker was killed, which it does unless the machine is busy.
func endsJustBeforeItIsKilled(t *testing.T, p *Pool) bool {
	g := overlap.NewGroup(context.Background(), p, overlap.KeepGoing())
	late := overlap.Submit(g, fakeDoInTime, "return late")
	var others []*overlap.Future[string]
	for range 2 {
		others = append(others, overlap.Submit(g, fakeDo, "nap"))
	}
	g.Wait()
	for _, f := range others {
		if f.Outcome() != overlap.Succeeded {
			t.Errorf("a call after it %v: %v", f.Outcome(), f.Err())
		}
	}
	return late.Outcome() == overlap.Succeeded
}
