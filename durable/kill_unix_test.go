//go:build unix

package durable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// The variables by which this test's program becomes the one that is killed.
const (
	victimFolder = "DURABLE_TEST_FOLDER"
	victimKind   = "DURABLE_TEST_KIND"
)

const victimInputs = 400

// logged notes that it was called, and takes a millisecond.
var logged = overlap.Define("logged", func(_ context.Context, in int) (int, error) {
	log, err := os.OpenFile(filepath.Join(os.Getenv(victimFolder), "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	if _, err := fmt.Fprintln(log, in); err != nil {
		return 0, err
	}
	time.Sleep(time.Millisecond)
	return tripled(in)
})

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimFolder); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, "started"), nil, 0o666)
		if err := run(victimFile(dir, os.Getenv(victimKind)), logged, victimInputs); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func victimFile(dir, kind string) File {
	file := fileIn(dir)
	file.Ordered, file.AtMostOnce = kind == "ordered", kind == "at most once"
	file.Resume = kind == "by content"
	return file
}

// Whenever a run is killed, the same one again goes on, and the file in the end is that of a run that was not.
func TestRunsThatAreKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	kinds := []string{"", "ordered", "by content", "at most once"}
	kills := 0
	for round := 0; round < len(kinds) || kills < times(0, 200); round++ {
		kind := kinds[round%len(kinds)]
		dir := inMemory(t)
		for isOver, within := false, 200*time.Millisecond; !isOver; within += within / 4 {
			var err error
			if isOver, err = killed(t.Context(), dir, kind, within); err != nil {
				t.Fatalf("%q after %d kills: %v", kind, kills, err)
			}
			if !isOver {
				kills++
			}
		}
		file := victimFile(dir, kind)
		if kind == "at most once" {
			wantAtMostOnce(t, dir, file)
		} else if err := checkTripled(file, victimInputs); err != nil {
			t.Fatalf("%q: %v", kind, err)
		}
	}
	t.Logf("killed %d times", kills)
}

// killed runs the job and kills it at a random moment; it reports whether that was over before.
func killed(ctx context.Context, dir, kind string, within time.Duration) (isOver bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), victimFolder+"="+dir, victimKind+"="+kind, "GORACE=atexit_sleep_ms=0")
	started := filepath.Join(dir, "started")
	_ = os.Remove(started)
	said, err := child.StderrPipe()
	if err != nil {
		return false, err
	}
	if err := child.Start(); err != nil {
		return false, err
	}
	for ctx.Err() == nil {
		if _, err := os.Stat(started); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	moment := time.AfterFunc(rand.N(within), func() { _ = child.Process.Kill() })
	defer moment.Stop()
	text, _ := io.ReadAll(said)
	err = child.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && !exit.Exited() {
		file := victimFile(dir, kind)
		_, noFile := os.Stat(file.Name)
		_, noPartial := os.Stat(file.Name + partialSuffix)
		return noFile == nil && noPartial != nil, nil // it may have been killed after all was done
	}
	if err != nil {
		return false, fmt.Errorf("%w: %s", err, text)
	}
	return true, nil
}

// wantAtMostOnce checks that no call was made twice, and that those whose end nobody knows are told.
func wantAtMostOnce(t *testing.T, dir string, file File) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]int{}
	for in := range strings.Lines(string(log)) {
		if made[in]++; made[in] > 1 {
			t.Fatalf("%q was made twice", in)
		}
	}
	text, err := os.ReadFile(file.Name)
	if err != nil {
		t.Fatal(err)
	}
	lines, unknown := strings.Count(string(text), "\n"), strings.Count(string(text), "it may have run")
	if lines != victimInputs || victimInputs-len(made) > unknown {
		t.Fatalf("%d lines, %d calls were made and %d may have run", lines, len(made), unknown)
	}
}
