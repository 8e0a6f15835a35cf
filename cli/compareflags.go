package cli

import (
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap/compare"
	"example.com/overlap/internal/timespan"
)

// compareFlags are what the user asked of compare.
type compareFlags struct {
	inputs                     inputFlags
	on                         []string
	worker                     string
	jobs                       atOnce
	runs, warmup, retries      int
	latency, timeout, budget   time.Duration
	exportJSON, exportMarkdown string
	exportCSV                  string
	exportHTML, exportTrace    string
	sort                       sortFlag
	seed                       uint64
	sweep                      sweepFlag
	hooks                      hookFlags
	baseline                   baselineFlags
	ui                         string   // the address of the page; "" for none
	exec                       *execJob // nil but for commands
}

func (f *compareFlags) add(p *program, cmd *cobra.Command) {
	set := cmd.Flags()
	f.inputs.add(cmd)
	set.StringSliceVar(&f.on, "on", strategyNamesOf(localStrategies()), "compare these `strategies`, with commas between; "+
		"pool(8) runs up to 8 calls at once")
	_ = cmd.RegisterFlagCompletionFunc("on", p.completeStrategies)
	set.StringVar(&f.worker, "worker", "", "compare Python's strategies, and worker processes with one a core and under auto, on a "+
		"task of this `command`, a program in Python that imports overlap_worker; TASK may be left out when it has one")
	set.VarP(&f.jobs, "jobs", "j", jobsHelp+
		" (default each strategy's own: min(32, cores+4) for pool, none for async)")
	set.IntVarP(&f.runs, "runs", "r", 0, "measure each strategy this many times "+
		"(default 6, 12 or 24, until the fastest is known; once where it is 5 times as slow)")
	set.IntVarP(&f.warmup, "warmup", "w", 0, "run the job this many times before each measurement, in its process")
	timespan.Var(set, &f.latency, "latency", articleLatency, "how long the local target takes for each answer")
	timespan.Var(set, &f.timeout, "timeout", 0, "stop an attempt after this long")
	set.IntVar(&f.retries, "retries", 0, "make up to this many extra attempts at a call that fails")
	timespan.Var(set, &f.budget, "budget", 20*time.Second,
		"run a strategy fewer times, at least once, when its runs would take longer")
	set.StringVar(&f.exportJSON, "export-json", "",
		"write all measurements to this `file`; - is standard output, and the report goes to standard error then")
	set.StringVar(&f.exportMarkdown, "export-markdown", "", "write the report to this `file`; - as above")
	set.StringVar(&f.exportHTML, "export-html", "", "write the report to this `file` as a page, with when each call ran; "+
		"- as above")
	set.StringVar(&f.exportTrace, "export-trace", "", "write when each call ran to this `file` as trace events, which "+
		"ui.perfetto.dev shows; - as above")
	set.StringVar(&f.exportCSV, "export-csv", "", "write a line for each strategy to this `file`; - as above")
	set.Var(&f.sort, "sort", "show the strategies in this `order`: command, as --on names them, or mean-time, the "+
		"fastest first, by the median here; auto is command")
	set.Var(&f.sweep, "sweep", "then measure the strategies that may be the fastest with 1, 2, 4 and so on to 64 calls at "+
		"once where this `range` is 1..64, and say what more at once, and more cores, would bring")
	f.hooks.add(cmd)
	f.baseline.add(cmd)
	addUI(set, &f.ui, "comparison")
	set.Uint64Var(&f.seed, "seed", 0, "of the shuffled order; 0 means a random one")
}

// command is what compare exec runs, nil in a comparison of a task.
func (f compareFlags) command() []string {
	if f.exec == nil {
		return nil
	}
	return f.exec.words
}

// plan is what the flags say, without jobs.
func (p *program) plan(flags compareFlags) (compare.Plan, error) {
	switch {
	case tooMany("--runs", flags.runs) != nil:
		return compare.Plan{}, tooMany("--runs", flags.runs)
	case tooMany("--warmup", flags.warmup) != nil:
		return compare.Plan{}, tooMany("--warmup", flags.warmup)
	case flags.warmup < 0:
		return compare.Plan{}, usageErrorf("--warmup %d makes no sense: give 0 or more", flags.warmup)
	case tooMany("--retries", flags.retries) != nil:
		return compare.Plan{}, tooMany("--retries", flags.retries)
	case flags.retries < 0:
		return compare.Plan{}, usageErrorf("--retries %d makes no sense: give the number of extra attempts", flags.retries)
	case flags.timeout < 0 || flags.latency < 0:
		return compare.Plan{}, usageErrorf("a negative time makes no sense: give one such as 160ms")
	case flags.budget <= 0:
		return compare.Plan{}, usageErrorf("--budget %v makes no sense: give a time such as 20s", flags.budget)
	}
	plan := compare.Plan{
		Runs: flags.runs, Warmup: flags.warmup, Budget: flags.budget, Workers: flags.jobs.calls, Timeout: flags.timeout,
		Retries: times(flags.retries, 1), Seed: flags.seed, Progress: p.showMeasuring, Probe: true,
		Sweep:   compare.Sweep(flags.sweep),
		Command: func(budget time.Duration) string { return p.againWithin(budget, flags.command()) },
	}
	flags.hooks.set(&plan)
	seen := map[string]bool{}
	for _, name := range flags.on {
		base, _, err := splitLevel(name)
		if err != nil {
			return compare.Plan{}, err
		}
		s, err := p.strategy(base)
		if err != nil {
			return compare.Plan{}, err
		}
		if !seen[name] {
			row := compare.Strategy{Name: name, Python: s.python}
			if s.scales {
				row.Scales = base
			}
			plan.Strategies = append(plan.Strategies, row)
		}
		seen[name] = true
	}
	if len(plan.Strategies) == 0 {
		return compare.Plan{}, usageErrorf("--on names no strategy: %s strategies lists them", p.name)
	}
	var err error
	plan.Runner, err = compare.NewProcesses(measureName)
	return plan, err
}
