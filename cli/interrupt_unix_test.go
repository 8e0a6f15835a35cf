//go:build unix

package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// gated is a run of the program mine whose calls wait for the test.
type gated struct {
	t      *testing.T
	cmd    *exec.Cmd
	calls  net.Listener
	stderr *bufio.Reader
	stdout *bufio.Reader
	dir    string

	closeStdout func() error
}

// longest is how long a program of a test may take, and what a test waits for.
const longest = time.Minute

// deadline ends what would keep a test from ending.
func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	t.Cleanup(cancel)
	return ctx
}

// needsSignals skips a test where signals are ignored, as under nohup or trap ”.
func needsSignals(t *testing.T, all ...os.Signal) {
	t.Helper()
	for _, s := range all {
		if signal.Ignored(s) {
			t.Skip("this process, and so its children, ignore", s)
		}
	}
}

// startGated runs a task of calls that come to the test through the gate, on inputs without end.
func startGated(t *testing.T, args ...string) *gated {
	t.Helper()
	path, err := exec.LookPath("mine")
	if err != nil {
		t.Fatal(err)
	}
	g := &gated{t: t, cmd: exec.CommandContext(deadline(t), path, args...), dir: t.TempDir()}
	socket, err := os.MkdirTemp("", "gate") // t.TempDir may be longer than a socket's path can be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(socket) })
	if g.calls, err = net.Listen("unix", filepath.Join(socket, "s")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.calls.Close() })
	_ = g.calls.(*net.UnixListener).SetDeadline(time.Now().Add(longest))
	g.cmd.Dir = g.dir
	g.cmd.Env = append(os.Environ(), "GATE="+g.calls.Addr().String(), "GORACE=atexit_sleep_ms=0")
	stdin, err := g.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := g.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := g.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	g.closeStdout = stdout.Close
	g.stdout, g.stderr = bufio.NewReader(stdout), bufio.NewReader(stderr)
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.cmd.Process.Kill() })
	t.Cleanup(func() { _ = stdin.Close() })
	go func() {
		for {
			if _, err := io.WriteString(stdin, "input\n"); err != nil {
				return // the program has ended
			}
		}
	}()
	return g
}

// call waits until a call runs. Closing what it returns ends the call.
func (g *gated) call() net.Conn {
	g.t.Helper()
	c, err := g.calls.Accept()
	if err != nil {
		g.t.Fatal(err)
	}
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil { // what is not read would reset the connection
		g.t.Fatal(err)
	}
	return c
}

// signal sends one that is not taken for the one before.
func (g *gated) signal(s os.Signal) {
	g.t.Helper()
	needsSignals(g.t, s)
	time.Sleep(together + 50*time.Millisecond)
	if err := g.cmd.Process.Signal(s); err != nil {
		g.t.Fatal(err)
	}
}

// says waits for a line on standard error.
func (g *gated) says(want string) {
	g.t.Helper()
	line, err := g.stderr.ReadString('\n')
	if err != nil || !strings.Contains(line, want) {
		g.t.Fatalf("it says %q (%v), want %q", line, err, want)
	}
}

// ends waits for the end of the program, and returns what it had still to say on standard output and error.
func (g *gated) ends(status int) (stdout, stderr string) {
	g.t.Helper()
	out, outErr := io.ReadAll(g.stdout)
	said, saidErr := io.ReadAll(g.stderr)
	_ = g.cmd.Wait()
	if got := g.cmd.ProcessState.ExitCode(); got != status || outErr != nil || saidErr != nil {
		g.t.Fatalf("it ends with status %d, want %d (%v, %v); it said at last: %s", got, status, outErr, saidErr, said)
	}
	return string(out), string(said)
}

func wantLines(t *testing.T, text string, count int, each string) {
	t.Helper()
	if got := strings.Count(text, "\n"); got != count || strings.Count(text, each) != count || text != "" && !strings.HasSuffix(text, "\n") {
		t.Errorf("want %d lines, each with %s:\n%s", count, each, text)
	}
}

func TestFirstInterruptDrains(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		for _, on := range []string{"pool", "async", "threads"} {
			t.Run(on+" "+s.String(), func(t *testing.T) {
				needsSignals(t, s)
				g := startGated(t, "run", "gate", "--on", on, "-j", "2")
				one, two := g.call(), g.call()
				g.signal(s)
				g.says("interrupted: no more inputs are drawn, and 2 calls under way are let end; Ctrl-C again cancels them")
				_, _ = one.Close(), two.Close()
				stdout, stderr := g.ends(exitInterrupted)
				wantLines(t, stdout, 2, `"outcome":"succeeded"`)
				if !strings.Contains(stderr, "interrupted after 2 calls") {
					t.Errorf("the summary is %q", stderr)
				}
			})
		}
	}
}

