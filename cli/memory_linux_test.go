package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// peakMemory is the most that a run over n lines had in memory, in bytes.
func peakMemory(t *testing.T, n int, program string, args ...string) int64 {
	t.Helper()
	path, err := exec.LookPath(program)
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
		few, many := peakMemory(t, 10_000, "mine", args...), peakMemory(t, 60_000, "mine", args...)
		if many > few+30<<20 {
			t.Errorf("%v: %d MB for 10,000 inputs, %d MB for 60,000", args, few>>20, many>>20)
		}
	}
}

// Whatever commands print, memory stays what it is: FILE of -o has one line for all of it.
func TestMemoryDoesNotGrowWithTheOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("writes large files")
	}
	peak := func(size string) int64 {
		return peakMemory(t, 0, "overlap", "exec", "-j", "2", "-o", filepath.Join(t.TempDir(), "out.jsonl"), "sh", "-c",
			`yes 'some "text"' | head -c "$0"; yes | head -c "$0" | tr y '\377' >&2`, size, ":::", "1", "2", "3")
	}
	few, many := peak("100000"), peak("40000000")
	if many > few+64<<20 {
		t.Errorf("%d MB for outputs of 100 kB, %d MB for 40 MB", few>>20, many>>20)
	}
}
