//go:build linux

package process

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// unspeakable ends its goroutine when it is asked for its text.
type unspeakable struct{}

func (unspeakable) Error() string { runtime.Goexit(); return "" }

// endlessError wraps another without an end.
type endlessError struct{}

func (endlessError) Error() string { return "endless" }
func (endlessError) Unwrap() error { return endlessError{} }

var failsOddly = overlap.Define("fail oddly", func(ctx context.Context, how string) (int, error) {
	switch how {
	case "exit":
		return 0, fmt.Errorf("running it: %w", exec.CommandContext(ctx, "sh", "-c", "exit 7").Run())
	case "kill":
		return 0, exec.CommandContext(ctx, "sh", "-c", "kill -9 $$").Run()
	case "goexit":
		return 0, unspeakable{}
	case "endless":
		return 0, endlessError{}
	case "many":
		var all []error
		for i := range 10_000 {
			all = append(all, fmt.Errorf("error %d", i))
		}
		return 0, errors.Join(all...)
	case "deep":
		err := errors.New("the bottom")
		for range 200 {
			err = fmt.Errorf("in %w", err)
		}
		return 0, err
	case "deadline":
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return 1, nil
})

func TestErrorsThatAreHardToCarry(t *testing.T) {
	nothingLeft(t)
	p := New(1, Silent())
	defer p.Close()
	hows := []string{"", "exit", "kill", "goexit", "endless", "many", "deep", ""}
	for r := range overlap.Stream(t.Context(), p, failsOddly, slices.Values(hows)) {
		exited, isExit := errors.AsType[*exec.ExitError](r.Err)
		switch r.Input {
		case "":
			if r.Value != 1 {
				t.Errorf("got %v, %v", r.Value, r.Err)
			}
			continue
		case "exit":
			if !isExit || exited.ExitCode() != 7 || exited.Exited() != true || !strings.Contains(r.Err.Error(), "running it: exit status 7") {
				t.Errorf("exit: %v, %v", exited, r.Err)
			}
		case "kill":
			if !isExit || exited.ExitCode() != -1 || exited.Error() != "signal: killed" {
				t.Errorf("kill: %v, %v", exited, r.Err)
			}
		case "goexit":
			if !errors.Is(r.Err, overlap.ErrGoexit) {
				t.Errorf("goexit: %v", r.Err)
			}
		case "many":
			if !strings.HasSuffix(r.Err.Error(), "\nerror 9999") {
				t.Error("many: the text is cut")
			}
		case "deep":
			if !strings.HasSuffix(r.Err.Error(), "in in the bottom") {
				t.Errorf("deep: %v", r.Err)
			}
		}
		if r.Outcome != overlap.Failed {
			t.Errorf("%s ended as %v with %v", r.Input, r.Outcome, r.Err)
		}
	}
	if n := p.Info().Started; n > 2 {
		t.Errorf("%d workers were started: errors broke some", n)
	}
}

// The worker knows the job's deadline, and may see it a little sooner than the parent does.
func TestTheDeadlineOfAJobEndsItsCalls(t *testing.T) {
	nothingLeft(t)
	p := New(2, Silent())
	defer p.Close()
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		_, err := overlap.Map(ctx, p, failsOddly, []string{"deadline", "deadline", "deadline"})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
		cancel()
	}
}
