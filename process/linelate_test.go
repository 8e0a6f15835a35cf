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

var fakeDoInTime = Remote[string, string]("fake/do-in-time", overlap.Timeout(30*time.Millisecond), overlap.Grace(0))

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
			within(t, "the calls", func() {
				g := overlap.NewGroup(context.Background(), p, overlap.KeepGoing())
				late := overlap.Submit(g, fakeDoInTime, "return late")
				var others []*overlap.Future[string]
				for range 2 {
					others = append(others, overlap.Submit(g, fakeDo, "nap"))
				}
				g.Wait()
				if out, err := late.Wait(context.Background()); out != "return late" || err != nil {
					t.Errorf("the call that was late: %q, %v", out, err)
				}
				for _, f := range others {
					if f.Outcome() != overlap.Succeeded {
						t.Errorf("a call after it %v: %v", f.Outcome(), f.Err())
					}
				}
			})
		})
	}
}
