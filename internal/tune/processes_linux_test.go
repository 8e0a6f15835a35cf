package tune

import (
	"bufio"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// A process is seen that computes below one that waits for it, and what it has used does not get lost when both have
// ended.
func TestProcessesAreSeen(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `sh -c 'echo; i=0; while :; do i=$((i+1)); done'; true`)
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
	for during.Running == 0 || during.CPU < before.CPU+50*time.Millisecond {
		if t.Context().Err() != nil {
			t.Fatal("the process that computes is not seen")
		}
		time.Sleep(time.Millisecond)
		during = p.read()
	}
	if !during.Known || during.Memory.Used <= before.Memory.Used {
		t.Errorf("got %+v, and %+v before", during, before)
	}
	kill()
	_ = cmd.Wait()
	if after := p.read(); after.CPU < during.CPU {
		t.Errorf("CPU time went from %v back to %v when the processes ended", during.CPU, after.CPU)
	}
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
