package cli

import (
	"bufio"

	"example.com/overlap/internal/plain"
	"example.com/overlap/internal/resultline"
	"example.com/overlap/tasks/command"
)

// dryRun prints what the job would do, a line for each call, in the order of the inputs: the command as one types it in
// a shell, or the input as it would stand in the results.
func (j *job) dryRun() error {
	defer j.drain(nil)
	defer func() { _ = j.closeFile() }() // nothing was written
	if err := j.needsStdout("what would run", "redirect it, with >FILE"); err != nil {
		return err
	}
	shown := j.stdout.Write
	if isTerminal(j.stdout.to) {
		shown = plain.Writer(j.stdout).Write
	}
	out := bufio.NewWriter(writerFunc(shown))
	encoder := resultline.NewEncoder()
	any := false
	for call, err := range j.remaining() {
		if j.draining.Err() != nil {
			return &statusError{status: exitInterrupted}
		}
		if err != nil {
			_ = out.Flush() // what is wrong with the inputs is worth more
			return cannotContinue(err)
		}
		in := call.Input
		any = true
		var line []byte
		if c, ok := in.value.(command.Input); ok {
			line = []byte(c.Numbered().String())
		} else {
			line = encoder.Input(in.value)
		}
		_, _ = out.Write(line)
		if err := out.WriteByte('\n'); err != nil {
			return nil // standard output remembers it
		}
	}
	_ = out.Flush()
	if !any && j.kept == nil {
		return noInputs(j.inputs)
	}
	return nil
}

// writerFunc is an io.Writer.
type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
