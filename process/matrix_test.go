//go:build linux

package process

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// faulty is a way to misbehave and what must become of the call that does.
type faulty struct {
	fault   string
	outcome overlap.Outcome
	class   Class // "" if the worker lives on
	code    int   // exit code, −1 if a signal ended it
	signal  syscall.Signal
	says    string // in the error, or in what a dead worker printed
	limit   bool   // with a timeout
}

var matrix = []faulty{
	{fault: "panic", outcome: overlap.Panicked, says: "oh dear"},
	{fault: "nil", outcome: overlap.Panicked, says: "nil pointer dereference"},
	{fault: "goexit", outcome: overlap.Failed, says: "runtime.Goexit"},
	{fault: "exit 0", outcome: overlap.WorkerDied, class: Exited, code: 0},
	{fault: "exit 3", outcome: overlap.WorkerDied, class: Exited, code: 3},
	{fault: "log.Fatal", outcome: overlap.WorkerDied, class: Exited, code: 1, says: "this is the end"},
	{fault: "panic elsewhere", outcome: overlap.WorkerDied, class: PanickedElsewhere, code: 2, says: "panic: oh dear, elsewhere"},
	{fault: "panic elsewhere among many", outcome: overlap.WorkerDied, class: PanickedElsewhere, code: 2, says: "panic: oh dear, elsewhere"},
	{fault: "nil elsewhere", outcome: overlap.WorkerDied, class: PanickedElsewhere, code: 2, says: "nil pointer dereference"},
	{fault: "stack overflow", outcome: overlap.WorkerDied, class: Crashed, code: 2, says: "stack overflow"},
	{fault: "fatal error", outcome: overlap.WorkerDied, class: Crashed, code: 2, says: "unlock of unlocked mutex"},
	{fault: "concurrent map write", outcome: overlap.WorkerDied, class: Crashed, code: 2, says: "concurrent map writes"},
	{fault: "SIGKILL", outcome: overlap.WorkerDied, class: KilledOutside, code: -1, signal: syscall.SIGKILL},
	{fault: "SIGTERM", outcome: overlap.WorkerDied, class: KilledOutside, code: -1, signal: syscall.SIGTERM},
	{fault: "SIGSEGV", outcome: overlap.WorkerDied, class: Crashed, code: 2, says: "SIGSEGV"},
	{fault: "SIGABRT", outcome: overlap.WorkerDied, class: Crashed, code: 2, says: "SIGABRT"},
	{fault: "SIGSTOP", outcome: overlap.TimedOut, class: OverTime, code: -1, signal: syscall.SIGKILL, limit: true},
	{fault: "tight loop", outcome: overlap.TimedOut, class: OverTime, code: 2, says: "goroutine ", limit: true},
	{fault: "blocked system call", outcome: overlap.TimedOut, class: OverTime, code: 2, says: "syscall", limit: true},
	{fault: "deaf", outcome: overlap.TimedOut, class: OverTime, code: -1, signal: syscall.SIGKILL, limit: true},
	{fault: "greets again", outcome: overlap.WorkerDied, class: KilledHere, code: -1, signal: syscall.SIGKILL},
	{fault: "prints 10 MB", outcome: overlap.Succeeded},
	{fault: "prints without end of line", outcome: overlap.Succeeded},
	{fault: "prints frames", outcome: overlap.Succeeded},
	{fault: "reads standard input", outcome: overlap.Succeeded},
}

func TestAFaultHurtsItsOwnCallOnly(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	for _, f := range matrix {
		t.Run(f.fault, func(t *testing.T) {
			for _, at := range []int{0, 150, 299} { // the first call, one among many in flight, and the last
				f.befalls(t, p, 300, at)
			}
			mustDouble(t, p, 300)
		})
	}
}

// befalls makes quick calls, of which one misbehaves, and checks what becomes of each.
func (f faulty) befalls(t *testing.T, p *Pool, calls, at int) {
	t.Helper()
	orders := make([]order, calls)
	for i := range orders {
		orders[i] = order{Number: i}
	}
	orders[at].Fault = f.fault
	options := []overlap.Option{overlap.Window(calls)}
	if f.limit {
		options = append(options, overlap.Timeout(60*time.Millisecond), overlap.Grace(20*time.Millisecond))
	}
	ended := make([]int, calls)
	within(t, "a job with a faulty call", func() {
		for r := range overlap.Stream(context.Background(), p, obey, slices.Values(orders), options...) {
			if r.Index < 0 {
				t.Errorf("the job ended with %v", r.Err)
				return
			}
			ended[r.Index]++
			if r.Index == at && f.outcome != overlap.Succeeded {
				f.check(t, r)
			} else if r.Err != nil || r.Value != 2*r.Index || r.Outcome != overlap.Succeeded || r.Attempts != 1 {
				t.Errorf("call %d, a sound one beside %d: %d, %v in %d attempts, %v", r.Index, at, r.Value, r.Outcome, r.Attempts, r.Err)
			}
		}
	})
	if i := slices.IndexFunc(ended, func(n int) bool { return n != 1 }); i >= 0 {
		t.Errorf("call %d ended %d times", i, ended[i])
	}
}

// check is for the call that misbehaved.
func (f faulty) check(t *testing.T, r overlap.Result[order, int]) {
	t.Helper()
	if r.Outcome != f.outcome || r.Attempts != 1 {
		t.Errorf("call %d: %v after %d attempts, want %v: %v", r.Index, r.Outcome, r.Attempts, f.outcome, r.Err)
		return
	}
	if call, ok := errors.AsType[*overlap.CallError](r.Err); !ok || call.Index != r.Index || call.Task != "obey" {
		t.Errorf("the error does not name its call: %v", r.Err)
	}
	died, ok := errors.AsType[*DiedError](r.Err)
	if ok != (f.class != "") {
		t.Errorf("call %d: worker died: %v, want class %q: %v", r.Index, ok, f.class, r.Err)
	}
	if !ok {
		if !strings.Contains(r.Err.Error(), f.says) {
			t.Errorf("the error is %q, want %q in it", r.Err, f.says)
		}
		return
	}
	if died.Class != f.class || died.ExitCode != f.code || died.Signal != f.signal || died.PID == 0 || !died.Started {
		t.Errorf("call %d: %+v, want class %q, exit code %d, signal %d", r.Index, died, f.class, f.code, f.signal)
	}
	if !strings.Contains(died.Printed, f.says) {
		t.Errorf("call %d: the worker printed %.3000q, want %q in it", r.Index, died.Printed, f.says)
	}
	if strings.HasPrefix(f.says, "panic: ") && !strings.Contains(died.Error(), f.says) {
		t.Errorf("the error %q does not say %q", died, f.says)
	}
}
