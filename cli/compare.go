package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap/compare"
	"example.com/overlap/report"
)

// compareFlags are what the user asked of compare.
type compareFlags struct {
	inputs                     inputFlags
	on                         []string
	jobs                       atOnce
	runs, warmup               int
	latency, timeout, budget   time.Duration
	exportJSON, exportMarkdown string
	seed                       uint64
	exec                       *execJob // nil but for commands
}

func (p *program) compareCommand() *cobra.Command {
	var flags compareFlags
	cmd := &cobra.Command{
		Use:   "compare [TASK [INPUT…]]",
		Short: "Run a job under every strategy, and say which wins and why",
		Long: p.named(`Measure the same job under every strategy: each run in a fresh process, in rounds of
shuffled order. The report has times, memory and CPU, a picture of how the calls overlapped, and says which strategy
wins and why.

` + p.articleHelp() + `

Exit status: 0 all calls succeeded, 1 some failed, which the report tells of, or it could not be written, 2 bad usage or
bad inputs, 130 interrupted.

Ctrl-C ends it; what has been measured until then is reported, and the exit status is 130.`),
		Example: p.examples(`  overlap compare
  overlap compare primes 1..200 --on sync,pool --runs 10
  overlap compare fetch --from urls.txt --timeout 10s --export-json report.json --export-markdown report.md`),
		ValidArgsFunction: p.completeTask,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.compare(cmd, flags, args)
		},
	}
	flags.add(p, cmd)
	if p.hasExec() {
		cmd.AddCommand(p.compareExecCommand())
	}
	return cmd
}

func (f *compareFlags) add(p *program, cmd *cobra.Command) {
	set := cmd.Flags()
	f.inputs.add(cmd)
	set.StringSliceVar(&f.on, "on", strategyNames(), "compare these `strategies`, with commas between")
	_ = cmd.RegisterFlagCompletionFunc("on", p.completeStrategies)
	set.VarP(&f.jobs, "jobs", "j", jobsHelp+
		" (default each strategy's own: min(32, cores+4) for pool, none for async)")
	set.IntVarP(&f.runs, "runs", "r", 5, "measure each strategy this many times")
	set.IntVarP(&f.warmup, "warmup", "w", 0, "run the job this many times before each measurement, in its process")
	timeVar(set, &f.latency, "latency", articleLatency, "how long the local target takes for each answer")
	timeVar(set, &f.timeout, "timeout", 0, "stop an attempt after this long")
	timeVar(set, &f.budget, "budget", 20*time.Second,
		"run a strategy fewer times, at least once, when its runs would take longer")
	set.StringVar(&f.exportJSON, "export-json", "",
		"write all measurements to this `file`; - is standard output, and the report goes to standard error then")
	set.StringVar(&f.exportMarkdown, "export-markdown", "", "write the report to this `file`; - as above")
	set.Uint64Var(&f.seed, "seed", 0, "of the shuffled order; 0 means a random one")
}

// articleHelp says what is measured without inputs, and what inputs are.
func (p *program) articleHelp() string {
	if !p.hasArticle() {
		return "It needs a task and its inputs: arguments, a range 1..1000 of whole numbers, or the lines of --from FILE."
	}
	return `Without a task it measures two jobs: fetch, 100 GETs of a local target that takes 160 ms for each answer, which
is all waiting; and primes, the prime numbers up to n for each n from 1000 to 15999, which is all computing. Those tasks
need no inputs; any other does: arguments, a range 1..1000 of whole numbers, or the lines of --from FILE.`
}

