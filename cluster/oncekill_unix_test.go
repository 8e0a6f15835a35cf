//go:build unix

package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// onFile writes a line into a file each time that it is called, with the number of its worker, and at a file that is called
// stuck does not come back.
var onFile = overlap.Define("cluster-test/on-file", func(_ context.Context, name string) (int, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, os.Getppid()); err != nil { // of whose processes this is one
		return 0, err
	}
	for filepath.Base(name) == "stuck" {
		time.Sleep(time.Second)
	}
	return 1, nil
})

// linesOf are the lines that a file has.
func linesOf(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Error(err)
	}
	return strings.Fields(string(text))
}

// A call that is to be made at most once is not made again when its worker is killed or stands still, but fails as one that
// may have run.
func TestAtMostOnceWhenWorkersEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for name, signal := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGSTOP} {
		t.Run(name, func(t *testing.T) {
			shorten(t)
			x := embedded(t)
			startWorker(t, x.Join())
			startWorker(t, x.Join())
			if err := x.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			stuck := filepath.Join(folder, "stuck")
			files := []string{stuck}
			for i := range 200 {
				files = append(files, filepath.Join(folder, strconv.Itoa(i)))
			}
			hit := make(chan int, 1)
			go func() {
				for len(linesOf(t, stuck)) == 0 {
					time.Sleep(tick)
				}
				worker, _ := strconv.Atoi(linesOf(t, stuck)[0])
				_ = syscall.Kill(worker, signal)
				hit <- worker
			}()
			results, _ := overlap.MapResults(t.Context(), x, onFile, files, overlap.AtMostOnce())
			for _, r := range results {
				made := len(linesOf(t, r.Input))
				switch lost, isLost := errors.AsType[*LostError](r.Err); {
				case made > 1:
					t.Errorf("%s was called %d times", r.Input, made)
				case r.Input != stuck && r.Err == nil && made == 1:
				case r.Outcome != overlap.WorkerDied || !isLost || lost.After != silence || !errors.Is(r.Err, overlap.ErrMayHaveRun):
					t.Errorf("%s was called %d times and ended as %v, %v", r.Input, made, r.Outcome, r.Err)
				}
			}
			if signal == syscall.SIGSTOP { // and what it has to say comes too late
				_ = syscall.Kill(<-hit, syscall.SIGCONT)
				if _, err := overlap.Map(t.Context(), x, double, numbers(100)); err != nil {
					t.Error(err)
				}
				if made := len(linesOf(t, stuck)); made != 1 {
					t.Errorf("the call was made %d times", made)
				}
			}
		})
	}
}
