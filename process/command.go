package process

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"example.com/overlap"
	"example.com/overlap/process/internal/jsonlines"
)

// Command starts a pool of n workers that are any command: argv is started n times, and speaks the line protocol of
// PROTOCOL.md on its standard input and output. What it prints to standard error is passed on, as for [New]. Everything
// else is as for New too: timeouts kill, a crash hurts one call, workers are replaced. The program need not call
// [Main].
//
// Tasks are found by their names, which the workers list; [Remote] makes one that exists there alone. A job whose task
// they do not list is refused. Values cross by encoding/json; a string that is not UTF-8, which that would change,
// fails its call.
//
// It panics when argv is empty or n < 1. That the command cannot be started, or does not speak the protocol, is the
// error of the jobs on the pool.
func Command(argv []string, n int, options ...Option) *Pool {
	if len(argv) == 0 || argv[0] == "" {
		panic("overlap: process.Command: no command given")
	}
	if n < 1 {
		panic(fmt.Sprintf("overlap: process.Command: must be at least 1, got %d", n))
	}
	return open(&lines{argv: slices.Clone(argv)}, n, options)
}

// Remote makes a task whose function lives in the workers of a [Command], under the same name. Like overlap.Define, it
// panics when the name is empty or taken, so call it while the package is initialised:
//
//	var resize = process.Remote[Image, Image]("resize", overlap.Idempotent())
//
// A worker of which nothing says what it is running, as it neither sends start nor has the page, gets the calls of a
// task that is not declared [overlap.Idempotent] one at a time.
func Remote[In, Out any](name string, options ...overlap.TaskOption) *overlap.Task[In, Out] {
	return overlap.Define(name, func(context.Context, In) (out Out, err error) {
		return out, fmt.Errorf("task %s is in another program: run it on process.Command", name)
	}, options...)
}

// InitValue has each worker of a [Command] be given v, as JSON, before its first call. It panics when v has no JSON.
func InitValue(v any) Option {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("overlap: process.InitValue: %v", err))
	}
	return option(func(s *settings) { s.initValue = text })
}

const defaultLongestLine = 256 << 20

// LongestLine bounds the lines between the parent and the workers of a [Command], in bytes; 256 MiB unless said. A call
// whose input is longer fails, and so does one whose result is: workers are told the bound, and one that says more all
// the same is killed. It panics when bytes < 1,024.
func LongestLine(bytes int) Option {
	if bytes < 1024 {
		panic(fmt.Sprintf("overlap: process.LongestLine: must be at least 1,024, got %d", bytes))
	}
	return option(func(s *settings) { s.longestLine = bytes })
}

// lines is the dialect of workers that are any command.
type lines struct {
	argv     []string
	suspects suspects
	skips    skips
}

func (d *lines) check(s *settings) {
	switch {
	case s.initializer != "":
		panic("overlap: process.Command: Initializer is for process.New: use InitValue")
	case s.perCall != nil:
		panic("overlap: process.Command: PrintedPerCall is for process.New: a command does not say which call prints")
	}
}

func (d *lines) refusal() error {
	if depth() >= mostDepth {
		return tooDeep()
	}
	return supported()
}

func (d *lines) accept(p *Pool, t overlap.AnyTask) error {
	for c := range p.alive {
		if err := c.line.lacks(t); err != nil {
			return err
		}
	}
	return jsonlines.Refuse(t)
}

func (d *lines) work(p *Pool, w *overlap.Worker, drained <-chan struct{}) { p.workLines(d, w, drained) }

func (d *lines) greet(s *settings, c *child) error { return c.greetLines(s) }

func (d *lines) name() string { return "command " + filepath.Base(d.argv[0]) }

func (d *lines) describe() overlap.Description {
	return overlap.Description{
		What: "worker processes of any command: " + strings.Join(d.argv, " "),
		For:  "functions in other languages",
	}
}

// speaker is a worker that speaks the line protocol.
type speaker struct {
	in       *jsonlines.Reader
	tasks    []string          // The names of the tasks that it lists, sorted.
	repeats  []string          // Those of them that may be made twice, sorted.
	versions map[string]string // Of those of them that have one.
	window   int               // How many calls in flight it takes.
	next     uint64            // The number of the next call.
	skipped  int               // How many calls in a row it has skipped that it was to make.
	batches  bool              // It takes several calls in one line.
	cancels  bool              // It listens to what cancels a call while it makes one.
	parallel bool              // It makes the calls in flight all at once.
	starts   bool              // It says what it starts.
	paged    bool              // It says that on its page.
	tells    bool              // It says how long a call took if that was longer than briefest.
}

func (s *speaker) idempotent(task string) bool {
	if len(s.repeats) == 0 {
		return false
	}
	_, ok := slices.BinarySearch(s.repeats, task)
	return ok
}

// lacks refuses a task that the worker has not listed, or in another version than the task's, if that has one.
func (s *speaker) lacks(t overlap.AnyTask) error {
	if _, ok := slices.BinarySearch(s.tasks, t.Name()); ok {
		if want, has := t.Version(), s.versions[t.Name()]; want != "" && want != has {
			return fmt.Errorf("the command's workers have version %q of the task %s, and %q is asked for: start them of the "+
				"same version", has, t.Name(), want)
		}
		return nil
	}
	return fmt.Errorf("the command's workers have no task %s; they have %s", t.Name(), strings.Join(s.tasks, ", "))
}