// Standard input from which nothing comes must not hold up the end.
func TestInterruptWhileInputsAreAwaited(t *testing.T) {
	path, err := exec.LookPath("mine")
	if err != nil {
		t.Fatal(err)
	}
	needsSignals(t, os.Interrupt)
	cmd := exec.CommandContext(deadline(t), path, "run", "echo", "-o", "out.jsonl")
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(stdin, strings.Repeat("x", 1<<20)+"\nhalf a line") // more than a pipe holds, so it is being read
	_ = cmd.Process.Signal(os.Interrupt)
	said, _ := io.ReadAll(stderr)
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted || !strings.Contains(string(said), "interrupted") {
		t.Errorf("status %d, want %d: %s", got, exitInterrupted, said)
	}
	results, err := os.ReadFile(filepath.Join(cmd.Dir, "out.jsonl"))
	if err != nil && !os.IsNotExist(err) || strings.Contains(string(results), "half") {
		t.Errorf("half a line was taken for an input: %s, %v", results, err)
	}
}

func TestSecondInterruptCancels(t *testing.T) {
	g := startGated(t, "run", "gate", "-j", "2", "-o", "out.jsonl")
	g.saysWhere()
	one, two := g.call(), g.call()
	defer two.Close()
	_ = one.Close()
	three := g.call()
	defer three.Close()
	g.signal(os.Interrupt)
	g.says("interrupted")
	g.signal(os.Interrupt)
	g.says("canceling 2 calls; Ctrl-C again ends the command without waiting for them")
	stdout, stderr := g.ends(exitInterrupted)
	wantLines(t, stdout, 0, "x")
	if !strings.Contains(stderr, "1 succeeded, 2 canceled") {
		t.Errorf("the summary is %q", stderr)
	}
	g.kept(1)
}

// A call that does not listen keeps nobody from leaving; what had ended before is kept.
func TestThirdInterruptEndsTheCommand(t *testing.T) {
	g := startGated(t, "run", "deaf", "-j", "2", "-o", "out.jsonl")
	g.saysWhere()
	one, two := g.call(), g.call()
	defer two.Close()
	_ = one.Close()
	three := g.call() // so the first call's result has been taken
	defer three.Close()
	for _, says := range []string{"interrupted", "canceling 2 calls"} {
		g.signal(os.Interrupt)
		g.says(says)
	}
	g.signal(os.Interrupt)
	g.ends(exitInterrupted)
	g.kept(1)
}

const partialFile = "out.jsonl.part"

// saysWhere waits for the message that says where the results are.
func (g *gated) saysWhere() {
	g.t.Helper()
	g.says("the results are in " + partialFile + " until the job is over")
}

// kept checks that so many results are in the partial file, and that there is nothing else.
func (g *gated) kept(results int) {
	g.t.Helper()
	text, err := os.ReadFile(filepath.Join(g.dir, partialFile))
	if err != nil {
		g.t.Fatal(err)
	}
	_, lines, _ := strings.Cut(string(text), `"durable":`) // what says of which job they are
	_, lines, _ = strings.Cut(lines, "\n")
	wantLines(g.t, lines, results, `"outcome":"succeeded"`)
	entries, err := os.ReadDir(g.dir)
	if err != nil || len(entries) != 1 {
		g.t.Errorf("want %s alone: %v, %v", partialFile, entries, err)
	}
}

// "| head -1" ends the job, without a word.
func TestClosedStandardOutputEndsTheJob(t *testing.T) {
	g := startGated(t, "run", "echo")
	if _, err := g.stdout.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	_ = g.closeStdout()
	said, err := io.ReadAll(g.stderr)
	_ = g.cmd.Wait()
	if got := g.cmd.ProcessState.ExitCode(); got != exitClosedPipe || err != nil || len(said) > 0 {
		t.Errorf("status %d, want %d (%v); it says %q", got, exitClosedPipe, err, said)
	}
}

func TestInterruptedCompareReportsWhatItHas(t *testing.T) {
	g := startGated(t, "compare", "gate", "a", "b", "--on", "async,sync", "--runs", "50", "--seed", "1", "--export-json", "report.json")
	for range 2 { // of one strategy's first run
		call := g.call()
		time.Sleep(20 * time.Millisecond) // where calls are short, it would be made once more, to look at them
		_ = call.Close()
	}
	last := g.call() // of the next's
	defer last.Close()
	g.signal(os.Interrupt)
	stdout, stderr := g.ends(exitInterrupted)
	if !strings.Contains(stdout, "interrupted before all was measured") || !strings.Contains(stderr, "interrupted") {
		t.Errorf("it says\n%s\n%s", stdout, stderr)
	}
	if report, err := os.ReadFile(filepath.Join(g.dir, "report.json")); err != nil || !strings.Contains(string(report), `"interrupted": true`) {
		t.Errorf("the exported report is %s, %v", report, err)
	}
}

