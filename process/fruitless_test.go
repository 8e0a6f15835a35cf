//go:build linux

package process

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"example.com/overlap"
)

// TestAnInputThatNoWorkerHasRoomForFailsItsCall is for workers that die of an input while they read it, before its call
// begins. They would for ever, as a call that has not begun runs elsewhere.
func TestAnInputThatNoWorkerHasRoomForFailsItsCall(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector's own memory is above any sensible limit")
	}
	if testing.Short() {
		t.Skip("sends 300 MB to one worker after another")
	}
	nothingLeft(t)
	p := New(2, Silent(), MemoryLimit(128<<20))
	defer p.Close()
	const calls, at = 40, 20
	in := make([][]byte, calls)
	for i := range in {
		in[i] = []byte("overlap")
	}
	in[at] = make([]byte, 300<<20)
	ended := make([]int, calls)
	within(t, "a job with an input that is too large", func() {
		for r := range overlap.Stream(context.Background(), p, echoBytes, slices.Values(in), overlap.Window(calls)) {
			ended[r.Index]++
			died, ok := errors.AsType[*DiedError](r.Err)
			switch {
			case r.Index != at && (r.Err != nil || !bytes.Equal(r.Value, in[r.Index]) || r.Attempts != 1):
				t.Errorf("call %d: %q, %v in %d attempts", r.Index, r.Value, r.Err, r.Attempts)
			case r.Index == at && (r.Outcome != overlap.WorkerDied || !ok || died.Class != OutOfMemory || died.Started || r.Attempts != 1):
				t.Errorf("the call with the large input ended as %v in %d attempts: %v", r.Outcome, r.Attempts, r.Err)
			}
		}
	})
	if i := slices.IndexFunc(ended, func(n int) bool { return n != 1 }); i >= 0 {
		t.Errorf("call %d ended %d times", i, ended[i])
	}
	if n := p.Info().Started; n > 3+2*mostFruitless {
		t.Errorf("%d workers were started", n)
	}
	mustDouble(t, p, 300)
}

const deafVariable = "PROCESS_TEST_DEAF"

// turnDeaf has a worker get ready and then read no call, as long as there is a file: it puts a pipe of its own, on which
// nothing comes, in the place of the one for its calls, which it keeps open elsewhere.
var turnDeaf = overlap.Define("turn deaf", func(context.Context, struct{}) (struct{}, error) {
	if _, err := os.Stat(os.Getenv(deafVariable)); err != nil {
		return struct{}{}, nil
	}
	var silent [2]int
	if err := syscall.Pipe(silent[:]); err != nil {
		return struct{}{}, err
	}
	if _, err := syscall.Dup(fileRequests); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, syscall.Dup3(silent[0], fileRequests, 0)
})

func TestACallThatNoWorkerLivesToBeginFails(t *testing.T) {
	nothingLeft(t)
	deaf := filepath.Join(t.TempDir(), "deaf")
	os.WriteFile(deaf, nil, 0o600)
	p := New(1, Silent(), Initializer(turnDeaf), Environment(deafVariable+"="+deaf))
	defer p.Close()
	ended := make(chan overlap.Result[int, int], 1)
	go func() {
		for r := range overlap.Stream(context.Background(), p, double, slices.Values([]int{0})) {
			ended <- r
		}
	}()
	killed := map[int]bool{}
	var r overlap.Result[int, int]
	eventually(t, "the call ends", func() bool {
		if p.Info().Busy > 0 { // the call has been sent to one of them, or is about to
			for _, pid := range p.PIDs() {
				if syscall.Kill(pid, syscall.SIGKILL) == nil {
					killed[pid] = true
				}
			}
		}
		select {
		case r = <-ended:
			return true
		default:
			return false
		}
	})
	died, ok := errors.AsType[*DiedError](r.Err)
	if r.Outcome != overlap.WorkerDied || !ok || died.Class != KilledOutside || !killed[died.PID] || r.Attempts != 1 {
		t.Errorf("the call ended as %v in %d attempts: %v", r.Outcome, r.Attempts, r.Err)
	}
	if n := len(killed); n < mostFruitless {
		t.Errorf("the call failed after %d deaths, want %d", n, mostFruitless)
	}
	os.Remove(deaf)
	ready(t, p, 2)
	old := p.PIDs() // among which the last deaf ones are
	for _, pid := range old {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	eventually(t, "the deaf workers are replaced", func() bool {
		now := p.PIDs()
		return len(now) == 2 && !slices.ContainsFunc(now, func(pid int) bool { return slices.Contains(old, pid) })
	})
	mustDouble(t, p, 300)
}
