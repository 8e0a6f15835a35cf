package cli

import (
	"context"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/process"
)

// runFlags are what the user asked of run.
type runFlags struct {
	from           []string
	on, output     string
	worker         string
	jobs, retries  int
	timeout, grace time.Duration
	keepOrder      bool
	memoryLimit    byteSize
}

func (p *program) runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run TASK [INPUT…]",
		Short: "Run a job for real: one task over any number of inputs",
		Long: p.named(`Call the task once for each input, and write a line of JSON for each call as it ends.

Inputs are the arguments, the lines of --from FILE, or else the lines of standard input. A task that takes whole numbers
also takes a range of them, 1000..15999, as an argument. Other inputs are read as the task's own type reads text, as
strings, numbers or booleans, or else as JSON. Blank lines are skipped; a line may have 16 MiB. Arguments, and regular
files of up to 64 MiB, are checked as a whole before anything runs. A bad line of a larger file or of a pipe ends the
inputs: the calls before it are done, and the exit status is 2.

Each line of the results has index, input, value or error, outcome, attempts, seconds (of the last attempt) and worker.
A text that is not UTF-8 stands there with U+FFFD for what JSON cannot hold; its bytes follow as input_base64 or
value_base64.
With -o they go to a file that is put in its place when the job is over, so it is never half a file. After Ctrl-C it has
the calls that ended until then; when the results cannot be written, the file that was there before stays.

The first Ctrl-C lets the calls that run end, and begins nothing: no input, no further attempt. The second cancels
those, the third ends the command at once, and so does SIGQUIT; the results are kept. SIGTERM and SIGHUP do the same as
Ctrl-C, and after SIGTERM the calls are canceled in 8 seconds and the command ends before 10 have passed. Signals within
200 ms are one; SIGINT and SIGHUP stay ignored where they are at the start, as under nohup.

Exit status: 0 all calls succeeded, 1 some failed or the results could not be written, 2 bad usage or bad inputs,
130 interrupted, 141 nobody reads the results any more.`),
		Example: p.named(`  overlap run primes 1000..15999 -o primes.jsonl
  overlap run fetch http://127.0.0.1:8080/json http://127.0.0.1:8080/html
  overlap run fetch --from urls.txt --on async -j 64 --timeout 10s --retries 3 -o pages.jsonl
  zcat urls.gz | overlap run fetch -k | head -1
  overlap run --worker 'python3 my_task.py' --from inputs.jsonl
  overlap run --worker 'python3 "my task.py"' --from inputs.jsonl`),
		Args: func(cmd *cobra.Command, args []string) error {
			if flags.worker != "" { // whose tasks are not known yet
				return nil
			}
			return p.needsTask("run")(cmd, args)
		},
		ValidArgsFunction: p.completeTask,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.run(cmd, flags, args)
		},
	}
	set := cmd.Flags()
	set.StringArrayVar(&flags.from, "from", nil, fromHelp)
	p.strategyFlag(cmd, &flags.on)
	set.StringVar(&flags.worker, "worker", "", "run on worker processes of this `command`, which speaks the line protocol; quotes and backslashes "+
		"mean what they do in a shell, nothing else does; TASK may be left out when it has one")
	set.IntVarP(&flags.jobs, "jobs", "j", 0, "how many calls run at once: the pool's size (default min(32, cores+4)), how many worker processes (default cores), or "+
		"how many inputs the other strategies may draw ahead of the results")
	set.DurationVar(&flags.timeout, "timeout", 0, "stop an attempt after this long")
	set.DurationVar(&flags.grace, "grace", time.Second,
		"give up an attempt that is still running this long after its timeout")
	set.Var(&flags.memoryLimit, "memory-limit",
		"end a worker process that wants more memory than this `size`, such as 512MB or 1GiB; its call fails")
	set.IntVar(&flags.retries, "retries", 0,
		"make up to this many extra attempts at a call that fails, or whose worker died if its task is idempotent: 3 means 4 attempts in all")
	set.BoolVarP(&flags.keepOrder, "keep-order", "k", false, "write the results in the order of the inputs")
	set.StringVarP(&flags.output, "output", "o", "", "write the results to this `file` instead of standard output")
	return cmd
}

// strategyFlag adds --on for one strategy.
func (p *program) strategyFlag(cmd *cobra.Command, on *string) {
	cmd.Flags().StringVar(on, "on", defaultStrategy, "run under this `strategy`, see "+p.name+" strategies")
	_ = cmd.RegisterFlagCompletionFunc("on",
		cobra.FixedCompletions(p.strategyCompletions(), cobra.ShellCompDirectiveNoFileComp))
}

