package overlap

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

// TaskOption is an option of [Define] and [Func]: how every call of the task is made, unless the job says otherwise.
type TaskOption interface{ applyToTask(*policy) }

// Option is an option of a job: of [Map], [MapResults], [Stream] or [NewGroup]. It works the same under every executor.
type Option interface{ applyToJob(*options) }

// CallOption is an option of tasks and of jobs. A job's wins over its task's.
type CallOption interface {
	TaskOption
	Option
}

// policy is how a call is made.
type policy struct {
	timeout    time.Duration // 0: none
	grace      time.Duration
	retry      RetryPolicy
	graceSet   bool
	retrySet   bool
	idempotent bool // a call may be made twice
	atMostOnce bool // no attempt may be, whatever else is said
	processes  bool // calls run in processes that they start
	version    string
}

// options are a job's.
type options struct {
	policy
	onlyStream      string // the last option given that is for a Stream alone
	notStream       string // the last option given that is not for a Stream
	ordered         bool
	indexes         func() int // nil: the indexes are 0, 1, 2 and so on
	window          int        // 0: the executor's
	total           int        // how many inputs there are; 0: not known
	keepGoing       bool
	propagatePanics bool
	profileLabels   bool
	observers       []observer
	drains          []context.Context
	onLocalLimit    []func(error)
	limits          []startLimit
	priority        Priority
	keys            *KeyLimits // nil: none
	halts           []HaltPolicy
	timeLimit       time.Duration // 0: none
	medianTimeout   float64       // 0: none
}

const defaultGrace = time.Second

// withDefaultsOf returns p with what it leaves open filled in from the task's.
func (p policy) withDefaultsOf(task policy) policy {
	if p.timeout == 0 {
		p.timeout = task.timeout
	}
	if !p.graceSet {
		p.grace, p.graceSet = task.grace, task.graceSet
	}
	if !p.graceSet {
		p.grace = defaultGrace
	}
	if !p.retrySet {
		p.retry = task.retry
	}
	p.atMostOnce = p.atMostOnce || task.atMostOnce
	p.idempotent = task.idempotent && !p.atMostOnce
	return p
}

type taskOption func(*policy)

func (o taskOption) applyToTask(to *policy) { o(to) }

// Idempotent says that a call of the task may be made twice, without harm. An executor that runs calls elsewhere
// makes one again when its worker died after the call had ended and before its value arrived; and a [RetryPolicy]
// covers calls whose worker died while they ran, which otherwise are never made again.
func Idempotent() TaskOption { return taskOption(func(p *policy) { p.idempotent = true }) }

// AtMostOnce says that no attempt at a call may be made twice, whatever is killed, lost or cut off. An executor that runs
// calls elsewhere then rather has one fail with [ErrMayHaveRun], of which it cannot know whether it was made, and whose
// outcome is WorkerDied; it overrides [Idempotent]. A [RetryPolicy] still makes other attempts at calls that have failed
// by themselves. It does not outlast the program: see package durable, whose AtMostOnce does.
func AtMostOnce() CallOption { return callOption(func(p *policy) { p.atMostOnce = true }) }

// RunsProcesses says that a call of the task starts processes of its own and waits for them, as os/exec does. A
// goroutine that waits for a process looks idle, whatever that does; an [Auto] then goes by what the processes do,
// where the system tells (Linux): by their CPU time, how many of them want a core, and their memory. Elsewhere it runs
// one call a core.
func RunsProcesses() TaskOption { return taskOption(func(p *policy) { p.processes = true }) }

// Version says which version of the task this is: any text, such as "2" or the hash of a model. What makes calls in
// another program (package cluster) gives them to workers of the same version only, and one without a version is another
// than any that has one. Change it with what the task computes, where an old answer would be a wrong one: types that differ
// are noticed without. Version panics when the text is empty.
func Version(version string) TaskOption {
	if version == "" {
		panic("overlap: Version: the version is empty: leave the option out")
	}
	return taskOption(func(p *policy) { p.version = version })
}

// jobOptions are a job's options together; where is the public function that was given them and the context.
func jobOptions(ctx context.Context, where string, list []Option) (set options) {
	mustHave(ctx, where)
	for i, option := range list {
		mustBeOption(where, i, option)
		option.applyToJob(&set)
	}
	switch {
	case where == "Stream" && set.notStream != "":
		panic(fmt.Sprintf("overlap: Stream: %s: leave it out", set.notStream))
	case where != "Stream" && where != "NewGroup" && set.window > 0:
		panic(fmt.Sprintf("overlap: %s: Window bounds how far a Stream draws and what a Group holds: leave it out", where))
	case where != "Stream" && set.onlyStream != "":
		panic(fmt.Sprintf("overlap: %s: %s: leave it out, or use Stream", where, set.onlyStream))
	}
	return set
}

// mustBeOption panics when option i of those that a public function was given is nil.
func mustBeOption(where string, i int, option any) {
	if isNil(option) {
		panic(fmt.Sprintf("overlap: %s: option %d is nil", where, i+1))
	}
}

