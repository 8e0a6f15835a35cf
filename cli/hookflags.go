package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"example.com/overlap/compare"
	"example.com/overlap/internal/procgroup"
)

// hookFlags are shell commands that run between measurements, by the names that hyperfine gives them.
type hookFlags struct {
	setup, prepare, cleanup string
}

func (f *hookFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.setup, "setup", "", "run this shell `command` once before a job is measured")
	set.StringVar(&f.prepare, "prepare", "", "run this shell `command` before each run, and the warm-up before it; an "+
		"example is to empty caches")
	set.StringVar(&f.cleanup, "cleanup", "", "run this shell `command` once after a job has been measured")
}

// set has a plan run them.
func (f hookFlags) set(plan *compare.Plan) {
	plan.Setup, plan.Prepare = hook("--setup", f.setup), hook("--prepare", f.prepare)
	plan.Cleanup = hook("--cleanup", f.cleanup)
}

// hookError is why the command of a flag failed. It ends the comparison.
type hookError struct{ error }

// hook is what runs the command of a flag, nil for none. When the context ends, the command is killed with what it has
// started; what it has left behind when it ends lives on, a server for instance.
func hook(flag, command string) func(context.Context) error {
	if command == "" {
		return nil
	}
	return func(ctx context.Context) error {
		printed, err := os.CreateTemp("", "overlap-hook-") // no pipe, which would be waited for while somebody has it
		if err != nil {
			return hookError{fmt.Errorf("the command of %s has no file to print to: %w", flag, err)}
		}
		defer os.Remove(printed.Name())
		defer printed.Close()
		shell := []string{"/bin/sh", "-c"}
		if runtime.GOOS == "windows" {
			shell = []string{"cmd.exe", "/C"}
		}
		cmd := exec.CommandContext(ctx, shell[0], shell[1], command)
		cmd.Stdout, cmd.Stderr = printed, printed
		cmd.Cancel = func() error { return procgroup.Kill(cmd.Process) }
		procgroup.Lead(cmd)
		err = cmd.Run()
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			return nil
		}
		return hookError{fmt.Errorf("the command of %s failed, %w: %s; it printed %s", flag, err, command,
			lastPrinted(printed))}
	}
}

// lastPrinted is the end of what a command has printed into a file.
func lastPrinted(file *os.File) string {
	const most = 4 << 10
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return "nothing"
	}
	text := make([]byte, min(info.Size(), most))
	_, _ = file.ReadAt(text, info.Size()-int64(len(text)))
	return strings.TrimSpace(strings.ToValidUTF8(string(text), "\uFFFD"))
}
