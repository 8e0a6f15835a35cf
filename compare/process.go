package compare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"example.com/overlap/internal/lifeline"
	"example.com/overlap/internal/procgroup"
)

// NewProcesses gives the [Runner] that makes each measurement in a fresh process: this program started again with args,
// which must lead it to [Child]. The processes end when this one does, however it ends. It is safe for concurrent use,
// though measurements made at the same time disturb each other.
func NewProcesses(args ...string) (Runner, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("measuring needs to start this program again, whose path is not known: %w", err)
	}
	return processes{path: path, args: args}, nil
}

type processes struct {
	path        string
	args        []string
	environment []string // beside that of this process
}

// Measure implements [Runner].
func (p processes) Measure(ctx context.Context, order Order) (*Measurement, error) {
	var said reply
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Env = append(os.Environ(), p.environment...)
	load, err := askChild(ctx, cmd, order, func(stdout []byte) (ok bool) {
		said, ok = lastReply(stdout)
		return ok
	})
	switch {
	case err != nil:
		return nil, err
	case said.Error != "":
		return nil, errors.New(said.Error)
	}
	said.Measurement.OthersBusy = load
	return said.Measurement, nil
}

// askChild starts a measuring process, sends it its orders, and waits until it has ended with an answer on its standard
// output, which read reads. load is how many cores other programs kept busy meanwhile, if that is known.
func askChild(
	ctx context.Context, cmd *exec.Cmd, orders any, read func(stdout []byte) bool,
) (load *float64, err error) {
	var stdout bytes.Buffer
	var stderr lifeline.Output
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Cancel = func() error { return procgroup.Kill(cmd.Process) }
	cmd.WaitDelay = time.Second // a process that the task started may hold the pipes after the child is gone
	line, err := lifeline.Tie(cmd)
	if err != nil {
		return nil, fmt.Errorf("starting a measuring process: %w", err)
	}
	defer line.Close()
	watch := startLoad()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a measuring process: %w", err)
	}
	unsent := line.Send(orders)
	if unsent != nil {
		_ = line.Close() // or a child that has read nothing would wait for more
	}
	err = cmd.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if (err == nil || errors.Is(err, exec.ErrWaitDelay)) && read(stdout.Bytes()) {
		return watch.others(cmd.ProcessState), nil
	}
	if err == nil {
		err = unsent
	}
	return nil, died(cmd.ProcessState, err, stderr.String())
}

// lastReply finds the reply in what a measuring process wrote: the last line, since C code in a task may print to the
// same pipe.
func lastReply(out []byte) (reply, bool) {
	var said reply
	err := json.Unmarshal(lastLine(out), &said)
	return said, err == nil && (said.Measurement != nil || said.Error != "")
}

// died says how a measuring process ended that did not answer.
func died(state *os.ProcessState, err error, output string) error {
	how := "ended without an answer"
	switch {
	case state != nil && !state.Success():
		how = "died, " + state.String() // "exit status 2", "signal: killed"
	case err != nil:
		how = "was lost, " + err.Error()
	}
	if output == "" {
		return fmt.Errorf("the measuring process %s, and wrote nothing to standard error", how)
	}
	return fmt.Errorf("the measuring process %s; it wrote at last: %s", how, output)
}
