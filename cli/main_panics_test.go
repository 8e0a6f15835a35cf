package cli

import (
	"context"
	"io"
	"strings"
	"testing"

	"example.com/overlap"
)

func TestMisusePanics(t *testing.T) {
	unnamed := overlap.Func(func(context.Context, int) (int, error) { return 0, nil })
	cases := []struct {
		want  string
		args  []string
		tasks []overlap.AnyTask
	}{
		{"args must have the program's name", nil, nil},
		{"task 1 is nil", []string{"mine"}, []overlap.AnyTask{echo, nil}},
		{"was not made with overlap.Define", []string{"mine"}, []overlap.AnyTask{unnamed}},
		{"task echo is given twice", []string{"mine"}, []overlap.AnyTask{echo, square, echo}},
	}
	for _, c := range cases {
		func() {
			defer func() {
				if said, ok := recover().(string); !ok || !strings.HasPrefix(said, "cli: ") || !strings.Contains(said, c.want) {
					t.Errorf("it panics with %q, want %q", said, c.want)
				}
			}()
			Run(context.Background(), c.args, strings.NewReader(""), io.Discard, io.Discard, c.tasks...)
		}()
	}
}

// Run serves a program that calls it and goes on: no process is needed, and the end of its context ends the calls.
func TestRunInProcess(t *testing.T) {
	var stdout, stderr strings.Builder
	status := Run(context.Background(), []string{"/bin/mine.exe", "run", "echo"}, strings.NewReader("a\nb\n"), &stdout, &stderr, echo)
	if status != exitSucceeded || strings.Count(stdout.String(), "\n") != 2 || !strings.HasPrefix(stderr.String(), "mine: 2 calls") {
		t.Errorf("status %d:\n%s%s", status, stdout.String(), stderr.String())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	stdout.Reset()
	if status := Run(ctx, []string{"mine", "run", "patient", "a"}, strings.NewReader(""), &stdout, io.Discard, patient); status != exitFailed {
		t.Errorf("status %d under a context that has ended, want %d", status, exitFailed)
	}
}
