//go:build linux

package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

var _ = func() bool { // before the fake worker's init, which does not return
	fakeMisdeeds["leave a child"] = func() {
		cmd := exec.Command("sleep", "1000")
		cmd.Stdout, cmd.SysProcAttr = os.Stdout, &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			os.Exit(8)
		}
		fmt.Fprintln(os.Stderr, "child", cmd.Process.Pid)
		os.Exit(3)
	}
	return true
}()

func TestWorkersThatSkipForEver(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	few, many := 20, 50
	if raceDetector { // each call that is skipped for ever takes workers that start slowly
		few, many = 5, 10
	}
	for _, caps := range []string{"parallel", "start,batch"} {
		for _, how := range []string{"skip", "skip unbegun"} {
			t.Run(caps+" "+how, func(t *testing.T) {
				nothingLeft(t)
				p := Command([]string{"/proc/self/exe"}, 2, Silent(), Environment(fakeVariable+"="+caps))
				defer p.Close()
				within(t, "a Stream", func() {
					in := slices.Repeat([]string{how, "fine"}, few)
					for r := range overlap.Stream(t.Context(), p, fakeDo, slices.Values(in)) {
						if r.Input == "fine" {
							if r.Value != "fine" {
								t.Errorf("a call beside those that are skipped ended with %v", r.Err)
							}
						} else if r.Outcome != overlap.Failed || !strings.Contains(r.Err.Error(), "skipped") {
							t.Errorf("a call that is skipped for ever ended as %v with %v", r.Outcome, r.Err)
						}
					}
					_, err := overlap.Map(t.Context(), p, fakeDo, slices.Repeat([]string{how}, many), overlap.KeepGoing())
					if e, ok := errors.AsType[*overlap.JobError](err); !ok || len(e.Failed) != many {
						t.Errorf("a Map of which all calls are skipped ended with %v", err)
					}
				})
				if n := p.Info().Started; n > 60 {
					t.Errorf("%d workers were started", n)
				}
			})
		}
	}
}

func TestTimeoutOfACallThatIsNeverBegun(t *testing.T) {
	nothingLeft(t)
	p := Command([]string{"/proc/self/exe"}, 1, Silent(), Environment(fakeVariable+"=start"))
	defer p.Close()
	within(t, "a Map with a timeout", func() {
		_, err := overlap.Map(t.Context(), p, fakeDo, []string{"never begun"}, overlap.Timeout(20*time.Millisecond), overlap.Grace(0))
		if e, ok := errors.AsType[*overlap.CallError](err); !ok || e.Outcome != overlap.TimedOut {
			t.Errorf("got %v", err)
		}
	})
}

// The child is in a session of its own, so that it outlives its worker, and holds what the worker wrote its answers to.
func TestADeathIsNoticedWhileAChildHoldsTheOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for _, caps := range []string{"", "start"} {
		t.Run(caps, func(t *testing.T) {
			nothingLeft(t)
			var mu sync.Mutex
			var left []int
			note := func(_ string, line []byte) {
				if pid, ok := strings.CutPrefix(string(line), "child "); ok {
					n, _ := strconv.Atoi(pid)
					mu.Lock()
					left = append(left, n)
					mu.Unlock()
				}
			}
			p := Command([]string{"/proc/self/exe"}, 2, Printed(note), Environment(fakeVariable+"="+caps))
			for range 10 {
				within(t, "a Map whose worker leaves a child", func() {
					_, err := overlap.Map(t.Context(), p, fakeDo, []string{"leave a child", "fine", "fine"}, overlap.KeepGoing())
					if e, ok := errors.AsType[*DiedError](err); !ok || e.ExitCode != 3 || e.Class != Exited {
						t.Errorf("got %v", err)
					}
				})
			}
			within(t, "Close", func() { p.Close() })
			mu.Lock()
			defer mu.Unlock()
			for _, pid := range left {
				syscall.Kill(pid, syscall.SIGKILL)
				eventually(t, fmt.Sprint("child ", pid, " has gone"), func() bool { return gone(pid) })
			}
		})
	}
}

func TestABatchOfTheWrongLengthIsRefused(t *testing.T) {
	p, _ := fakes(t, 1, "batch")
	failed := stream(t, p, fakeDoAgain, numbersAnd(5000, "wrong batch"), overlap.Window(1000))
	if len(failed) > 0 { // made again alone, the call is no batch
		t.Errorf("failed: %v", failed)
	}
	eventually(t, "the worker, the spare, and one for the worker that was killed have been started", func() bool {
		return p.Info().Started >= 3
	})
}
