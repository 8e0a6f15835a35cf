//go:build unix && !nocluster

package cli

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/overlap/cluster"
)

// detachedGate is a command that has left a job to a process of its own, whose calls wait for the test.
type detachedGate struct {
	url   string
	dir   string
	calls *net.UnixListener
}

func newDetachedGate(t *testing.T) *detachedGate {
	t.Helper()
	engine, err := cluster.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	socket, err := os.MkdirTemp("", "gate") // t.TempDir may be longer than a socket's path can be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(socket) })
	calls, err := net.Listen("unix", filepath.Join(socket, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = calls.Close() })
	g := &detachedGate{url: engine.Submit(), dir: t.TempDir(), calls: calls.(*net.UnixListener)}
	_ = g.calls.SetDeadline(time.Now().Add(longest))
	return g
}

// command is the program with some arguments, in a session of its own, which ends with the test.
func (g *detachedGate) command(t *testing.T, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	t.Helper()
	path, err := exec.LookPath("mine")
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(deadline(t), path, append(args, "--cluster", g.url)...)
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Dir, cmd.Stdout, cmd.Stderr = g.dir, stdout, stderr
	cmd.Env = append(os.Environ(), "GATE="+g.calls.Addr().String(), "GORACE=atexit_sleep_ms=0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, stdout, stderr
}

var ownProcess = regexp.MustCompile(`runs by itself, as process ([0-9]+),`)

// A terminal that is closed, and Ctrl-C in it, reach the processes of its session alone.
func TestADetachedJobHasASessionOfItsOwn(t *testing.T) {
	t.Parallel()
	g := newDetachedGate(t)
	cmd, _, stderr := g.command(t, "run", "gate", "a", "--on", "cluster", "-j", "1", "-o", "out.jsonl", "--detach")
	if err := cmd.Run(); err != nil { // which also waits until nobody else has its streams
		t.Fatalf("%v: %s", err, stderr)
	}
	found := ownProcess.FindStringSubmatch(stderr.String())
	if found == nil {
		t.Fatalf("it says: %s", stderr)
	}
	pid, _ := strconv.Atoi(found[1])
	process, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Kill() })
	if session, err := unix.Getsid(pid); err != nil || session != pid {
		t.Errorf("process %d is in session %d: %v", pid, session, err)
	}
	call, err := g.calls.Accept()
	if err != nil {
		t.Fatal(err)
	}
	// Any user of the machine sees the arguments of a process for as long as it runs.
	args, err := os.ReadFile(filepath.Join("/proc", found[1], "cmdline"))
	if err == nil && (bytes.Contains(args, []byte(g.url)) || !bytes.Contains(args, []byte("out.jsonl"))) {
		t.Errorf("the arguments of the process are %q", args)
	} else if err != nil && runtime.GOOS == "linux" {
		t.Error(err)
	}
	_ = call.Close()
	for over := deadline(t); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(g.dir, "out.jsonl")); err == nil {
			break
		}
		if over.Err() != nil {
			t.Fatal("the job does not come to its end")
		}
	}
}

// Whoever interrupts the command before it has told the ID leaves nothing behind.
func TestAnInterruptedDetachLeavesNothing(t *testing.T) {
	t.Parallel()
	needsSignals(t, syscall.SIGINT)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // an engine that says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	g := newDetachedGate(t)
	g.url = "nats://" + silent.Addr().String()
	cmd, stdout, stderr := g.command(t, "run", "gate", "a", "--on", "cluster", "-o", "out.jsonl", "--detach")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	connection, err := silent.Accept() // of the process that is to take the job over
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // which waits until nobody has its streams
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted || stdout.Len() > 0 || !strings.Contains(stderr.String(), "nothing runs") {
		t.Errorf("it ends with %d, and says %q, %q", got, stdout, stderr)
	}
	if _, err := connection.Read(make([]byte, 1)); err == nil {
		t.Error("the process of the job is still there")
	}
}

// A process whose starter is gone before it has told the ID makes no call.
func TestAJobThatNobodyKnowsOfIsNotBegun(t *testing.T) {
	t.Parallel()
	g := newDetachedGate(t)
	cmd, _, stderr := g.command(t, "run", "gate", "a", "--on", "cluster", "-j", "1", "-o", "out.jsonl", "--detach")
	cmd.Env = append(cmd.Env, clusterVariable+"="+g.url)
	hear, tell, err := startDetached(cmd, "$KEY")
	if err != nil {
		t.Fatal(err)
	}
	defer hear.Close()
	_ = tell.Close()
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("it ends with %d, and says %s", got, stderr)
	}
	if said, err := os.ReadFile(filepath.Join(g.dir, "out.jsonl.log")); err != nil || !strings.Contains(string(said), "no call is made") {
		t.Errorf("the file of messages has %q (%v)", said, err)
	}
	_ = g.calls.SetDeadline(time.Now())
	if _, err := g.calls.Accept(); err == nil {
		t.Error("a call was made")
	}
}

// What stands for the engine's string is replaced by it again, and nothing else is.
func TestHiddenKey(t *testing.T) {
	const key = "ovl://SUCD@10.0.0.1:7422"
	for _, args := range [][]string{
		{"run", "gate", "--cluster", key, "--on", "cluster"},
		{"run", "gate", "--cluster=" + key},
		{"run", "gate", "--cluster-file", "key"},
		{"exec", "--cluster", key, "overlap", "jobs", "--cluster", "$OVERLAP_CLUSTER", "--cluster=$OVERLAP_CLUSTER_", key},
	} {
		hidden, sign := hideKey(args, key)
		if strings.Contains(strings.Join(hidden, " "), key) {
			t.Errorf("%q has the key", hidden)
		}
		if again := replaced(hidden, sign, key); !slices.Equal(again, args) {
			t.Errorf("%q came back as %q", args, again)
		}
	}
}
