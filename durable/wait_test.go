//go:build unix

package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// gone is the number of no process: it is higher than systems give.
const gone = 1<<31 - 2

// heldFor is what opening a partial file comes to, and after how long, that somebody else has locked for so long. It names
// the process pid.
func heldFor(t *testing.T, pid int, until time.Duration) (after time.Duration, err error) {
	path := filepath.Join(t.TempDir(), "results.part")
	since := time.Now().UTC().Format(holderTime)
	if err := os.WriteFile(path, fmt.Appendf(nil, holderForm, pid, since), 0o666); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		other, opening := os.Open(path)
		if opening != nil || lock(other) {
			t.Fatal("not locked", opening)
		}
		go func() {
			time.Sleep(until)
			other.Close()
		}()
		begun := time.Now()
		file, failed := openPartial("results", path, false)
		after = time.Since(begun)
		if failed == nil {
			file.Close()
		}
		time.Sleep(until)
		err = failed
	})
	return after, err
}

// A process that it had begun to start has the lock of a killed run until it is another program.
func TestALockOfAKilledRunIsWaitedFor(t *testing.T) {
	if after, err := heldFor(t, gone, 200*time.Millisecond); err != nil || after > 300*time.Millisecond {
		t.Errorf("after %v: %v", after, err)
	}
	after, err := heldFor(t, gone, time.Minute)
	if held, ok := errors.AsType[*HeldError](err); !ok || held.PID != gone || after > 2*time.Second {
		t.Errorf("after %v: %v", after, err)
	}
	// To be killed takes a moment, too.
	if after, err := heldFor(t, os.Getpid(), 20*time.Millisecond); err != nil {
		t.Errorf("after %v: %v", after, err)
	}
	if after, err := heldFor(t, os.Getpid(), time.Minute); err == nil || after > 200*time.Millisecond {
		t.Errorf("of a process that runs: after %v: %v", after, err)
	}
}
