package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// triple fails for every seventh input.
var triple = overlap.Define("triple", func(_ context.Context, in int) (int, error) {
	time.Sleep(100 * time.Millisecond) // in a bubble
	return tripled(in)
})

func tripledTask(_ context.Context, in int) (int, error) { return tripled(in) }

func tripled(in int) (int, error) {
	if in%7 == 3 {
		return 0, fmt.Errorf("%d is bad", in)
	}
	return 3 * in, nil
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

// run is one run of a job, and its last error.
func run(file File, task *overlap.Task[int, int], n int) (err error) {
	for r := range Stream(context.Background(), overlap.Pool(2), task, upTo(n), file) {
		if r.Index < 0 {
			err = r.Err
		}
	}
	return err
}

// checkTripled says what is wrong with a finished file.
func checkTripled(file File, n int) error {
	text, err := os.ReadFile(file.Name)
	if err != nil {
		return err
	}
	seen := make([]bool, n)
	at := 0
	for line := range strings.Lines(string(text)) {
		var l struct {
			Index, Input, Value int
			Error, Outcome      string
			Check               string
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		want, failure := tripled(l.Input)
		isRight := l.Outcome == "succeeded"
		if failure != nil {
			isRight = l.Outcome == "failed" && l.Error == failure.Error()
		}
		if l.Index != l.Input || seen[l.Index] || l.Value != want || !isRight || l.Check != "" ||
			file.Ordered && l.Index != at {
			return fmt.Errorf("line %d is %q", at, line)
		}
		seen[l.Index] = true
		at++
	}
	if at != n {
		return fmt.Errorf("there are %d lines for %d inputs", at, n)
	}
	if _, err := os.Stat(file.Name + partialSuffix); err == nil {
		return fmt.Errorf("%s is still there", file.Name+partialSuffix)
	}
	return nil
}

// inMemory is a folder where syncing costs nothing, if there is one.
func inMemory(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "overlap-durable")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func fileIn(dir string) File { return File{Name: filepath.Join(dir, "out.jsonl")} }

// isLong reports whether the long proofs are to be made, with the counts that the documentation names.
func isLong() bool { return os.Getenv("OVERLAP_DURABLE_LONG") != "" }

// times is how often to do something: rarely, often if the proofs are to be long.
func times(rarely, often int) int {
	if isLong() {
		return often
	}
	return rarely
}
