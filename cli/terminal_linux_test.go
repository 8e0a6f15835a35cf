package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal: what is written to the first is read from the second.
func terminal(t *testing.T) (tty, control *os.File) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no pseudo-terminals here:", err)
	}
	t.Cleanup(func() { _ = control.Close() })
	_ = control.SetReadDeadline(time.Now().Add(longest))
	if err := unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return tty, control
}

// onTerminal is what the command writes when both its outputs are a terminal.
func onTerminal(t *testing.T, args ...string) string {
	t.Helper()
	tty, control := terminal(t)
	seen := make(chan []byte)
	go func() {
		var b bytes.Buffer
		_, _ = io.Copy(&b, control) // ends with an error when nobody has the terminal open any more
		seen <- b.Bytes()
	}()
	Run(deadline(t), args, strings.NewReader(""), tty, tty, echo, square)
	_ = tty.Close()
	return string(<-seen)
}

func TestColourOnATerminal(t *testing.T) {
	const bold = "\x1b[1m"
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	if got := onTerminal(t, "mine", "tasks"); !strings.Contains(got, bold) {
		t.Errorf("no colour on a terminal: %q", got)
	}
	t.Setenv("NO_COLOR", "0")
	if got := onTerminal(t, "mine", "tasks"); strings.Contains(got, "\x1b") || !strings.Contains(got, "echo") {
		t.Errorf("with NO_COLOR: %q", got)
	}
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "dumb")
	if got := onTerminal(t, "mine", "tasks"); strings.Contains(got, "\x1b") || !strings.Contains(got, "echo") {
		t.Errorf("with TERM=dumb: %q", got)
	}
}

// On a terminal without inputs, run does not wait for somebody to type them.
func TestNoInputsOnATerminal(t *testing.T) {
	tty, _ := terminal(t)
	defer tty.Close()
	var stderr strings.Builder
	status := Run(deadline(t), []string{"mine", "run", "echo"}, tty, io.Discard, &stderr, echo)
	if status != exitUsage || !strings.Contains(stderr.String(), "there are no inputs for task echo: give them as arguments") {
		t.Errorf("status %d: %s", status, stderr.String())
	}
}

// The progress line is drawn while calls run, and gone at the end.
func TestProgressOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	tty, control := terminal(t)
	defer tty.Close()
	inputs, input := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- Run(deadline(t), []string{"mine", "run", "echo", "--from", "-"}, inputs, io.Discard, tty, echo)
	}()
	_, _ = io.WriteString(input, "one\ntwo\n")
	var seen strings.Builder
	buffer := make([]byte, 1024)
	for !strings.Contains(seen.String(), "2 of ≥ 2") {
		n, err := control.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(buffer[:n])
	}
	_ = input.Close()
	if status := <-ended; status != exitSucceeded {
		t.Errorf("status %d", status)
	}
	for !strings.Contains(seen.String(), "2 succeeded\r\n") {
		n, err := control.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(buffer[:n])
	}
	if !strings.Contains(seen.String(), eraseLine+"mine: 2 calls in ") {
		t.Errorf("the line was not erased before the summary: %q", seen.String())
	}
}
