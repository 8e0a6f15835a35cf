package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/process"
	"example.com/overlap/report/live"
)

// whereFlags are about where calls run, and how many at once.
type whereFlags struct {
	on, worker  string
	jobs        atOnce
	max         int
	startWith   int
	memoryLimit byteSize
	tell        bool // where each call runs
	verbose     bool // each step of auto is told
	perWorker   int  // how many calls each worker of --worker makes at once; 0: not known
	cluster     clusterFlags
}

func (f *whereFlags) add(p *program, cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.on, "on", defaultStrategy, "run under this `strategy`, see "+p.name+" strategies")
	_ = cmd.RegisterFlagCompletionFunc("on",
		cobra.FixedCompletions(p.strategyCompletions(), cobra.ShellCompDirectiveNoFileComp))
	set.StringVar(&f.worker, "worker", "", "run on worker processes of this `command`, which speaks the line protocol; "+
		"quotes and backslashes mean what they do in a shell, nothing else does; TASK may be left out when it has one")
	set.VarP(&f.jobs, "jobs", "j", jobsHelp+
		" (default: auto and each worker of cluster find it out, where -j is for the worker of this command alone; min(32, cores+4) under pool, as many processes as cores, or 1024 under async and loop)")
	set.IntVar(&f.max, "max", 0, "have --on auto run at most this `number` of calls at once")
	set.IntVar(&f.startWith, "start-with", 0,
		"have --on auto begin with this `number` of calls at once, such as it found to be good before (default one a core, "+
			"and of calls that wait up to 128 some milliseconds later, but of commands and those of --worker)")
	set.BoolVar(&f.tell, "where", false, "say of each call in which process, on which thread and in which goroutine it runs")
	set.Var(&f.memoryLimit, "memory-limit",
		"end a worker process that wants more memory than this `size`, such as 512MB or 1GiB; its call fails")
	f.cluster.add(cmd)
}

const jobsHelp = "run at most this `number` of calls at once under any strategy: N, N% of the cores, +N or -N for " +
	"more or fewer than cores, 0 for no limit"

// strategy finds the strategy, or says what is wrong with the flags. given reports whether a flag was.
func (f whereFlags) strategy(p *program, given func(flag string) bool) (strategy, error) {
	const leastMemory = 64 << 20
	on := f.on
	if !given("on") && f.jobs.calls > 0 && !given("max") && !given("start-with") {
		on = poolStrategy
	}
	s, err := p.strategy(on)
	switch {
	case err != nil:
		return s, err
	case f.cluster.check(s) != nil:
		return s, f.cluster.check(s)
	case given("worker") && strings.TrimSpace(f.worker) == "":
		return s, usageErrorf("%s", noWorker)
	case s.isCluster() && checkSlots(f.jobs) != nil:
		return s, checkSlots(f.jobs)
	case f.worker != "" && given("on") && !s.isCluster():
		return s, usageErrorf("--worker says where the calls run: leave --on out")
	case given("max") && (f.max < 1 || f.worker == "" && s.name != autoStrategy || f.jobs.calls > 0):
		return s, usageErrorf("--max bounds what --on auto finds out: give 1 or more, and neither -j nor another --on")
	case given("start-with") && (f.startWith < 1 || f.worker == "" && s.name != autoStrategy || f.jobs.calls > 0):
		return s, usageErrorf("--start-with is what --on auto begins with: give 1 or more, and neither -j nor another --on")
	case given("start-with") && given("max") && f.startWith > f.max:
		return s, usageErrorf("--start-with %d is more than --max %d: give --start-with %d or less, or a greater --max",
			f.startWith, f.max, f.max)
	case f.worker != "" && !s.isCluster():
		s = strategy{name: "worker", traits: traits{processes: true}}
	case f.jobs.calls > 1 && s.name == "sync":
		return s, usageErrorf("--on sync runs one call at a time, so -j %s cannot be: leave it out, "+
			"or choose another strategy", f.jobs.text)
	}
	switch {
	case !given("memory-limit"):
	case !s.processes:
		return s, usageErrorf("--memory-limit is for worker processes, and --on %s has none: "+
			"add --on processes, or leave it out", s.name)
	case f.memoryLimit < leastMemory:
		return s, usageErrorf("less than 64MiB is too little for a worker to start: give --memory-limit that or more")
	}
	return s, nil
}

// noWorker is said where --worker has no command.
const noWorker = "--worker '' starts no worker: give the command that does, such as 'python3 my_task.py'"

// checkSlots refuses more calls at once than a worker can have.
func checkSlots(jobs atOnce) error {
	const most = 1 << 16
	if jobs.calls > most {
		return usageErrorf("a worker of a cluster makes at most %d calls at once: give -j a number up to that, or leave it "+
			"out to have it find out how many are good", most)
	}
	return nil
}