// run is the command: it finds out what is to be done, refuses what cannot be, and does it.
func (p *program) run(cmd *cobra.Command, flags runFlags, args []string) error {
	s, err := p.strategy(flags.on)
	if err != nil {
		return err
	}
	if flags.worker != "" && cmd.Flags().Changed("on") {
		return usageErrorf("--worker says where the calls run: leave --on out")
	}
	options, err := flags.options(cmd.Flags().Changed, s)
	if err != nil {
		return err
	}
	of, err := p.workerOptions(flags, cmd.Flags().Changed, s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	var executor overlap.Executor
	var task overlap.AnyTask
	workers, most := flags.jobs, processCount(flags.jobs)
	if flags.worker != "" || s.processes {
		workers = min(most, mostAtStart)
	}
	if flags.worker != "" {
		if executor, task, args, err = foreign(ctx, flags.worker, workers, of, args); err != nil {
			return err
		}
	} else {
		if task, err = p.task(args[0]); err != nil {
			return err
		}
		executor, args = s.make(workers, of...), args[1:]
	}
	defer closeExecutor(executor)
	draining, drain := context.WithCancelCause(context.Background())
	defer drain(nil)
	j := &job{program: p, task: task, retries: -1, drain: drain, cancel: cancel}
	j.draining, j.over = draining, make(chan struct{})
	j.growth = growing(executor, workers, most)
	j.closeFile = sync.OnceValue(j.putFile)
	options = append(options, overlap.Drain(draining), overlap.OnLocalLimit(j.tellLocalLimit))
	if flags.keepOrder {
		j.underWay = &underWay{calls: map[int]struct{}{}}
		options = append(options, overlap.Observe(j.underWay.observe))
	}
	if cmd.Flags().Changed("retries") {
		j.retries = flags.retries
	}
	defer onInterrupt(j.drainCalls, j.cancelCalls, j.exitNow)()
	if j.inputs, err = p.inputs(draining, task, args, flags.from); err != nil {
		return err
	}
	defer j.inputs.Close()
	if err := j.openResults(flags.output); err != nil {
		return err
	}
	if n := flags.window(s); n > 0 {
		if j.inputs.Count > 0 {
			n = int(min(int64(n), j.inputs.Count)) // more would be room for nothing
		}
		options = append(options, overlap.Window(n))
	}
	j.run(ctx, executor, options)
	return j.finish()
}

// options are the job's, or an error about flags that make no sense. given reports whether a flag was.
func (f runFlags) options(given func(flag string) bool, s strategy) ([]overlap.Option, error) {
	switch {
	case given("jobs") && f.jobs < 1:
		return nil, usageErrorf("-j %d makes no sense: run at least 1 call at once", f.jobs)
	case tooMany("-j", f.jobs) != nil:
		return nil, tooMany("-j", f.jobs)
	case tooMany("--retries", f.retries) != nil:
		return nil, tooMany("--retries", f.retries)
	case f.jobs > 1 && s.name == "sync":
		return nil, usageErrorf("--on sync runs one call at a time, so -j %d cannot be: leave it out, or choose another strategy",
			f.jobs)
	case f.timeout < 0:
		return nil, usageErrorf("--timeout %v makes no sense: give a positive time, such as 10s", f.timeout)
	case f.grace < 0:
		return nil, usageErrorf("--grace %v makes no sense: give 0 or a positive time", f.grace)
	case f.retries < 0:
		return nil, usageErrorf("--retries %d makes no sense: give the number of extra attempts", f.retries)
	}
	var options []overlap.Option
	if f.keepOrder {
		options = append(options, overlap.Ordered())
	}
	if f.timeout > 0 {
		options = append(options, overlap.Timeout(f.timeout))
	}
	if given("grace") {
		options = append(options, overlap.Grace(f.grace))
	}
	if given("retries") {
		options = append(options, overlap.Retry(times(f.retries, 1)))
	}
	return options, nil
}

// workerOptions are those of worker processes, or an error where there are none.
func (p *program) workerOptions(f runFlags, given func(flag string) bool, s strategy) ([]process.Option, error) {
	const least = 64 << 20
	printing := []process.Option{process.Printed(p.messages.printed), process.Notices(p.messages.say)}
	switch {
	case !given("memory-limit"):
		return printing, nil
	case f.worker == "" && !s.processes:
		return nil, usageErrorf("--memory-limit is for worker processes, and --on %s has none: add --on processes, or leave it out", s.name)
	case f.memoryLimit < least:
		return nil, usageErrorf("less than 64MiB is too little for a worker to start: give --memory-limit that or more")
	}
	return append(printing, process.MemoryLimit(int64(f.memoryLimit))), nil
}

// window is how many inputs may be drawn ahead of the results; 0 leaves it to the executor. A pool draws only what it
// has a worker for, so that after Ctrl-C nothing has to be done but what runs. It must draw more where results wait for
// their turn, or calls for another attempt: the workers would wait with them.
func (f runFlags) window(s strategy) int {
	switch {
	case s.windowed:
		return times(f.jobs, 1)
	case s.name == "sync":
		return 0
	case f.keepOrder || f.retries > 0:
		return max(64, times(poolSize(f.jobs), 4))
	}
	return poolSize(f.jobs)
}
