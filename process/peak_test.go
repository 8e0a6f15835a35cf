//go:build linux

package process

import (
	"context"
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"

	"example.com/overlap"
)

var hoardAndExit = overlap.Define("hoard and exit", func(ctx context.Context, bytes int) (int, error) {
	b := make([]byte, bytes)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	os.Exit(int(2 + b[0]))
	return 0, nil
})

func TestAWorkersPeakIsNotItsParents(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	if !alone(t, nil) { // for no other test's memory to count
		return
	}
	p := New(1, Silent())
	defer p.Close()
	peak := func(bytes int) int64 {
		for r := range overlap.Stream(context.Background(), p, hoardAndExit, slices.Values([]int{bytes})) {
			if died, ok := errors.AsType[*DiedError](r.Err); ok && died.ExitCode == 3 {
				return died.Peak
			}
			t.Errorf("the call ended with %v", r.Err)
		}
		return 0
	}
	if got := peak(200 << 20); got < 200<<20 {
		t.Errorf("a worker that used 200 MB had a peak of %d MB", got>>20)
	}
	hold := make([]byte, 300<<20)
	for i := 0; i < len(hold); i += 4096 {
		hold[i] = 1
	}
	old := p.PIDs() // as large as this process was when they were started
	for _, pid := range old {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	eventually(t, "the workers are replaced", func() bool {
		return p.Info().Workers == 2 && !slices.ContainsFunc(p.PIDs(), func(pid int) bool { return slices.Contains(old, pid) })
	})
	if got := peak(4096); got > 200<<20 {
		t.Errorf("a worker that used nothing had a peak of %d MB", got>>20)
	}
	hold[0]++
}
