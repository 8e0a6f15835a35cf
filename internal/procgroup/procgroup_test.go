//go:build unix

package procgroup

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const roleVariable = "PROCGROUP_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(roleVariable) == "" {
		os.Exit(m.Run())
	}
	cmd, pid, err := start("sleep 1000 & echo $!; wait")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(cmd.Process.Pid, pid)
	io.Copy(io.Discard, os.Stdin)
}

// start starts a shell that prints a number, that of a process which it has started.
func start(script string) (cmd *exec.Cmd, pid int, err error) {
	cmd = exec.Command("/bin/sh", "-c", script)
	read, write, err := os.Pipe()
	if err != nil {
		return nil, 0, err
	}
	defer read.Close()
	cmd.Stdout = write
	err = Start(cmd)
	write.Close()
	if err != nil {
		return nil, 0, err
	}
	read.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		Kill(cmd.Process)
		Wait(cmd)
		return nil, 0, err
	}
	pid, err = strconv.Atoi(strings.TrimSpace(line))
	return cmd, pid, err
}

// mustGo waits for the end of a process that is nobody's here, and which whoever has adopted it may not have waited for.
func mustGo(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(time.Millisecond) {
		if state, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output(); strings.HasPrefix(string(state), "Z") {
			return
		}
		if time.Now().After(deadline) {
			syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("process %d did not go", pid)
		}
	}
}

func TestWaitKillsWhatTheCommandLeaves(t *testing.T) {
	cmd, pid, err := start("sleep 1000 & echo $!")
	if err != nil {
		t.Fatal(err)
	}
	if err := Wait(cmd); err != nil {
		t.Error(err)
	}
	mustGo(t, pid)
}

func TestKillKillsTheGroup(t *testing.T) {
	cmd, pid, err := start("sleep 1000 & echo $!; wait")
	if err != nil {
		t.Fatal(err)
	}
	if err := Kill(cmd.Process); err != nil {
		t.Error(err)
	}
	if err := Wait(cmd); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the error is %v, want that it was killed", err)
	}
	mustGo(t, pid)
}

func TestGroupsGoWithThisProcessWhenItIsKilled(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), roleVariable+"=parent")
	parent.Stderr = os.Stderr
	stdin, err := parent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var leader, child int
	_, err = fmt.Fscan(stdout, &leader, &child)
	parent.Process.Kill()
	parent.Wait()
	if err != nil {
		t.Fatal(err)
	}
	mustGo(t, leader)
	mustGo(t, child)
}

func TestTheGuardIsKeptBetweenCommands(t *testing.T) {
	run := func() *os.Process {
		cmd, _, err := start("echo 1")
		if err != nil {
			t.Fatal(err)
		}
		shell := theGuard.shell
		if err := Wait(cmd); err != nil {
			t.Error(err)
		}
		return shell
	}
	release := KeepGuard()
	if first, second := run(), run(); first != second || theGuard.input == nil {
		t.Error("the guard was started again")
	}
	release()
	release()
	if theGuard.input != nil || theGuard.keepers != 0 {
		t.Error("the guard is there after its release")
	}
}