// clusterProcesses are the number and the options of the processes of a worker that makes so many calls at once; 0 where it
// finds that out.
func clusterProcesses(calls int, options []process.Option) (int, []process.Option) {
	if calls > 0 {
		return calls, options
	}
	return mostWorkers, append(options, process.OnDemand())
}

// autoLimit is the flag that says how many calls auto may have in flight, as it was given; "" for none.
func (f whereFlags) autoLimit() string {
	switch {
	case f.max > 0:
		return fmt.Sprintf("--max %d", f.max)
	case f.jobs.calls > 0:
		return "-j " + f.jobs.text
	}
	return ""
}

// atOnce is how many calls may run at once; 0 leaves it to the executor.
func (f whereFlags) atOnce(s strategy) int { return cmp.Or(f.jobs.calls, s.usual) }

// workerOptions are those of worker processes.
func (p *program) workerOptions(f whereFlags) []process.Option {
	options := []process.Option{process.Printed(p.messages.printed), process.Notices(p.messages.say)}
	if f.tell {
		options = append(options, process.RanIn(p.tellProcess(f.worker)))
	}
	if f.memoryLimit > 0 {
		options = append(options, process.MemoryLimit(int64(f.memoryLimit)))
	}
	return options
}

// mostWorkers is how many worker processes auto has at most.
const mostWorkers = 1024

// place is a task and where its calls run.
type place struct {
	task     overlap.AnyTask
	executor overlap.Executor
	workers  *process.Pool                       // that auto decides over; nil for none
	growth   *growth                             // of worker processes; nil for none
	found    *atomic.Pointer[overlap.AutoReport] // what auto has found out; nil under another strategy
	page     *livePointer                        // that auto tells what it does, if there is one by then
}

// perWorker is how many calls each worker process makes at once; 0 where that is not known, or there are none.
func (at place) perWorker() int {
	if pool, ok := at.executor.(*process.Pool); ok {
		return pool.PerWorker()
	}
	return 0
}

// unnumbered reports whether the workers have no numbers: a call's worker is its index then.
func (at place) unnumbered() bool { return at.executor == overlap.Async() }

// close ends what has to be ended.
func (at place) close() {
	compare.CloseExecutor(at.executor)
	if at.workers != nil {
		_ = at.workers.Close()
	}
}

// open makes what the calls run on, and finds the task. It returns the arguments that are inputs.
func (p *program) open(
	ctx context.Context, f whereFlags, s strategy, args []string,
) (at place, inputs []string, err error) {
	atOnce := times(f.atOnce(s), 1)
	atStart := atOnce
	if s.processes {
		atStart = min(atOnce, mostAtStart)
	}
	options := p.workerOptions(f)
	at.page = &livePointer{}
	page := at.page
	auto := func(options ...overlap.AutoOption) {
		if f.startWith > 0 {
			options = append(options, overlap.StartWith(f.startWith))
		}
		at.found = new(atomic.Pointer[overlap.AutoReport])
		options = append(options,
			overlap.ExplainSteps(func(s overlap.AutoStep) {
				if f.verbose {
					p.messages.sayf("auto: %v", s)
				}
				page.tell(func(job *live.Job) { job.Step(s) })
			}),
			overlap.ExplainCaps(func(now overlap.AutoCap) {
				now.Bound = flagFor(now.Bound, f.autoLimit())
				page.tell(func(job *live.Job) { job.Cap(now) })
			}),
			overlap.Explain(func(r overlap.AutoReport) {
				at.found.Store(&r)
				page.tell(func(job *live.Job) { job.Found(r) })
			}))
		at.executor = newAuto(cmp.Or(f.max, f.jobs.calls), options...)
	}
	switch {
	case s.isCluster():
		var pool *process.Pool
		if f.worker != "" {
			n, options := clusterProcesses(f.jobs.calls, options)
			pool, at.task, inputs, err = foreign(ctx, f.worker, n, options, args)
		} else {
			inputs = args[1:]
			at.task, err = p.task(args[0])
		}
		if err == nil {
			at.executor, err = p.openCluster(ctx, f, at.task, pool, options)
		}
		if err != nil && pool != nil {
			_ = pool.Close()
		}
	case f.worker != "" && atOnce == 0:
		options = append(options, process.OnDemand())
		at.workers, at.task, inputs, err = foreign(ctx, f.worker, cmp.Or(f.max, mostWorkers), options, args)
		if err == nil {
			auto(overlap.Over(at.workers))
		}
	case f.worker != "":
		at.executor, at.task, inputs, err = foreign(ctx, f.worker, atStart, options, args)
	default:
		if at.task, err = p.task(args[0]); err == nil && s.name == autoStrategy {
			auto()
		} else if err == nil {
			at.executor = s.make(atStart, options...)
		}
		inputs = args[1:]
	}
	if err != nil {
		return place{}, nil, err
	}
	at.growth = growing(at.executor, atStart, atOnce)
	return at, inputs, nil
}
