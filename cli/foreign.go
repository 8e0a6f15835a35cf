package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"example.com/overlap"
	"example.com/overlap/process"
)

// document is a value that only the workers understand.
type document struct{ json.RawMessage }

func (d document) String() string { return string(d.RawMessage) }

// Answer is what a comparison goes by: the text, as Python's own strategies give it.
func (d document) Answer() any { return string(d.RawMessage) }

// InputDescription says what a user gives for one.
func (document) InputDescription() string {
	return `JSON, where a text has quotes ('"hello"'; --text takes lines for texts)`
}

// foreign starts workers of a command in another language, and finds which of their tasks is to run: the first argument
// if it names one, or else the only one there is. It returns that task and the arguments that are inputs.
func foreign(
	ctx context.Context, command string, workers int, options []process.Option, args []string,
) (pool *process.Pool, task overlap.AnyTask, inputs []string, err error) {
	pool, names, err := startForeign(ctx, command, workers, options)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(args) > 0 && slices.Contains(names, args[0]) {
		names, args = args[:1], args[1:]
	}
	if len(names) != 1 {
		err = usageErrorf("%s has the tasks %s: name one of them before the inputs", command, strings.Join(names, ", "))
	} else {
		task, err = remoteTask(ctx, pool, command, names[0])
	}
	if err != nil {
		_ = pool.Close()
		return nil, nil, nil, err
	}
	return pool, task, args, nil
}

// startForeign starts workers of a command in another language, and finds the names of their tasks.
func startForeign(
	ctx context.Context, command string, workers int, options []process.Option,
) (pool *process.Pool, names []string, err error) {
	argv, err := splitCommand(command)
	switch {
	case err != nil:
		return nil, nil, usageErrorf("--worker: %w", err)
	case len(argv) == 0 || argv[0] == "":
		return nil, nil, usageErrorf("--worker names no command: give one such as 'python3 my_task.py'")
	}
	if path, err := process.PythonPath(); err == nil { // without it, the worker says what it does not find
		options = append(options, process.Environment("PYTHONPATH="+path))
	}
	pool = process.Command(argv, processCount(workers), options...)
	names, err = pool.Tasks(ctx)
	if cannotStart(err) {
		err = usageErrorf("--worker %s: %w", command, err)
	}
	if err != nil {
		_ = pool.Close()
		return nil, nil, err
	}
	return pool, names, nil
}

// remoteTask makes the task of a name that only the workers of a command have.
func remoteTask(ctx context.Context, pool *process.Pool, command, name string) (overlap.AnyTask, error) {
	if _, taken := overlap.Lookup(name); taken {
		return nil, usageErrorf("this program has a task %s of its own: give the one of %s another name", name, command)
	}
	var options []overlap.TaskOption
	if repeats, err := pool.Idempotent(ctx); err == nil && slices.Contains(repeats, name) {
		options = append(options, overlap.Idempotent())
	}
	if versions, err := pool.Versions(ctx); err == nil && versions[name] != "" {
		options = append(options, overlap.Version(versions[name]))
	}
	return process.Remote[document, document](name, options...), nil
}

// cannotStart reports whether a command is none that can be run at all, as 127 and 126 do in a shell.
func cannotStart(err error) bool {
	return errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) ||
		errors.Is(err, syscall.ENOEXEC)
}
