//go:build linux

package process

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/overlap"
)

// TestResultsThatHaveBeenWrittenOutliveTheirWorker kills an idle worker that has answered all its calls, while the parent
// has not read the answers yet and has more calls to send.
func TestResultsThatHaveBeenWrittenOutliveTheirWorker(t *testing.T) {
	nothingLeft(t)
	const calls, stalls = 2000, 300
	p := New(1, Silent())
	defer p.Close()
	log := filepath.Join(t.TempDir(), "log")
	os.WriteFile(log, nil, 0o600)
	loads := make([]freight, calls)
	for i := range loads {
		loads[i] = freight{Number: i, Stalls: i == stalls, Log: log}
	}
	stall.reached, stall.over = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stall.over)
		<-stall.reached
		c := leasedOf(p)
		eventually(t, "all calls in flight have ended", func() bool {
			return atomic.LoadUint64(&c.page.finished) == c.sent && atomic.LoadUint64(&c.page.unsent) == 0
		})
		syscall.Kill(c.cmd.Process.Pid, syscall.SIGKILL)
		<-c.exited
	}()
	lost := 0
	within(t, "a job with a worker that dies", func() {
		for r := range overlap.Stream(context.Background(), p, carry, slices.Values(loads), overlap.Window(calls)) {
			if r.Err != nil || r.Value.Number != r.Index {
				if lost++; lost == 1 {
					t.Errorf("call %d: %d, %v", r.Index, r.Value.Number, r.Err)
				}
			}
		}
	})
	if lost > 0 {
		t.Errorf("%d calls failed", lost)
	}
}
