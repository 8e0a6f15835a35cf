package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// peakMemory is the most that a run over n lines had in memory, in bytes.
func peakMemory(t *testing.T, n int, args ...string) int64 {
	t.Helper()
	path, err := exec.LookPath("mine")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(deadline(t), path, args...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	cmd.Stdin = io.LimitReader(endless{}, int64(n*len(endlessLine)))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

var endlessLine = append(bytes.Repeat([]byte("x"), 999), '\n')

// endless is the same line again and again.
type endless struct{}

func (endless) Read(to []byte) (int, error) {
	n := 0
	for len(to)-n >= len(endlessLine) {
		n += copy(to[n:], endlessLine)
	}
	return n, nil
}

// Whatever the number of inputs, memory stays what it is. The many would take 50 MB by themselves, and with their
// results several times that.
func TestMemoryDoesNotGrowWithTheInputs(t *testing.T) {
	if testing.Short() {
		t.Skip("reads many inputs")
	}
	for _, more := range [][]string{nil, {"-k"}, {"--on", "sync"}} {
		args := append([]string{"run", "echo", "-o", os.DevNull}, more...)
		// On a busy machine, what may be in flight and in order grows for longer than 1,000 calls.
		few, many := peakMemory(t, 10_000, args...), peakMemory(t, 60_000, args...)
		if many > few+30<<20 {
			t.Errorf("%v: %d MB for 10,000 inputs, %d MB for 60,000", args, few>>20, many>>20)
		}
	}
}
