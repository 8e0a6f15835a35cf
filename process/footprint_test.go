//go:build linux

package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/overlap/internal/procgroup"
)

// eventually waits until a fact holds that something outside this test's control brings about.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("did not come to hold within %v: %s", patience, what)
		}
		runtime.Gosched()
		unix.Poll(nil, 1)
	}
}

// within runs f, which must come back.
func within(t testing.TB, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		// A call that hangs cannot be cleaned up; elsewhere, so that no deferred Close waits for it.
		go panic(fmt.Sprintf("did not come back within %v: %s", patience, what))
		select {}
	}
}

// footprint is what this process holds on to.
type footprint struct{ files, mappings, goroutines int }

func footprintNow() footprint {
	files, _ := os.ReadDir("/proc/self/fd")
	maps, _ := os.ReadFile("/proc/self/maps")
	return footprint{len(files), strings.Count(string(maps), "memfd:overlap"), runtime.NumGoroutine()}
}

// nothingLeft measures now, and fails the test if there is more at its end, when its pools are closed: a child process,
// a file, memory shared with a worker or a goroutine.
func nothingLeft(t *testing.T) {
	t.Helper()
	procgroup.Start(&exec.Cmd{}) // whose thread is there for good, as is what the runtime polls with
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
	before := footprintNow()
	t.Cleanup(func() {
		if left := childrenOf(os.Getpid()); len(left) > 0 {
			t.Errorf("processes are left when all pools are closed: %s", describe(left))
		}
		if t.Failed() {
			return
		}
		eventually(t, fmt.Sprintf("no more than %+v is left", before), func() bool {
			now := footprintNow()
			return now.files <= before.files && now.mappings <= before.mappings && now.goroutines <= before.goroutines
		})
	})
}

// children are the processes that this one has started and not yet buried, without the guard of their groups.
func children() []int {
	return slices.DeleteFunc(childrenOf(os.Getpid()), func(pid int) bool {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return strings.HasPrefix(string(line), "overlap-guard")
	})
}

func childrenOf(parent int) []int {
	var pids []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, pid)
		}
	}
	return pids
}

func describe(pids []int) string {
	var b strings.Builder
	for _, pid := range pids {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		fmt.Fprintf(&b, "\n%d %q %s", pid, line, stat)
	}
	return b.String()
}

// gone reports whether a process has ended, buried or not.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
