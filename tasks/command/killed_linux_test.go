package command_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/process"
	"example.com/overlap/tasks/command"
)

const roleVariable = "COMMAND_TEST_ROLE"

func TestMain(m *testing.M) {
	process.Main()
	if os.Getenv(roleVariable) != "" {
		parent()
	}
	os.Exit(m.Run())
}

// parent is a program that runs commands until it is killed, or its standard input ends.
func parent() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	var on overlap.Executor = overlap.Pool(3)
	if os.Getenv(roleVariable) == "processes" {
		on = process.New(3, process.Silent())
	}
	script := `sleep 300 & echo $! $$ > "$1.new"; mv "$1.new" "$1"; trap "" TERM HUP INT; printf output
		while :; do sleep 1; done`
	var inputs []command.Input
	for _, file := range os.Args[1:] {
		inputs = append(inputs, sh(script, file))
	}
	_, err := overlap.Map(context.Background(), on, command.Task, inputs)
	fmt.Println(err)
	os.Exit(1)
}

// A program that is killed while it runs commands leaves no process of theirs and no file.
func TestKilledProgramLeavesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for _, on := range []string{"pool", "processes"} {
		t.Run(on, func(t *testing.T) {
			dir, temp := t.TempDir(), t.TempDir()
			files := []string{filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")}
			cmd := exec.Command(os.Args[0], files...)
			cmd.Env = append(os.Environ(), roleVariable+"="+on, "TMPDIR="+temp)
			in, err := cmd.StdinPipe()
			must(t, err)
			defer in.Close()
			must(t, cmd.Start())
			var pids []int
			for _, file := range files {
				var background, leader int
				for range 6000 {
					text, _ := os.ReadFile(file)
					if n, _ := fmt.Sscan(string(text), &background, &leader); n == 2 {
						break
					}
					time.Sleep(10 * time.Millisecond)
				}
				pids = append(pids, background, leader)
			}
			for i := 1; i < len(pids); i += 2 { // before it is noted, a command of a killed program ends without its children
				noted(t, pids[i])
			}
			must(t, cmd.Process.Kill())
			_ = cmd.Wait()
			for _, pid := range pids {
				if pid == 0 {
					t.Fatal("a command has not begun")
				}
				gone(t, pid)
			}
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				t.Errorf("there is %v left", left)
			}
		})
	}
}

// noted waits until the program that has started a command has noted its group for the guard.
func noted(t *testing.T, leader int) {
	t.Helper()
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", leader))
	_, after, _ := strings.Cut(string(stat), ") ")
	var state string
	var parent int
	if _, err := fmt.Sscan(after, &state, &parent); err != nil {
		t.Fatalf("the command %d is not there: %v", leader, err)
	}
	for range 6000 {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", parent))
		for _, file := range files {
			if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() > 1<<16 {
				continue
			}
			text, _ := os.ReadFile(file)
			if slices.Contains(strings.Fields(string(text)), strconv.Itoa(leader)) {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("nobody has noted the command %d", leader)
}

// A command does under worker processes what it does here, and its failure says the same.
func TestCommandsOnWorkerProcesses(t *testing.T) {
	pool := process.New(2, process.Silent())
	defer pool.Close()
	in := sh(`cat; printf '\377' >&2; printf "$A"; exit 4`)
	in.Stdin = &command.Stdin{Text: "in\xff"}
	in.Env = map[string]command.Text{"A": "\xfea"}
	for r := range overlap.Stream(t.Context(), pool, command.Task, func(yield func(command.Input) bool) { yield(in) }) {
		failed, ok := errorOf(r.Err)
		if !ok || failed.Reason != command.ExitCode || failed.Code != 4 || failed.Value == nil {
			t.Fatalf("got %v", r.Err)
		}
		if got := bytesOf(t, &failed.Value.Stdout) + bytesOf(t, &failed.Value.Stderr); got != "in\xff\xfea\xff" {
			t.Errorf("it printed %q", got)
		}
		if strings.Contains(r.Err.Error(), "\xfe") || !strings.Contains(r.Err.Error(), "exit code 4") {
			t.Errorf("the error is %v", r.Err)
		}
	}
}

// Where the file system is full, no output passes as whole that may have been cut.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no file system of one's own: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	runner := command.New(command.Options{TempDir: dir, Files: true})
	v, err := runner.Run(t.Context(), sh("head -c 2000000 /dev/zero; true"))
	must(t, err)
	_, err = runner.Run(t.Context(), sh("head -c 8000000 /dev/zero 2>/dev/null; true"))
	if failed, ok := errorOf(err); !ok || failed.Reason != command.DiskFull || !strings.Contains(err.Error(), "--tmpdir") {
		t.Errorf("got %v", err)
	}

	results := sh("head -c 8000000 /dev/zero 2>/dev/null; true")
	results.Results, results.Number = command.Text(dir), 1
	_, err = runner.Run(t.Context(), results)
	if said := fmt.Sprint(err); !strings.Contains(said, "in "+dir+":") || !strings.Contains(said, "--results") || strings.Contains(said, "--tmpdir") {
		t.Errorf("with a folder for results: %v", err)
	}
	must(t, os.RemoveAll(filepath.Join(dir, "1")))

	// One whose folder for results is elsewhere has room, however full the folder for outputs is.
	filler, err := os.Create(filepath.Join(dir, "filler"))
	must(t, err)
	for err == nil {
		_, err = filler.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	slow := sh(`echo out; sleep 0.3`) // in which the folder is looked at
	slow.Results, slow.Number = command.Text(t.TempDir()), 1
	if _, err := runner.Run(t.Context(), slow); err != nil {
		t.Errorf("with a folder for results that has room: %v", err)
	}
	must(t, os.Remove(filler.Name()))
	must(t, filler.Close())

	// One that was cut, and has room again when it ends.
	begun := filepath.Join(t.TempDir(), "begun")
	must(t, syscall.Mkfifo(begun+".go", 0o600))
	done := make(chan error)
	go func() {
		in := sh(`head -c 8000000 /dev/zero 2>/dev/null; echo 1 > "$1"; read -r x < "$1.go"`, begun)
		_, err := runner.Run(context.Background(), in)
		done <- err
	}()
	pidIn(t, begun)
	v.Close()
	must(t, os.WriteFile(begun+".go", []byte("go\n"), 0o600))
	if failed, ok := errorOf(<-done); !ok || failed.Reason != command.DiskFull {
		t.Errorf("a command that was cut a while ago: %v", failed)
	}
}

func TestSuspend(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	defer w.Close()
	runner := command.New(command.Options{Stdout: w, Stderr: w})
	done := make(chan error)
	go func() {
		// Without exec, the shell may be stopped between its fork and the child's exec, and seem to wait for a disk.
		_, err := runner.Run(context.Background(), sh("echo $$; exec sleep 300"))
		done <- err
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	must(t, err)
	var pid int
	fmt.Sscan(line, &pid)
	state := func(want string) {
		t.Helper()
		for range 6000 {
			stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if _, after, _ := strings.Cut(string(stat), ") "); strings.HasPrefix(after, want) {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("the command is not %q", want)
	}
	command.Suspend()
	state("T")
	command.Continue()
	state("S")
	must(t, syscall.Kill(-pid, syscall.SIGKILL))
	if failed, ok := errorOf(<-done); !ok || failed.Signal != "SIGKILL" {
		t.Errorf("got %v", failed)
	}
}
