package cli

import (
	"fmt"
	"sync"

	"example.com/overlap"
	"example.com/overlap/internal/outfile"
	"example.com/overlap/internal/resultline"
	"example.com/overlap/internal/traceevents"
)

// jobTrace writes an event for each call that ended, as Perfetto reads it. A nil one writes nothing.
type jobTrace struct {
	file *outfile.File

	mu     sync.Mutex // whoever takes results, and whoever ends the command at once
	events *traceevents.Writer
	rows   traceRows
	ended  bool
	err    error // of ending it
}

// openTrace begins the file that --export-trace names, "" for none.
func (j *job) openTrace(name string, at place) error {
	switch {
	case name == "":
		return nil
	case j.toStdout(name):
		return usageErrorf("the results go to standard output, and so a trace cannot: give --export-trace a file")
	}
	file, err := j.openOutput(name, j.draining.Done())
	if err != nil {
		return err
	}
	if err := j.refuseTrace(file); err != nil {
		file.Discard()
		return err
	}
	j.trace = &jobTrace{file: file, events: traceevents.NewWriter(file), rows: newTraceRows(at.unnumbered())}
	j.trace.events.NameGroup(1, fmt.Sprintf("%s, %s", j.task.Name(), at.executor))
	return nil
}

// refuseTrace says why the trace must not go into a file.
func (j *job) refuseTrace(file *outfile.File) error {
	const flag = "--export-trace"
	if err := refuseInputs(file, flag, j.inputs.Files); err != nil {
		return err
	}
	for _, stream := range []struct {
		to   any
		name string
	}{{j.stdout.to, "standard output"}, {j.messages.to, "standard error"}} {
		if err := refuseStream(file, flag, stream.to, stream.name); err != nil {
			return err
		}
	}
	if j.file != nil && j.file.Same(file) || j.kept != nil && j.kept.at.isTakenBy(file) {
		return usageErrorf("the results go to %s as well: give %s another file", file.Name(), flag)
	}
	if j.log != nil {
		if info, err := j.log.file.Stat(); err == nil && file.Writes(info) {
			return usageErrorf("the job log goes to %s as well: give %s another file", file.Name(), flag)
		}
	}
	return nil
}

// callArgs are what a trace says of a call beside its times, which are those of its last attempt.
type callArgs struct {
	Call     int    `json:"call"`
	Input    string `json:"input"`
	Outcome  string `json:"outcome"`
	Attempts int    `json:"attempts"`
	Error    string `json:"error,omitempty"`
}

// add writes a call.
func (t *jobTrace) add(r overlap.Result[any, any]) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	end := max(r.Started, r.Finished)
	row, name := t.rows.take(r.Worker, r.Started, end)
	if !t.rows.named[row] {
		t.rows.named[row] = true
		t.events.NameRow(1, row, name)
	}
	input := shownInput(r.Input)
	args := callArgs{Call: r.Index, Input: input, Outcome: r.Outcome.String(), Attempts: r.Attempts}
	if r.Err != nil {
		args.Error = resultline.Reason(r.Err).Error()
	}
	t.events.Span(traceevents.Span{
		Group: 1, Row: row, Name: input, Category: args.Outcome, Failed: r.Err != nil, Start: r.Started,
		Length: end - r.Started, Args: args,
	})
}

// close completes the trace and puts it in its place, once.
func (t *jobTrace) close() error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return t.err
	}
	t.ended = true
	if err := t.events.End(); err != nil {
		t.err = fmt.Errorf("cannot write the trace %s: %w", t.file.Name(), withoutPath(err))
		t.file.Discard()
		return t.err
	}
	t.err = t.file.Commit()
	return t.err
}
