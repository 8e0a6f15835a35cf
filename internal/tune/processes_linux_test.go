package tune

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// Two processes are seen that compute below one that waits for them, and what they have used does not get lost when all have
// ended.
func TestProcessesAreSeen(t *testing.T) {
	const computes = `i=0; while :; do i=$((i+1)); done`
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", `sh -c '`+computes+`' & sh -c 'echo; `+computes+`'; true`)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var p processes
	before := p.read()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	defer kill()
	if _, err := bufio.NewReader(out).ReadByte(); err != nil {
		t.Fatal(err)
	}
	var during Processes
	for during.Running < 2 || during.CPU < before.CPU+50*time.Millisecond {
		if ctx.Err() != nil {
			t.Fatal("the process that computes is not seen")
		}
		time.Sleep(time.Millisecond)
		during = p.read()
	}
	if !during.Known || during.Memory.Used <= before.Memory.Used || during.Threads != before.Threads+3 || during.Busy != 1 {
		t.Errorf("got %+v, and %+v before", during, before)
	}
	if len(during.Held) == 0 || during.Held[0] <= 0 {
		t.Errorf("what the processes hold is not seen: %d", during.Held)
	}
	kill()
	_ = cmd.Wait()
	after := p.read()
	if after.CPU < during.CPU {
		t.Errorf("CPU time went from %v back to %v when the processes ended", during.CPU, after.CPU)
	}
	for ; after.Ended.Count == before.Ended.Count; after = p.read() { // until those that it had started have died as well
		if ctx.Err() != nil {
			t.Fatal("the end of the process is not seen")
		}
		time.Sleep(time.Millisecond)
	}
	if after.Ended.Count != before.Ended.Count+1 || after.Ended.Sum <= before.Ended.Sum {
		t.Errorf("what one has held is not known once it has ended: %+v", after.Ended)
	}
}

const computeVariable = "TUNE_TEST_COMPUTE"

// This binary, started again, computes in one thread while its first one waits.
func init() {
	if os.Getenv(computeVariable) == "" {
		return
	}
	runtime.LockOSThread()
	go func() {
		for n := 0; ; n++ { // as calls that compute do
			runtime.KeepAlive(n)
		}
	}()
	_, _ = syscall.Read(0, make([]byte, 1))
	os.Exit(0)
}

// A process runs, in which one of several threads does, and does not any more when it has stopped.
func TestThreadsOfProcessesAreSeen(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), computeVariable+"=1")
	life, err := cmd.StdinPipe() // at whose end it ends
	if err != nil {
		t.Fatal(err)
	}
	defer life.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	var p processes
	until := func(what string, running int) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); p.read().Running != running; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("it is not seen that %s", what)
			}
		}
	}
	for range 3 {
		until("the process computes", 1)
	}
	_ = cmd.Process.Signal(syscall.SIGSTOP)
	for range 3 {
		until("the process has stopped", 0)
	}
	_ = cmd.Process.Signal(syscall.SIGCONT)
	until("the process goes on", 1)
}

func TestParseStat(t *testing.T) {
	const text = "42 (a) R 7 (b) S 17 18 18 0 -1 4194368 96 0 0 0 12 3 40 5 20 0 1 0 8284468 3133440 414 18446744073709551615 1"
	one, ok := parseStat([]byte(text))
	if !ok || one.state != 'S' || one.parent != 17 || one.flags&forkedNotExecuted == 0 ||
		one.used != 150*time.Millisecond || one.ended != 450*time.Millisecond || one.memory%414 != 0 || one.memory == 0 {
		t.Errorf("got %+v, %v", one, ok)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("1 (sh) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 5 6 7 8"))
	f.Add([]byte("1 (sh"))
	f.Fuzz(func(_ *testing.T, text []byte) { parseStat(text) })
}
