//go:build linux

package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"example.com/overlap"
)

// gate is two named pipes by which a test meets a call that runs in a worker: the call says that it has started, and
// goes on when it is let go.
type gate string

func newGate(t *testing.T) gate {
	g := gate(t.TempDir())
	for _, name := range []string{"started", "go"} {
		if err := syscall.Mkfifo(filepath.Join(string(g), name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// pass is the call's side. It returns when it has been let go.
func (g gate) pass() error {
	if err := os.WriteFile(filepath.Join(string(g), "started"), []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		return err
	}
	_, err := os.ReadFile(filepath.Join(string(g), "go"))
	return err
}

// started waits until a call is at the gate and gives its process.
func (g gate) started(t *testing.T) (pid int) {
	t.Helper()
	within(t, "a call at the gate", func() {
		text, err := os.ReadFile(filepath.Join(string(g), "started"))
		if pid, _ = strconv.Atoi(string(text)); err != nil || pid == 0 {
			t.Errorf("the gate said %q, %v", text, err)
		}
	})
	return pid
}

// open lets the call at the gate go.
func (g gate) open(t *testing.T) {
	t.Helper()
	within(t, "the call at the gate goes on", func() { os.WriteFile(filepath.Join(string(g), "go"), nil, 0) })
}

// visit is a call that passes a gate, or does not if Gate is empty.
type visit struct {
	Number int
	Gate   string
	Heeds  bool // its context, while it waits
}

func visited(ctx context.Context, v visit) (int, error) {
	if v.Gate == "" {
		return 2 * v.Number, nil
	}
	passed := make(chan error, 1)
	go func() { passed <- gate(v.Gate).pass() }()
	if !v.Heeds {
		ctx = context.Background()
	}
	select {
	case err := <-passed:
		return 2 * v.Number, err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

var gated = overlap.Define("gated", visited)

// once reports true the first time it is asked in any process for the path.
func once(path string) bool {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return false
	}
	fmt.Fprint(f, os.Getpid())
	return f.Close() == nil
}

// pidsFrom reads n numbers of processes.
func pidsFrom(r io.Reader, n int) (pids []int, err error) {
	for range n {
		var pid int
		if _, err := fmt.Fscan(r, &pid); err != nil {
			return pids, err
		}
		pids = append(pids, pid)
	}
	return pids, nil
}
