package cluster

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inNamespaces runs the rest of a test in this binary, started again in namespaces of its own, which are gone with its processes
// and all that is in them. It returns true there, where the test may do what root may. Elsewhere it returns false after that,
// with the test failed or skipped as it was there.
func inNamespaces(t *testing.T, flags uintptr) bool {
	t.Helper()
	const within = "CLUSTER_TEST_WITHIN"
	if os.Getenv(within) == t.Name() {
		go func() { // ends with the process that started this one
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(1)
		}()
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v", "-test.timeout", "2m30s")
	cmd.Env = append(os.Environ(), within+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	life, hold, err := os.Pipe() // which ends when this process does
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	defer life.Close()
	cmd.Stdin, cmd.WaitDelay = life, 10*time.Second
	out, err := cmd.CombinedOutput()
	_, exited := errors.AsType[*exec.ExitError](err)
	switch said := strings.TrimSpace(string(out)); {
	case err != nil && !exited:
		t.Skipf("the kernel lets this process have no namespaces of its own: %v", err)
	case err != nil:
		t.Errorf("%v\n%s", err, said)
	case strings.Contains(said, "--- SKIP"):
		t.Skip(said)
	default:
		t.Log(said)
	}
	return false
}
