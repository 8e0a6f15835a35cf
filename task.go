package overlap

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Task is a named function from one input to one output: what a job calls once for each of its inputs. Make one with
// [Define] or [Func]. A Task is safe for concurrent use and never changes.
type Task[In, Out any] struct {
	name      string
	fn        func(context.Context, In) (Out, error)
	policy    policy
	hasPolicy bool // any option was given
	defined   bool
	in, out   reflect.Type // of the task as defined, which Untyped keeps
}

// AnyTask is a task whatever its types are: what [Lookup] and a command that takes any task work with. Each is a
// *[Task].
type AnyTask interface {
	// Name is the name given to Define; of a Func it is the function's own, for messages only.
	Name() string
	// Types are the types of the task's input and output.
	Types() (in, out reflect.Type)
	// Untyped is the same task with its types erased: its input must hold a value of the task's input type, or the
	// call fails.
	Untyped() *Task[any, any]
	// Bind gives the task a place for one input and one output, for a worker that makes one call after another.
	Bind() Binding
	// Defined reports whether Define made the task, so that another process can find it by its name.
	Defined() bool
	// Version is what the option [Version] says; "" without it.
	Version() string

	runsProcesses() bool // no other type is one
}

var defined = struct {
	sync.RWMutex
	tasks map[string]AnyTask
}{tasks: map[string]AnyTask{}}

// Define makes a task that other processes find by its name, so call it while the package is initialised:
//
//	var fetch = overlap.Define("fetch", func(ctx context.Context, url string) (Page, error) { … })
//
// Whether the types can cross to another process is checked by the executor that takes them there, at first use.
// Define panics when the name is empty or taken, or fn is nil.
func Define[In, Out any](name string, fn func(context.Context, In) (Out, error), options ...TaskOption) *Task[In, Out] {
	if name == "" {
		panic("overlap: Define: a task needs a name")
	}
	if fn == nil {
		panic(fmt.Sprintf("overlap: Define %q: the function is nil", name))
	}
	t := newTask(name, fn, options)
	t.defined = true
	defined.Lock()
	defer defined.Unlock()
	if _, taken := defined.tasks[name]; taken {
		panic(fmt.Sprintf("overlap: Define %q: there is a task of this name already", name))
	}
	defined.tasks[name] = t
	return t
}

// Func makes a task of a function, a closure for instance, for use in this process alone. Its name, for messages, is
// the function's unless [Task.Named] gives it another. Func panics when fn is nil.
func Func[In, Out any](fn func(context.Context, In) (Out, error), options ...TaskOption) *Task[In, Out] {
	if fn == nil {
		panic("overlap: Func: the function is nil")
	}
	return newTask("", fn, options)
}

func newTask[In, Out any](name string, fn func(context.Context, In) (Out, error), options []TaskOption) *Task[In, Out] {
	t := &Task[In, Out]{name: name, fn: fn, in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()}
	for i, o := range options {
		mustBeOption(fmt.Sprintf("task %q", name), i, o)
		o.applyToTask(&t.policy)
		t.hasPolicy = true
	}
	return t
}

// mustBeMade panics when the task, which the public function where was given, is none of Define's or Func's.
func (t *Task[In, Out]) mustBeMade(where string) {
	if t == nil {
		panic(fmt.Sprintf("overlap: %s: the task is nil", where))
	}
	if t.fn == nil {
		panic(fmt.Sprintf("overlap: %s: the task was not made by Define or Func", where))
	}
}

// Lookup finds a task by the name it was given to [Define] with.
func Lookup(name string) (AnyTask, bool) {
	defined.RLock()
	defer defined.RUnlock()
	t, ok := defined.tasks[name]
	return t, ok
}

// Tasks returns every task made with [Define], by name.
func Tasks() []AnyTask {
	defined.RLock()
	defer defined.RUnlock()
	all := make([]AnyTask, 0, len(defined.tasks))
	for _, t := range defined.tasks {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b AnyTask) int { return strings.Compare(a.Name(), b.Name()) })
	return all
}

// Named is a task of the same function and options that is called name in errors, events and profiles, where a [Func]
// has the name of its function: main.main.func1, say. It does not change t. Other processes find tasks by the names that
// [Define] was given, so Named panics for one of those, and when the name is empty.
func (t *Task[In, Out]) Named(name string) *Task[In, Out] {
	t.mustBeMade("Task.Named")
	switch {
	case name == "":
		panic("overlap: Task.Named: the name is empty")
	case t.defined:
		panic(fmt.Sprintf("overlap: Task.Named %q: the task has its name by Define: %q", name, t.name))
	}
	named := *t
	named.name = name
	return &named
}

// Around is the same task, by its name and its options, with the function that wrap makes of its own: to count its calls,
// say, or to note where they run. It does not change t. Where calls are made in other processes, these make them with the
// function that they have defined. It panics when the task was made by neither Define nor Func, or a function is nil.
func (t *Task[In, Out]) Around(
	wrap func(fn func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error),
) *Task[In, Out] {
	t.mustBeMade("Task.Around")
	if wrap == nil {
		panic("overlap: Task.Around: the function is nil")
	}
	around := *t
	around.name = t.Name() // which is that of the function within
	if around.fn = wrap(t.fn); around.fn == nil {
		panic("overlap: Task.Around: the function that was made is nil")
	}
	return &around
}

// Name implements [AnyTask].
func (t *Task[In, Out]) Name() string {
	if t.name != "" {
		return t.name
	}
	return runtime.FuncForPC(reflect.ValueOf(t.fn).Pointer()).Name()
}

// Binding is a task with a place for its input and its output.
type Binding struct {
	Input  any // *In
	Output any // *Out
	// Call calls the task with *Input and puts its value into *Output. It catches neither a panic nor a Goexit.
	Call func(context.Context) error
}

// Bind implements [AnyTask].
func (t *Task[In, Out]) Bind() Binding {
	in, out := new(In), new(Out)
	return Binding{in, out, func(ctx context.Context) (err error) {
		*out, err = t.fn(ctx, *in)
		return err
	}}
}

// Types implements [AnyTask].
func (t *Task[In, Out]) Types() (in, out reflect.Type) { return t.in, t.out }

// Defined implements [AnyTask].
func (t *Task[In, Out]) Defined() bool { return t.defined }

// Version implements [AnyTask].
func (t *Task[In, Out]) Version() string { return t.policy.version }

// runsProcesses reports whether the task was made with [RunsProcesses].
func (t *Task[In, Out]) runsProcesses() bool { return t.policy.processes }

// Untyped implements [AnyTask].
func (t *Task[In, Out]) Untyped() *Task[any, any] {
	u := &Task[any, any]{
		name: t.Name(), policy: t.policy, hasPolicy: t.hasPolicy, defined: t.defined, in: t.in, out: t.out,
	}
	u.fn = func(ctx context.Context, in any) (any, error) {
		typed, ok := in.(In)
		if !ok && in != nil {
			return nil, fmt.Errorf("task %s takes a %v, not a %T", t.Name(), t.in, in)
		}
		return t.fn(ctx, typed)
	}
	return u
}
