package overlap

import (
	"fmt"
	"runtime"

	"example.com/overlap/internal/tune"
)

// Auto finds out while a job runs how many of its calls to keep in flight, and needs no number. Calls that compute get
// one worker a core; calls that wait get more of them until a core is busy all the time, or what they wait for does no
// more in a second, refuses more, or memory, threads or processes run short. Each job on it has a level of its own, so jobs of different
// kinds can share one Auto.
//
// A call that is refused because too much was asked at once has not failed: it is offered again, at most 5 times in all its
// attempts, which is no attempt, and fewer run at once from then on. A refusal is an error in whose tree there is a method Overloaded()
// bool that returns true, or ECONNREFUSED. If the error has a method RetryAfter() (time.Duration, bool), no call starts
// before that time, or a minute. Where nothing gets through for some two seconds, refusals are failures like any other;
// for some 70 seconds where calls got through before, as at a far end that lets so many through a minute.
// A call that times out has failed, and where a tenth of them or more does, no more are in flight than end in
// half of that time, unless that does not help or calls take no longer with more. That is one whose outcome is TimedOut, or in
// whose error's tree there is a method Timeout() bool that returns true.
//
// The first 128 calls are put in flight before any has ended, within a few milliseconds, as long as cores are free, and up to
// 256 a few milliseconds later, if the job has no more and none is refused by then:
// whoever knows that what they wait for cannot take that, or that so many do not fit into memory once they have waited,
// gives [Max], or a [PerKey]. Workers are goroutines that exist only while there are calls, so an Auto needs no Close. A job
// with no more calls than cores is never looked at, and a Map of a few calls of microseconds is done by one worker. Safe for
// concurrent use.
func Auto(options ...AutoOption) Executor {
	a := &auto{}
	for i, option := range options {
		if option == nil {
			panic(fmt.Sprintf("overlap: Auto: option %d is nil", i+1))
		}
		option(a)
	}
	return a
}

// AutoOption is an option of [Auto].
type AutoOption func(*auto)

// Max keeps an [Auto] from having more than n calls of a job in flight. It panics when n < 1.
func Max(n int) AutoOption {
	if n < 1 {
		panic(fmt.Sprintf("overlap: Max: must be at least 1, got %d", n))
	}
	return func(a *auto) { a.most = n }
}

// StartWith has an [Auto] begin with n calls of a job in flight, where one is known to be a good number: it then has
// less to find out. It begins with fewer where Max, or the limits of processes and threads, allow no more. It panics when n < 1.
func StartWith(n int) AutoOption {
	if n < 1 {
		panic(fmt.Sprintf("overlap: StartWith: must be at least 1, got %d", n))
	}
	return func(a *auto) { a.start = n }
}

// Explain has an [Auto] tell fn what it has found out about each job, once, when no call of the job runs any more and
// before its Map, Stream or Group.Wait returns, on any goroutine: of several jobs at the same time. fn must not wait
// for the job, nor panic. It takes a job some microseconds (W23l of bench/auto). Explain panics when fn is nil.
func Explain(fn func(AutoReport)) AutoOption {
	if fn == nil {
		panic("overlap: Explain: the function is nil")
	}
	return func(a *auto) { a.explain = fn }
}

// ExplainSteps has an [Auto] tell fn of each change of how many calls of a job may be in flight, after it, on a goroutine
// of the job's own: of several jobs at the same time, and of none whose calls have all ended. fn holds the next change up,
// must not wait for the job, nor panic.
// ExplainSteps panics when fn is nil.
func ExplainSteps(fn func(AutoStep)) AutoOption {
	if fn == nil {
		panic("overlap: ExplainSteps: the function is nil")
	}
	return func(a *auto) { a.steps = fn }
}

// ExplainCaps has an [Auto] tell fn how many calls of a job may be in flight, and what keeps it from being more, whenever
// one of the two has changed: as [ExplainSteps] does, and under the same rules.
func ExplainCaps(fn func(AutoCap)) AutoOption {
	if fn == nil {
		panic("overlap: ExplainCaps: the function is nil")
	}
	return func(a *auto) { a.caps = fn }
}

// Workers is what has workers whose number an [Auto] can decide: *process.Pool is one. If it has a method PerWorker() int,
// that says how many calls each of them makes at once, 0 where there is nothing to be known of that.
type Workers interface {
	Executor
	// StartOn is Start with slots of the job's own: as many workers are to be had as these allow at the time.
	StartOn(job *Job, slots *Slots) error
}

// Over has an [Auto] decide how many workers there are for a job, of those that the calls run on. Their processes are
// what it goes by, as for a task with [RunsProcesses]: it begins with one worker a core, has more of them as long as
// the cores are not busy with them, and no more than workers allows. Who made workers closes them. It panics when
// workers is nil.
func Over(workers Workers) AutoOption {
	mustBeExecutor("Over", workers)
	return func(a *auto) { a.over = workers }
}

// countCores is how many cores calls may use.
var countCores = func() int { return runtime.GOMAXPROCS(0) }

type auto struct {
	most, start int
	explain     func(AutoReport)
	steps       func(AutoStep)
	caps        func(AutoCap)
	over        Workers // nil: goroutines of this process
}

// Start implements [Executor].
func (a *auto) Start(job *Job) error {
	settings := tune.Settings{Cores: countCores(), Start: a.start, Max: a.most}
	settings.Processes = a.over != nil || job.task != nil && job.task.runsProcesses()
	if settings.Processes || a.start > settings.Cores { // else the first reading comes in time
		settings.Room = lookAtRoom()
	}
	t := newTuner(job, settings, a)
	if a.over != nil {
		return a.over.StartOn(job, t.slots)
	}
	job.Serve(t.slots, (*Worker).Work)
	return nil
}

func (a *auto) String() string {
	if a.most > 0 {
		return fmt.Sprintf("auto(%d)", a.most)
	}
	return "auto"
}

// Describe implements [Describer].
func (*auto) Describe() Description {
	return Description{What: "finds out by itself how many run at once", For: "the default"}
}
