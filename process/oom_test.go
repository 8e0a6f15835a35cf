//go:build linux

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/overlap"
	"golang.org/x/sys/unix"
)

// TestAKillForWantOfMemoryIsSuspected has the kernel kill a worker that is in no cgroup of ours, so that all there is to go by
// is that it has killed something. It takes a cgroup v1 for memory that may be written.
func TestAKillForWantOfMemoryIsSuspected(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector's own memory is above any sensible limit")
	}
	dir := oldMemoryCgroup(t, 96<<20)
	if !alone(t, nil) { // so that no other test's worker is suspected
		return
	}
	p := New(1, Silent())
	defer p.Close()
	ready(t, p, 2)
	for _, pid := range p.PIDs() {
		if err := write(dir, "cgroup.procs", strconv.Itoa(pid)); err != nil {
			t.Fatal(err)
		}
	}
	for r := range overlap.Stream(context.Background(), p, hoard, slices.Values([]int{512 << 20})) {
		died, ok := errors.AsType[*DiedError](r.Err)
		if !ok || died.Class != ProbablyOutOfMemory || died.Signal != unix.SIGKILL {
			t.Errorf("a worker that the kernel killed: %v", r.Err)
		}
	}
	ready(t, p, 2) // those were started after it
	for r := range overlap.Stream(context.Background(), p, obey, slices.Values([]order{{Fault: "SIGKILL"}})) {
		if died, ok := errors.AsType[*DiedError](r.Err); !ok || died.Class != KilledOutside {
			t.Errorf("a worker that was killed later: %v", r.Err)
		}
	}
}

// oldMemoryCgroup makes a cgroup v1 that bounds memory.
func oldMemoryCgroup(t *testing.T, bytes int) string {
	t.Helper()
	memberships, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(memberships)) {
		if _, path, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":memory:"); ok {
			dir := filepath.Join("/sys/fs/cgroup/memory", path, fmt.Sprint("overlap-test-", os.Getpid()))
			if os.Mkdir(dir, 0o755) != nil || write(dir, "memory.limit_in_bytes", strconv.Itoa(bytes)) != nil {
				break
			}
			t.Cleanup(func() { eventually(t, "the cgroup is empty", func() bool { return unix.Rmdir(dir) == nil }) })
			return dir
		}
	}
	t.Skip("there is no cgroup v1 for memory that may be written")
	return ""
}