// Calls that were drawn and have not begun are not made, with a window that is larger than the pool, too.
func TestFirstInterruptBeginsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for _, more := range [][]string{
		{"--retries", "1"}, {"-k"}, {"--on", "sync"}, {"--on", "processes"}, {"--on", "loop"},
	} {
		t.Run(strings.Join(more, " "), func(t *testing.T) {
			needsSignals(t, os.Interrupt)
			running := 2
			if more[0] == "--on" && more[1] != "processes" {
				running = 1
			}
			args := []string{"run", "gate"}
			if !strings.Contains(strings.Join(more, " "), "sync") {
				args = append(args, "-j", "2")
			}
			g := startGated(t, append(args, more...)...)
			calls := []net.Conn{g.call()}
			for len(calls) < running {
				calls = append(calls, g.call())
			}
			time.Sleep(200 * time.Millisecond) // for more to be drawn, which none must need
			g.signal(os.Interrupt)
			g.says(fmt.Sprintf("interrupted: no more inputs are drawn, and %d call", running))
			for _, c := range calls {
				_ = c.Close()
			}
			stdout, stderr := g.ends(exitInterrupted)
			wantLines(t, stdout, running, `"outcome":"succeeded"`)
			if strings.Contains(stderr, "failed") || !strings.Contains(stderr, "interrupted after") {
				t.Errorf("the summary is %q", stderr)
			}
		})
	}
}

// A call that waits for another attempt gets none, and is made again by the same command.
func TestFirstInterruptMakesNoFurtherAttempt(t *testing.T) {
	needsSignals(t, os.Interrupt)
	g := startGated(t, "run", "later", "a", "-o", "out.jsonl", "--retries", "5")
	_ = g.call().Close()
	time.Sleep(100 * time.Millisecond) // for the attempt to end, which it need not
	g.signal(os.Interrupt)
	_, stderr := g.ends(exitInterrupted)
	if !strings.Contains(stderr, "1 canceled") || strings.Contains(stderr, "extra") {
		t.Errorf("the summary is %q", stderr)
	}
}

func TestQuitEndsTheCommand(t *testing.T) {
	g := startGated(t, "run", "deaf", "-j", "2", "-o", "out.jsonl")
	g.saysWhere()
	one, two := g.call(), g.call()
	defer two.Close()
	_ = one.Close()
	defer g.call().Close() // so the first call's result has been taken
	g.signal(syscall.SIGQUIT)
	_, stderr := g.ends(exitInterrupted)
	if want := "ended without waiting for 2 calls; 1 result is in out.jsonl.part: the same command goes on from there\n"; !strings.HasSuffix(stderr, want) {
		t.Errorf("it says %q, want %q", stderr, want)
	}
	g.kept(1)
}

// SIGTERM is answered in time, even by a call that does not listen.
func TestTerminateHasAnEnd(t *testing.T) {
	t.Parallel() // it mostly waits
	if testing.Short() {
		t.Skip("waits for 8 s")
	}
	g := startGated(t, "run", "deaf", "-j", "1", "-o", "out.jsonl")
	g.saysWhere()
	_ = g.call().Close()
	defer g.call().Close()
	g.signal(syscall.SIGTERM)
	_ = g.cmd.Process.Signal(syscall.SIGTERM) // as timeout(1) does, to the process and to its group
	g.says("1 call under way is let end; Ctrl-C again cancels them, and so does the time in 8s")
	g.says("8s after the signal to end: canceling 1 call")
	g.says("ended without waiting for 1 call; 1 result is in out.jsonl.part")
	g.ends(exitInterrupted)
	g.kept(1)
}

// What is ignored when the command starts stays ignored.
func TestIgnoredSignalsStayIgnored(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	path, err := exec.LookPath("mine")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"INT", "HUP"} {
		cmd := exec.CommandContext(deadline(t), "sh", "-c", `trap '' `+name+`; exec "$0" run echo`, path)
		cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(stdout)
		for i := range 2 { // after the first line, the command listens for signals
			_, _ = io.WriteString(stdin, "input\n")
			if _, err := lines.ReadString('\n'); err != nil {
				t.Fatalf("%s: line %d: %v", name, i, err)
			}
			_ = cmd.Process.Signal(map[string]os.Signal{"INT": os.Interrupt, "HUP": syscall.SIGHUP}[name])
			time.Sleep(together)
		}
		_ = stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
