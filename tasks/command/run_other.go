//go:build !unix

package command

import (
	"context"
	"errors"
	"os"
)

type runnerState struct{}

var errNeedsUnix = errors.New("commands run on Unix alone: use Linux, macOS or WSL")

func (r *Runner) run(_ context.Context, words []string, _ Input) (Value, error) {
	return Value{}, fail(NeedsUnix, words[0], errNeedsUnix, "%v", errNeedsUnix)
}

type space struct{}

func (*space) look(int) {}

func reopen(int) int { return -1 }

func openKept(string) (*os.File, error) { return nil, errNeedsUnix }

// Suspend stops all commands that run.
func Suspend() {}

// Continue has the commands go on that [Suspend] has stopped.
func Continue() {}
