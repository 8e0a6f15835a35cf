package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	beAnother()
	os.Exit(m.Run())
}

func TestEveryContestRuns(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	t.Setenv("TMPDIR", t.TempDir())
	var out, progress bytes.Buffer
	if status := run(ctx, []string{"-small"}, &out, &progress); status != 0 {
		t.Fatalf("exit status %d: %s", status, progress.String())
	}
	for _, name := range names() {
		if !strings.Contains(out.String(), "\n"+name+": ") {
			t.Errorf("no table for %s in %s", name, out.String())
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAWrongAnswerIsRefused(t *testing.T) {
	p := place{lines: 3}
	for output, want := range map[string]bool{"1\n2\n": true, "3\n": true, "1\n": false, "x\n": false} {
		if err := sumIsLines(p, output); (err == nil) != want {
			t.Errorf("%q: %v", output, err)
		}
	}
}

func TestBadUsage(t *testing.T) {
	for _, arguments := range [][]string{{"-contests", "other"}, {"-rounds", "0"}, {"argument"}, {"-other"}} {
		var out, progress bytes.Buffer
		if status := run(t.Context(), arguments, &out, &progress); status != badUsage || progress.Len() == 0 {
			t.Errorf("%q: exit status %d, said %q", arguments, status, progress.String())
		}
	}
}