// compare is the command: it finds out what is to be measured, refuses what cannot be, and measures job by job.
func (p *program) compare(cmd *cobra.Command, flags compareFlags, args []string) (err error) {
	plan, err := p.plan(flags)
	if err != nil {
		return err
	}
	jobs, files, err := p.jobs(flags, args)
	if err != nil {
		return err
	}
	exports, err := p.openExports(flags, files)
	if err != nil {
		return err
	}
	defer exports.discard()
	if err := p.needsStdout("the report", "redirect it, with >FILE"); err != nil {
		return err
	}
	shown, stream := io.Writer(p.stdout), p.stdout.to
	if exports.toStdout() {
		shown, stream = p.messages, p.messages.to
	}
	show := p.reports(shown, stream)

	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	defer onInterrupt(func(os.Signal) { cancel(errInterrupted) }, func(os.Signal) {
		exports.discard()
		p.exitNow()
	})()

	var all *compare.Report
	var failures []error
	for _, open := range jobs {
		measured, err := measure(ctx, plan, open)
		p.messages.draw("")
		if measured != nil {
			show(measured)
			all = merge(all, measured)
			plan.Seed = measured.Seed // one seed repeats the whole comparison
		}
		if err != nil && ctx.Err() == nil {
			failures = append(failures, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if all != nil {
		failures = append(failures, exports.commit(all, p.stdout))
		if len(failures) == 1 { // what failed as a whole has been said
			failures = append(failures, failedCalls(all))
		}
	}
	switch err := errors.Join(failures...); {
	case ctx.Err() != nil && all == nil:
		return &statusError{status: exitInterrupted, err: errors.New("interrupted before anything was measured")}
	case ctx.Err() != nil:
		err = errors.Join(errors.New("interrupted: not everything has been measured"), err)
		return &statusError{status: exitInterrupted, err: err}
	default:
		return err
	}
}

// failedCalls says under which strategies calls failed, of which the report tells more.
func failedCalls(measured *compare.Report) error {
	var under []string
	for _, job := range measured.Jobs {
		for _, s := range job.Strategies {
			if (s.Failed > 0 || s.Error != "") && !slices.Contains(under, s.Name) {
				under = append(under, s.Name)
			}
		}
	}
	if len(under) == 0 {
		return nil
	}
	return fmt.Errorf("not all calls succeeded under %s: the warnings of the report say why", strings.Join(under, ", "))
}

// plan is what the flags say, without jobs.
func (p *program) plan(flags compareFlags) (compare.Plan, error) {
	switch {
	case tooMany("--runs", flags.runs) != nil:
		return compare.Plan{}, tooMany("--runs", flags.runs)
	case tooMany("--warmup", flags.warmup) != nil:
		return compare.Plan{}, tooMany("--warmup", flags.warmup)
	case flags.runs < 1:
		return compare.Plan{}, usageErrorf("--runs %d makes no sense: measure at least once", flags.runs)
	case flags.warmup < 0:
		return compare.Plan{}, usageErrorf("--warmup %d makes no sense: give 0 or more", flags.warmup)
	case flags.timeout < 0 || flags.latency < 0:
		return compare.Plan{}, usageErrorf("a negative time makes no sense: give one such as 160ms")
	case flags.budget <= 0:
		return compare.Plan{}, usageErrorf("--budget %v makes no sense: give a time such as 20s", flags.budget)
	}
	plan := compare.Plan{
		Runs: flags.runs, Warmup: flags.warmup, Budget: flags.budget, Workers: flags.jobs.calls, Timeout: flags.timeout,
		Seed: flags.seed, Progress: p.showMeasuring, Probe: true,
	}
	seen := map[string]bool{}
	for _, name := range flags.on {
		base, _, _ := strings.Cut(name, levelMark)
		s, err := p.strategy(base)
		if err != nil {
			return compare.Plan{}, err
		}
		if !seen[name] {
			plan.Strategies = append(plan.Strategies, compare.Strategy{Name: name, Python: s.python})
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

// openJob readies a job and what it needs; close takes that down.
type openJob func(ctx context.Context) (job compare.Job, noted bool, close func() error, err error)

// measure makes the measurements of one job.
func measure(ctx context.Context, plan compare.Plan, open openJob) (*compare.Report, error) {
	job, noted, closeJob, err := open(ctx)
	if err != nil {
		return nil, err
	}
	if noted {
		plan.Strategies = withNotes(plan.Strategies, job.Task)
	}
	plan.Jobs = []compare.Job{job}
	measured, err := compare.Run(ctx, plan)
	return measured, errors.Join(err, closeJob())
}

// reports shows one report below the other, on a stream that may be a terminal.
func (p *program) reports(to io.Writer, stream any) (show func(*compare.Report)) {
	below := false
	return func(measured *compare.Report) {
		if below {
			_, _ = fmt.Fprintln(to)
		}
		below = true
		_ = report.WriteText(to, measured, report.Style{Color: colors(stream), Width: width(stream)}) // see standardOutput
	}
}

func withNotes(strategies []compare.Strategy, task string) []compare.Strategy {
	noted := make([]compare.Strategy, len(strategies))
	for i, s := range strategies {
		s.Note = articleNote(task, s.Name)
		noted[i] = s
	}
	return noted
}

// showMeasuring is called between measurements, never during one.
func (p *program) showMeasuring(at compare.Progress) {
	if at.Measurement != nil || at.Err != nil {
		return // the next begins at once
	}
	p.messages.draw(fmt.Sprintf("measuring %s: run %d of %d, %s", at.Job, at.Round, at.Rounds, at.Strategy))
}

// exitNow is what a second Ctrl-C does.
func (p *program) exitNow() {
	within(time.Second, func() { p.messages.draw("") }) // nobody might read that
	os.Exit(exitInterrupted)
}

// merge makes one report of those of several jobs.
func merge(all, next *compare.Report) *compare.Report {
	if all == nil {
		return next
	}
	all.Jobs = append(all.Jobs, next.Jobs...)
	all.Interrupted = all.Interrupted || next.Interrupted
	return all
}
