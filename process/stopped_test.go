//go:build linux

package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// stopAll stops the pool's workers, and waits until they have stopped: one of their threads has to be given a core for that, and until
// then the others go on, and may begin a call.
func stopAll(t *testing.T, p *Pool) []int {
	t.Helper()
	pids := p.PIDs()
	for _, pid := range pids {
		syscall.Kill(pid, syscall.SIGSTOP)
	}
	eventually(t, "the workers are stopped", func() bool {
		return !slices.ContainsFunc(pids, func(pid int) bool { return !isStopped(pid) })
	})
	return pids
}

// isStopped reports whether no thread of a process runs any more.
func isStopped(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, thread := range threads {
		stat, _ := os.ReadFile(thread)
		if _, after, found := bytes.Cut(stat, []byte(") ")); found && after[0] != 'T' {
			return false
		}
	}
	return true
}

// written is how many bytes this process has written, to anything.
func written(t *testing.T) (n int64) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/io")
	_, after, _ := strings.Cut(string(text), "wchar:")
	if _, e := fmt.Sscan(after, &n); err != nil || e != nil {
		t.Fatalf("no count of the bytes written: %q, %v", text, err)
	}
	return n
}

// TestAWorkerKilledWhileItIsSentALargeInput kills workers that have stopped reading, so that the input is on its way.
func TestAWorkerKilledWhileItIsSentALargeInput(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	size := 100 << 20
	if raceDetector {
		size = 20 << 20
	}
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	ready(t, p, 2)
	pids := stopAll(t, p)
	before := written(t)
	group := overlap.NewGroup(context.Background(), p)
	in := bytes.Repeat([]byte("overlap!"), size/8)
	call := overlap.Submit(group, echoBytes, in)
	var others []*overlap.Future[int]
	for i := range 100 {
		others = append(others, overlap.Submit(group, double, i))
	}
	eventually(t, "the input is on its way", func() bool { return written(t) > before+100_000 })
	for _, pid := range pids {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	within(t, "the calls", func() {
		if err := group.Wait(); err != nil { // none had begun, so all run elsewhere
			t.Error(err)
		}
	})
	if out, err := call.Wait(context.Background()); !bytes.Equal(in, out) || call.Outcome() != overlap.Succeeded {
		t.Errorf("%d bytes came back as %d, %v, %v", size, len(out), call.Outcome(), err)
	}
	for i, other := range others {
		if v, err := other.Wait(context.Background()); v != 2*i || err != nil {
			t.Errorf("call %d gave %d, %v", i, v, err)
		}
	}
	mustDouble(t, p, 100)
}

func TestAWorkerStoppedInACallIsKilledForItsTimeout(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	ready(t, p, 3)
	g := newGate(t)
	visits := make([]visit, 300)
	for i := range visits {
		visits[i].Number = i
	}
	visits[150].Gate = string(g)
	stopped := make(chan int, 1)
	go func() {
		pid := g.started(t)
		syscall.Kill(pid, syscall.SIGSTOP)
		stopped <- pid
	}()
	ended := make([]int, len(visits))
	within(t, "a job with a worker that is stopped", func() {
		for r := range overlap.Stream(context.Background(), p, gated, slices.Values(visits), overlap.Window(len(visits)),
			overlap.Timeout(200*time.Millisecond), overlap.Grace(20*time.Millisecond)) {
			ended[r.Index]++
			if r.Index != 150 {
				if r.Err != nil || r.Value != 2*r.Index {
					t.Errorf("call %d: %d, %v", r.Index, r.Value, r.Err)
				}
				continue
			}
			died, ok := errors.AsType[*DiedError](r.Err)
			if pid := <-stopped; r.Outcome != overlap.TimedOut || !ok || died.Class != OverTime || died.PID != pid || died.Signal != syscall.SIGKILL {
				t.Errorf("the call in the stopped worker %d ended as %v: %v", pid, r.Outcome, r.Err)
			}
		}
	})
	if i := slices.IndexFunc(ended, func(n int) bool { return n != 1 }); i >= 0 {
		t.Errorf("call %d ended %d times", i, ended[i])
	}
	mustDouble(t, p, 300)
	ready(t, p, 3)
}

// TestWorkersStoppedWhileIdle has calls be sent to workers that do not even read them.
func TestWorkersStoppedWhileIdle(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	ready(t, p, 3)
	stopped := stopAll(t, p)
	ended := 0
	within(t, "calls for stopped workers", func() {
		for r := range overlap.Stream(context.Background(), p, double, slices.Values(numbers(300)), overlap.Timeout(200*time.Millisecond), overlap.Grace(0)) {
			if ended++; r.Err != nil || r.Value != 2*r.Index || r.Attempts != 1 { // it had not begun, and ran elsewhere
				t.Errorf("call %d: %d, %v in %d attempts, %v", r.Index, r.Value, r.Outcome, r.Attempts, r.Err)
			}
		}
	})
	if ended != 300 {
		t.Errorf("%d calls ended", ended)
	}
	for _, pid := range stopped {
		syscall.Kill(pid, syscall.SIGCONT)
	}
	mustDouble(t, p, 300)
}