// isNil reports whether there is no option, or a nil pointer in its place, such as a *[RateLimit] that was never made.
func isNil(option any) bool {
	v := reflect.ValueOf(option)
	return option == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// mustHave panics when the context that a public function was given is nil.
func mustHave(ctx context.Context, where string) {
	if ctx == nil {
		panic(fmt.Sprintf("overlap: %s: the context is nil; context.Background() is one that never ends", where))
	}
}

type jobOption func(*options)

func (o jobOption) applyToJob(to *options) { o(to) }

type callOption func(*policy)

func (o callOption) applyToTask(to *policy) { o(to) }

func (o callOption) applyToJob(to *options) { o(&to.policy) }

// Timeout bounds each attempt, from its start: its context ends after d, and the call has timed out if the task then
// returns an error. What it returns without an error is kept. See [Grace] for a task that does not return.
// Timeout panics when d is not positive.
func Timeout(d time.Duration) CallOption {
	if d <= 0 {
		panic(fmt.Sprintf("overlap: Timeout: must be positive, got %v", d))
	}
	return callOption(func(p *policy) { p.timeout = d })
}

// Grace is how long an attempt may take to come back after its [Timeout]; 1 s unless said. Then it is abandoned: its
// outcome says so, its slot is free for other calls, and what it returns later is dropped. [Sync], where the caller
// itself runs the calls, cannot abandon one and waits. Worker processes are killed instead, then and when a call has
// not come back so long after a cancel. Grace panics when d is negative.
func Grace(d time.Duration) CallOption {
	if d < 0 {
		panic(fmt.Sprintf("overlap: Grace: must not be negative, got %v", d))
	}
	return callOption(func(p *policy) { p.grace, p.graceSet = d, true })
}

// Ordered makes [Stream] yield results in the order of the inputs rather than as they are completed. [Map], whose
// values are in order anyway, and [NewGroup] panic when they are given it.
func Ordered() Option {
	return jobOption(func(o *options) {
		o.ordered, o.onlyStream = true, "Ordered is for a Stream, since values of a Map and futures are in order anyway"
	})
}

// Window bounds how much a [Stream] or a [Group] has in hand. Of a Stream, inputs drawn minus results taken never
// exceeds n, ordered or not; the default is twice what the executor's workers make at once and at least 64, and follows that when
// it changes; for workers that take many short calls at once, as processes and clusters do, it has room for 50 ms of results, at
// most 16,384; 1,024 for [Async] and 1 for [Sync]; with [AtMostOnce] the executor's workers, where no call waits for its
// turn or another attempt, and it is no [Auto]. Of a Group, calls submitted that have not ended never exceed n, but
// for those that its calls submit: [Submit] waits for room and [TrySubmit] refuses; the default is no bound.
//
// A window costs what is in it: any n is accepted, and none allocates ahead. Window panics when n < 1, and [Map] when
// it is given one, since all its inputs are there.
func Window(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("overlap: Window: must be at least 1, got %d", n))
	}
	return jobOption(func(o *options) { o.window = n })
}

// Indexes gives the results of a [Stream] the indexes that next returns, rather than 0, 1, 2 and so on: for inputs of
// which some are skipped, because an earlier run has made their calls. [Result].Index, errors, events and [Call.Index]
// then name the place in all inputs:
//
//	at := -1
//	left := func(yield func(string) bool) {
//		for i, url := range urls {
//			if at = i; !done[i] && !yield(url) {
//				return
//			}
//		}
//	}
//	for r := range overlap.Stream(ctx, executor, fetch, left, overlap.Indexes(func() int { return at })) { … }
//
// next is called once for each input that is drawn, in their order, on the goroutine that gives the input and before
// that goes on. It must return another index each time, none of them negative, and not use the job. When it panics,
// ends its goroutine or returns a negative index, the inputs have ended with that as their error. Indexes panics when
// next is nil; [Map] and [NewGroup] panic when they are given it.
func Indexes(next func() int) Option {
	if next == nil {
		panic("overlap: Indexes: the function is nil")
	}
	return jobOption(func(o *options) {
		o.indexes, o.onlyStream = next, "Indexes is for a Stream, since those of a Map and a Group are what they are"
	})
}

// KeepGoing lets the other calls of a [Map] or a [Group] run when one has failed. A [Stream] always keeps going, and
// panics when it is given KeepGoing.
func KeepGoing() Option {
	return jobOption(func(o *options) {
		o.keepGoing, o.notStream = true, "KeepGoing is for a Map or a Group, since a Stream always keeps going"
	})
}

// PropagatePanics makes a task's panic a panic of the goroutine that waits (in Map, in the range over a Stream, in
// Future.Wait and Group.Wait), after all running calls have returned, instead of an error. The value is the
// *[PanicError] with the original stack.
func PropagatePanics() Option { return jobOption(func(o *options) { o.propagatePanics = true }) }

// ProfileLabels gives the goroutine of each running call the pprof labels overlap.task and overlap.index, so that a CPU
// profile names the task and, with GODEBUG=tracebacklabels=1, a crash does. It costs some allocations a call.
func ProfileLabels() Option { return jobOption(func(o *options) { o.profileLabels = true }) }

// Drain lets a job come to its end early without harm to what runs: once ctx has ended, nothing begins any more, and
// what runs goes on to its end. No more inputs are drawn; a call that was drawn but has not begun ends as
// [NeverStarted]; one that waits for another attempt ends as its last attempt did; an attempt that fails is not made
// again. The job's error, if calls never started because of it, is context.Cause(ctx), as for a cancel. A job that is
// told to drain can still be canceled by its own context.
//
// Several Drains in the options of one job all count. Drain panics when ctx is nil.
func Drain(ctx context.Context) Option {
	if ctx == nil {
		panic("overlap: Drain: the context is nil")
	}
	return jobOption(func(o *options) { o.drains = append(o.drains, ctx) })
}
