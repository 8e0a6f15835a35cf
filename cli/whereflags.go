package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/process"
)

// whereFlags are about where calls run, and how many at once.
type whereFlags struct {
	on, worker  string
	jobs        atOnce
	memoryLimit byteSize
}

func (f *whereFlags) add(p *program, cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.on, "on", defaultStrategy, "run under this `strategy`, see "+p.name+" strategies")
	_ = cmd.RegisterFlagCompletionFunc("on",
		cobra.FixedCompletions(p.strategyCompletions(), cobra.ShellCompDirectiveNoFileComp))
	set.StringVar(&f.worker, "worker", "", "run on worker processes of this `command`, which speaks the line protocol; "+
		"quotes and backslashes mean what they do in a shell, nothing else does; TASK may be left out when it has one")
	set.VarP(&f.jobs, "jobs", "j", jobsHelp+
		" (default min(32, cores+4), as many processes as cores, or 1024 under async and loop)")
	set.Var(&f.memoryLimit, "memory-limit",
		"end a worker process that wants more memory than this `size`, such as 512MB or 1GiB; its call fails")
}

const jobsHelp = "run at most this `number` of calls at once under any strategy: N, N% of the cores, +N or -N for " +
	"more or fewer than cores, 0 for no limit"

// strategy finds the strategy, or says what is wrong with the flags. given reports whether a flag was.
func (f whereFlags) strategy(p *program, given func(flag string) bool) (strategy, error) {
	const leastMemory = 64 << 20
	s, err := p.strategy(f.on)
	switch {
	case err != nil:
		return s, err
	case f.worker != "" && given("on"):
		return s, usageErrorf("--worker says where the calls run: leave --on out")
	case f.worker != "":
		s = strategy{name: "worker", usual: processCount(0), processes: true}
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

// atOnce is how many calls may run at once; 0 leaves it to the executor.
func (f whereFlags) atOnce(s strategy) int { return cmp.Or(f.jobs.calls, s.usual) }

// workerOptions are those of worker processes.
func (p *program) workerOptions(f whereFlags) []process.Option {
	options := []process.Option{process.Printed(p.messages.printed), process.Notices(p.messages.say)}
	if f.memoryLimit > 0 {
		options = append(options, process.MemoryLimit(int64(f.memoryLimit)))
	}
	return options
}

// place is a task and where its calls run.
type place struct {
	task     overlap.AnyTask
	executor overlap.Executor
	growth   *growth // of worker processes; nil for none
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
	if f.worker != "" {
		at.executor, at.task, inputs, err = foreign(ctx, f.worker, atStart, options, args)
	} else if at.task, err = p.task(args[0]); err == nil {
		at.executor, inputs = s.make(atStart, options...), args[1:]
	}
	if err != nil {
		return place{}, nil, err
	}
	at.growth = growing(at.executor, atStart, atOnce)
	return at, inputs, nil
}
