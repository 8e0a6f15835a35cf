// Package cli is the command of Overlap for any set of tasks: a program of three lines runs its own tasks for real,
// compares the strategies on them, and serves the local target.
//
//	var resize = overlap.Define("resize", func(ctx context.Context, path string) (Size, error) { … })
//
//	func main() { cli.Main(resize) }
//
// and then
//
//	yourprogram compare resize *.jpg
//	yourprogram run resize --from paths.txt -o sizes.jsonl
//
// What the command writes where, and its exit status, are said at the top of messages.go and in its help.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
	"example.com/overlap/process"
)

// Main runs the command with the arguments of this process on the given tasks, and ends the process with the command's
// exit status. Call it first in main: compare starts the program again to measure, and for its local target.
//
// The tasks are those that run, compare and tasks know; it panics when one is nil, has not been made with
// [overlap.Define], or is given twice.
func Main(tasks ...overlap.AnyTask) {
	quietHTTP()
	process.Main()
	limitMemory()
	os.Exit(Run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr, tasks...))
}

// Run is [Main] for tests and for programs with a life after the command: it waits for the command and returns its exit
// status. args are like os.Args, so that args[0] is the program's name. The end of ctx cancels what runs. While run or
// compare are at work, they take this process's interrupts (SIGINT, SIGTERM, SIGHUP), and the last of them, run's third
// and compare's second, ends the process at once. Run panics as Main does, and when args is empty.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, tasks ...overlap.AnyTask) int {
	if len(args) == 0 {
		panic("cli: Run: args must have the program's name")
	}
	checkTasks(tasks)
	name := plain.Line(strings.TrimSuffix(filepath.Base(args[0]), ".exe"))
	p := &program{
		name: name, args: args[1:], tasks: tasks, stdin: stdin, stdout: &standardOutput{to: stdout},
		messages: &messages{to: stderr, prefix: name + ": ", redraws: redraws(stderr), width: width(stderr)},
	}
	p.handover, p.args = newHandover(p.args)
	if p.handover != nil {
		p.messages.redraws = false // what is a terminal now will be a file
	}
	root := newRoot(p)
	root.SetArgs(p.commandArgs())
	defer keepClosedPipe()()
	return p.report(root.ExecuteContext(ctx))
}

func checkTasks(tasks []overlap.AnyTask) {
	seen := map[string]bool{}
	for i, t := range tasks {
		switch {
		case t == nil:
			panic(fmt.Sprintf("cli: Main: task %d is nil", i))
		case !t.Defined():
			panic(fmt.Sprintf("cli: Main: task %s was not made with overlap.Define, so it has no name", t.Name()))
		case seen[t.Name()]:
			panic(fmt.Sprintf("cli: Main: task %s is given twice", t.Name()))
		}
		seen[t.Name()] = true
	}
}

// program is one run of the command: what its parts share.
type program struct {
	name     string   // as the user called it
	args     []string // without the name
	lists    []list   // at the end of args
	tasks    []overlap.AnyTask
	stdin    io.Reader
	stdout   *standardOutput
	messages *messages
	handover *handover // nil but in the process of a job that is detached
}

// task finds a task by its name.
func (p *program) task(name string) (overlap.AnyTask, error) {
	for _, t := range p.tasks {
		if t.Name() == name {
			return t, nil
		}
	}
	hint := fmt.Sprintf("%s tasks lists them", p.name)
	if len(p.tasks) == 0 {
		hint = "this program has none"
	}
	if near, ok := closest(name, p.taskNames()); ok {
		hint = "did you mean: " + p.corrected(name, near)
	}
	return nil, usageErrorf("there is no task %q", name).withHint(hint)
}

func (p *program) taskNames() []string {
	names := make([]string, len(p.tasks))
	for i, t := range p.tasks {
		names[i] = t.Name()
	}
	return names
}
