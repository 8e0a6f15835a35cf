package children

import (
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"
)

// A child that reads its standard input lives until that ends.
const childVariable = "CHILDREN_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

func TestFindsAChildWhileItRuns(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=yes")
	hangUp, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	pid := child.Process.Pid
	if all, err := Of(os.Getpid()); err != nil || !slices.Contains(all, pid) || !Runs(pid) {
		t.Errorf("children are %v (%v), running: %v; want %d among them, running", all, err, Runs(pid), pid)
	}
	if all := Descendants(os.Getpid()); !slices.Contains(all, pid) {
		t.Errorf("descendants are %v, want %d among them", all, pid)
	}
	_ = hangUp.Close()
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	if all, err := Of(os.Getpid()); err != nil || slices.Contains(all, pid) || Runs(pid) {
		t.Errorf("children are %v (%v), running: %v; want %d gone", all, err, Runs(pid), pid)
	}
	if all, err := Of(pid); err == nil {
		t.Errorf("a process that is gone has the children %v, want an error", all)
	}
}

func TestRunsBy(t *testing.T) {
	for _, test := range []struct {
		name, stat string
		want       bool
	}{
		{"sleeps", "12 (worker) S 1 12", true},
		{"zombie", "12 (worker) Z 1 12", false},
		{"dead", "12 (worker) X 1 12", false},
		{"a name like a state", "12 (a) Z (b) R 1 12", true},
		{"cut off", "12 (worker", false},
		{"empty", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := runsBy(test.stat); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
