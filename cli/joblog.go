package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/resultline"
	"example.com/overlap/tasks/command"
)

// jobLog writes a line for each call that ended, as GNU parallel writes its --joblog and reads it. A nil one writes
// nothing. Only the goroutine that takes results uses it.
type jobLog struct {
	name, task string
	file       *os.File
	start      time.Time // of the job
	err        error     // the first of writing
	missing    int       // calls whose lines could not be written
}

const jobLogHeader = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"

// openJobLog opens the file that --joblog names, nil for none. What is there is kept with + before the name, and by a
// run that goes on from what an earlier one has left, whose calls have their lines there.
func (j *job) openJobLog(name string) error {
	if name == "" {
		return nil
	}
	path, keep := strings.CutPrefix(name, "+")
	if path == "" {
		return usageErrorf("--joblog %s names no file: give FILE, or +FILE to append to it", name)
	}
	keep = keep || j.kept != nil && j.kept.run.From() != ""
	_, missing := os.Lstat(path)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return usageErrorf("cannot write the job log %s: %w", path, withoutPath(err))
	}
	info, err := file.Stat()
	if err == nil {
		err = j.refuseJobLog(path, info)
	}
	if err == nil && !keep && info.Mode().IsRegular() {
		err = file.Truncate(0)
	}
	switch {
	case err != nil:
	case !keep || info.Size() == 0:
		_, err = file.WriteString(jobLogHeader)
	case isTorn(path, info):
		_, err = file.WriteString("\n")
	}
	if err != nil {
		_ = file.Close()
		if _, said := errors.AsType[*statusError](err); said {
			if missing != nil {
				_ = os.Remove(path) // it is ours
			}
			return err
		}
		return fmt.Errorf("cannot write the job log %s: %w", path, withoutPath(err))
	}
	j.log = &jobLog{name: path, task: j.task.Name(), file: file}
	return nil
}

// isTorn reports whether the last line of a file has no end, since whoever wrote it was killed or the disk was full.
func isTorn(path string, info os.FileInfo) bool {
	if !info.Mode().IsRegular() {
		return false
	}
	file, err := os.Open(path)
	if err != nil { // it may only be written
		return false
	}
	defer file.Close()
	var last [1]byte
	_, err = file.ReadAt(last[:], info.Size()-1)
	return err == nil && last[0] != '\n'
}

// refuseJobLog says why the job log must not go into a file.
func (j *job) refuseJobLog(name string, info os.FileInfo) error {
	for _, read := range j.inputs.Files {
		if info.Mode().IsRegular() && os.SameFile(read.Info, info) {
			return usageErrorf("the job log would replace the inputs in %s: give --joblog another file", name)
		}
	}
	if info.Mode().IsRegular() && (j.file != nil && j.file.Writes(info) || j.kept != nil && j.kept.at.Writes(info)) {
		return usageErrorf("the results go to %s as well: give --joblog another file", name)
	}
	return nil
}

// started says when the job began.
func (l *jobLog) started(at time.Time) {
	if l != nil {
		l.start = at
	}
}

// add writes the line of a call, whose result has the input that the task was given; given is what the user gave.
func (l *jobLog) add(r overlap.Result[any, any], given any) {
	if l == nil {
		return
	}
	if l.err != nil {
		l.missing++
		return
	}
	start, seconds := l.start.Add(r.Started), (r.Finished - r.Started).Seconds()
	value := commandValue(r)
	var sent, received int64
	if value != nil {
		start, seconds, received = value.Start, value.Seconds, value.Stdout.Size()
	}
	text := l.task + " " + command.Quote(tagOf(given))
	if in, ok := r.Input.(command.Input); ok {
		text, sent = in.Numbered().String(), stdinSize(in.Stdin)
	}
	status, signal := exitOf(r, value)
	_, l.err = fmt.Fprintf(l.file, "%d\t:\t%.3f\t%10.3f\t%d\t%d\t%d\t%d\t%s\n", r.Index+1,
		float64(start.UnixMicro())/1e6, seconds, sent, received, status, signal, strings.ReplaceAll(text, "\n", "\x00"))
	if l.err != nil {
		l.missing++
	}
}

// close returns the first error of writing.
func (l *jobLog) close() error {
	if l == nil {
		return nil
	}
	err := cmp.Or(l.err, l.file.Close())
	switch {
	case err == nil:
		return nil
	case l.missing == 0:
		return fmt.Errorf("cannot write the job log %s: %w", l.name, withoutPath(err))
	}
	return fmt.Errorf("cannot write the job log %s: %w; it lacks the %s", l.name, withoutPath(err),
		figures.Counted(l.missing, "line of the last call", "lines of the last calls"))
}

// commandValue is what the call's command did, nil where there is no command or it has not run.
func commandValue(r overlap.Result[any, any]) *command.Value {
	if value, ok := r.Value.(command.Value); ok {
		return &value
	}
	value, _ := valueOf(resultline.Reason(r.Err))
	return value
}

// stdinSize is how many bytes a command was given as its standard input.
func stdinSize(in *command.Stdin) int64 {
	switch {
	case in == nil:
		return 0
	case in.Chunk != nil:
		return in.Chunk.Header + in.Chunk.Length
	}
	return int64(len(in.Text))
}

// exitOf is how a call ended, as a shell tells of commands: −1 for one that was ended from here, 126 and 127 for one
// that could not be run, else the exit code of the command, or its signal. A call of another task that failed has 1.
func exitOf(r overlap.Result[any, any], value *command.Value) (status, signal int) {
	if r.Err == nil {
		return 0, 0
	}
	switch r.Outcome {
	case overlap.TimedOut, overlap.Abandoned, overlap.Canceled, overlap.WorkerDied:
		return -1, 0
	}
	failed, ok := errors.AsType[*command.Error](r.Err)
	if !ok {
		return 1, 0
	}
	switch failed.Reason {
	case command.ExitCode:
		return failed.Code, 0
	case command.Killed:
		return 0, signalNumber(failed.Signal)
	case command.NotExecutable:
		return 126, 0
	case command.NotFound, command.NoCommand:
		return 127, 0
	case command.Stopped:
		return -1, 0
	}
	if value != nil && value.ExitCode > 0 {
		return value.ExitCode, 0
	}
	return 1, 0
}
