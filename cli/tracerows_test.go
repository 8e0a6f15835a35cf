package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/traceevents/tracecheck"
)

// Spans of a row never overlap, should a worker make several calls at once, and workers without numbers share rows.
func TestTraceRows(t *testing.T) {
	numbered, unnumbered := newTraceRows(false), newTraceRows(true)
	type taken struct {
		row  int
		name string
	}
	for _, c := range []struct {
		rows       traceRows
		worker     int
		start, end time.Duration
		want       taken
	}{
		{numbered, 3, 0, 10, taken{4, "worker 3"}},
		{numbered, 3, 10, 20, taken{4, "worker 3"}},
		{numbered, 3, 15, 25, taken{workersApart + 4, "worker 3 (2)"}},
		{numbered, 0, 15, 25, taken{1, "worker 0"}},
		{unnumbered, 7, 0, 10, taken{1, "slot 1"}},
		{unnumbered, 8, 5, 20, taken{2, "slot 2"}},
		{unnumbered, 9, 10, 20, taken{1, "slot 1"}},
	} {
		row, name := c.rows.take(c.worker, c.start, c.end)
		if got := (taken{row, name}); got != c.want {
			t.Errorf("worker %d from %d to %d gets %v, want %v", c.worker, c.start, c.end, got, c.want)
		}
	}
}

// The trace of a job is one that Perfetto takes as a whole, under any strategy.
func TestTraceOfAJob(t *testing.T) {
	task := overlap.Define("traced", func(_ context.Context, n int) (int, error) {
		if n%10 == 3 {
			return 0, fmt.Errorf("%d is <bad>", n)
		}
		time.Sleep(time.Duration(n%3) * 100 * time.Microsecond)
		return n, nil
	})
	for _, on := range []string{"sync", "pool", "async", "async -j 0", "loop", "threads", "auto"} {
		path := filepath.Join(t.TempDir(), "trace.json")
		var stderr bytes.Buffer
		args := []string{"mine", "run", "traced", "1..500", "-o", os.DevNull, "--retries", "1", "--export-trace", path, "--on"}
		args = append(args, strings.Fields(on)...)
		if status := Run(t.Context(), args, strings.NewReader(""), io.Discard, &stderr, task); status != exitFailed {
			t.Fatalf("on %s: status %d, %s", on, status, stderr.String())
		}
		checkTrace(t, on, path, 500)
	}
}

// On a cluster, too, whose calls come in chunks.
func TestTraceOfACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	program, err := exec.LookPath("overlap")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "trace.json")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "run", "primes", "20001..22000", "--on", "cluster", "-j", "2", "-o", os.DevNull, "--export-trace", path)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	checkTrace(t, "cluster", path, 2000)
}

func checkTrace(t *testing.T, on, path string, calls int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found, err := tracecheck.Check(text)
	if err != nil {
		t.Errorf("on %s: %v", on, err)
	}
	for _, n := range found.Rows {
		calls -= n
	}
	if calls != 0 || len(found.Groups) != 1 || len(found.Rows) == 0 {
		t.Errorf("on %s, %d calls are missing of %v, in %d rows", on, calls, found.Groups, len(found.Rows))
	}
}
