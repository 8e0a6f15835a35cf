//go:build unix

package cli

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Requests that wait for their host are not under way, however many there are.
func TestInterruptCountsNoRequestsThatWait(t *testing.T) {
	needsSignals(t, syscall.SIGINT)
	arrived, release := make(chan struct{}, 10), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}))
	defer server.Close()
	var urls strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&urls, "%s/%d\n", server.URL, i)
	}
	path, err := exec.LookPath("overlap")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(deadline(t), path, "run", "fetch", "--per-host", "2", "--from", "-", "-o", os.DevNull)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(stdin, urls.String()); err != nil { // which lasts until nearly all are drawn
		t.Fatal(err)
	}
	<-arrived
	<-arrived
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(said)
	const want = "overlap: interrupted: no more inputs are drawn, and 2 calls under way are let end; Ctrl-C again cancels them\n"
	if line, err := lines.ReadString('\n'); line != want {
		t.Errorf("it says %q (%v), want %q", line, err, want)
	}
	close(release)
	_, _ = io.Copy(io.Discard, lines)
	_ = cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != exitInterrupted {
		t.Errorf("it ends with status %d", status)
	}
}
