//go:build unix

package target

import (
	"io"
	"net/http"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// The server neither hears the Ctrl-C that its parent's group gets, nor ends when the signals are sent to itself.
func TestServerOutlastsSignals(t *testing.T) {
	server, err := Start(t.Context(), argv(t, "server"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if err := server.cmd.Process.Signal(sent); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		response, err := http.Get(server.URL() + "/get")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

func TestServerIsNotInItsParentsGroup(t *testing.T) {
	server, err := Start(t.Context(), argv(t, "server"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	pid := server.cmd.Process.Pid
	if group, err := syscall.Getpgid(pid); err != nil || group != pid {
		t.Errorf("process %d is in group %d (%v)", pid, group, err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

// Ctrl-C on the group of a parent that does not handle it ends the parent, and thereby the server.
func TestServerEndsWithAnInterruptedParent(t *testing.T) {
	if signal.Ignored(syscall.SIGINT) {
		t.Skip("this process, and so its children, ignore Ctrl-C")
	}
	parent, _, at, _ := startParent(t)
	connection := hold(t, at)
	if err := syscall.Kill(-parent.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	awaitEnd(t, connection)
	if err := parent.Wait(); err == nil {
		t.Error("the parent was not interrupted")
	}
}
