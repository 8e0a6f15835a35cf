//go:build linux

package process

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// freight is an input and a result. The result of the call that Stalls does not decode in the parent until it is let, and
// the next call in the same worker has a result of Size bytes.
type freight struct {
	Number int
	Stalls bool
	Size   int
	Log    string // of the calls that were made, a line each
	Load   []byte
}

var stall struct{ reached, over chan struct{} } // of the test that runs

func (f freight) MarshalBinary() ([]byte, error) {
	label, err := json.Marshal(freight{f.Number, f.Stalls, f.Size, f.Log, nil})
	return append(append(label, '\n'), f.Load...), err
}

func (f *freight) UnmarshalBinary(b []byte) error {
	label, load, _ := bytes.Cut(b, []byte("\n"))
	if err := json.Unmarshal(label, f); err != nil {
		return err
	}
	f.Load = bytes.Clone(load)
	if f.Stalls && depth() == 0 {
		os.WriteFile(f.Log+".reached", nil, 0o600)
		close(stall.reached)
		<-stall.over
	}
	return nil
}

var next freight // in a worker: a call that stalled has been made, and the next one is large

func carried(_ context.Context, f freight) (freight, error) {
	log, err := os.OpenFile(f.Log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return f, err
	}
	defer log.Close()
	if f.Load = nil; next.Stalls {
		for reached := false; !reached; time.Sleep(time.Millisecond) { // so that the two results do not come in one piece
			_, err := os.Stat(f.Log + ".reached")
			reached = err == nil
		}
		f.Load = bytes.Repeat([]byte{1}, f.Size)
		fmt.Fprintf(log, "large %d\n", f.Number)
	}
	next = f
	_, err = fmt.Fprintf(log, "made %d;", f.Number)
	return f, err
}

var (
	carry      = overlap.Define("carry", carried)
	carryAgain = overlap.Define("carry again", carried, overlap.Idempotent())
)

// TestAResultIsLostWithItsWorker kills a worker when a call has ended and its result is larger than the pipe, of which
// nobody reads the rest yet.
func TestAResultIsLostWithItsWorker(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	largest := 100 << 20
	if raceDetector {
		largest = 10 << 20
	}
	for _, c := range []struct {
		name string
		task *overlap.Task[freight, freight]
		size int
		lost bool
		made int
	}{
		{"4 MB", carry, 4 << 20, true, 1},
		{"largest", carry, largest, true, 1},
		{"4 MB, idempotent", carryAgain, 4 << 20, false, 2},
		{"largest, idempotent", carryAgain, largest, false, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			nothingLeft(t)
			p := New(1, Silent())
			defer p.Close()
			for try := 0; ; try++ {
				if lostOne(t, p, c.task, c.size, c.lost, c.made) {
					break
				}
				if try == 50 {
					t.Fatal("there never was a call in flight behind the one that stalled")
				}
			}
			mustDouble(t, p, 300)
		})
	}
}

// lostOne reports false if the worker had no call behind the one that stalled.
func lostOne(t *testing.T, p *Pool, task *overlap.Task[freight, freight], size int, lost bool, made int) bool {
	t.Helper()
	const calls, stalls = 200, 100
	log := filepath.Join(t.TempDir(), "log")
	os.WriteFile(log, nil, 0o600)
	loads := make([]freight, calls)
	for i := range loads {
		loads[i] = freight{Number: i, Stalls: i == stalls, Size: size, Log: log}
	}
	stall.reached, stall.over = make(chan struct{}), make(chan struct{})
	killed := make(chan bool, 1)
	go func() {
		defer close(stall.over)
		<-stall.reached // and the lease waits for this goroutine
		c := leasedOf(p)
		if c.sent == c.answered {
			killed <- false
			return
		}
		eventually(t, "the next call has ended", func() bool { return atomic.LoadUint64(&c.page.finished) > c.answered })
		syscall.Kill(c.cmd.Process.Pid, syscall.SIGKILL)
		<-c.exited
		killed <- true
	}()
	var failed []overlap.Result[freight, freight]
	ended := make([]int, calls)
	within(t, "a job with a worker that dies", func() {
		for r := range overlap.Stream(context.Background(), p, task, slices.Values(loads), overlap.Window(calls)) {
			if r.Index < 0 {
				t.Errorf("the job ended with %v", r.Err)
				return
			}
			ended[r.Index]++
			switch {
			case r.Err != nil:
				failed = append(failed, r)
			case r.Value.Number != r.Index || r.Attempts != 1:
				t.Errorf("call %d gave %d in %d attempts", r.Index, r.Value.Number, r.Attempts)
			}
		}
	})
	if i := slices.IndexFunc(ended, func(n int) bool { return n != 1 }); i >= 0 {
		t.Errorf("call %d ended %d times", i, ended[i])
	}
	if !<-killed {
		return false
	}
	text, _ := os.ReadFile(log)
	_, large, _ := strings.Cut(string(text), "large ")
	large, _, _ = strings.Cut(large, "\n")
	if n := strings.Count(string(text), "made "+large+";"); n != made {
		t.Errorf("call %s was made %d times, want %d", large, n, made)
	}
	if len(failed) > 0 != lost {
		t.Errorf("%d calls failed, the first with %v", len(failed), append(failed, overlap.Result[freight, freight]{})[0].Err)
	}
	for _, r := range failed {
		died, ok := errors.AsType[*DiedError](r.Err)
		if !errors.Is(r.Err, ErrResultLost) || r.Outcome != overlap.WorkerDied || fmt.Sprint(r.Index) != large || r.Attempts != 1 || !ok || died.Class != KilledOutside {
			t.Errorf("call %d ended as %v in %d attempts: %v, want call %s to have lost its result", r.Index, r.Outcome, r.Attempts, r.Err, large)
		}
	}
	return true
}

// leasedOf is the only worker that is at work.
func leasedOf(p *Pool) *child {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.leased {
		return c
	}
	return nil
}
