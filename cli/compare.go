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
	"example.com/overlap/source"
)

func (p *program) compareCommand() *cobra.Command {
	var flags compareFlags
	cmd := &cobra.Command{
		Use:   "compare [TASK [INPUT…]]",
		Short: "Run a job under every strategy, and say which wins and why",
		Long: p.named(`Measure the same job under every strategy: each run in a fresh process, in rounds of
shuffled order. The report has times, memory and CPU, a picture of how the calls overlapped, and says which strategy
wins and why. A strategy that is 5 times as slow as the fastest runs once; the others run 6 times and, while it cannot
be told which is the fastest, 12 and 24 times. Each input is called once a run, and once more where calls take less than a
millisecond: what is seen of such calls comes from a run that is not timed.

` + p.articleHelp() + `

--baseline compares with a report that --export-json has saved, strategy by strategy: better, worse, the same within
5 %, or it cannot be told, with the interval of how many times as long it takes. The intervals of a job hold together
with 95 %; it takes 4 runs a side, and 6 where there are several strategies.

--setup runs a shell command before each job is measured, --cleanup one after it, also when it was interrupted, and
--prepare one before each run. What they print is shown when they fail, which ends the comparison.

Exit status: 0 all calls succeeded, 1 some failed, which the report tells of, or it could not be written, 2 bad usage or
bad inputs, 3 slower than --fail-if-slower allows, 130 interrupted.

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
	if cmd.Flags().Changed("runs") && flags.runs < 1 {
		return usageErrorf("--runs %d makes no sense: measure at least once, or leave it out", flags.runs)
	}
	if flags.inputs.text && flags.worker == "" {
		return usageErrorf("--text is for the tasks of --worker: leave it out")
	}
	onGiven, named := cmd.Flags().Changed("on"), flags.on
	if flags.worker != "" {
		flags.on = []string{"sync"} // the rows are those of Python
	}
	plan, err := p.plan(flags)
	if err != nil {
		return err
	}
	var jobs []openJob
	var files []source.File
	if flags.on = named; flags.worker != "" {
		jobs, files, err = p.pythonJob(cmd.Context(), flags, onGiven, &plan, args)
	} else {
		jobs, files, err = p.jobs(flags, args)
	}
	if err != nil {
		return err
	}
	before, err := flags.baseline.read()
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
	show := p.reports(shown, stream, flags.sort)

	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	defer onInterrupt(nil, func(os.Signal) { cancel(errInterrupted) }, func(os.Signal) {
		exports.discard()
		p.exitNow()
	})()

	page, err := p.openComparisonPage(flags.ui, &plan, len(jobs))
	if err != nil {
		return err
	}
	defer func() { page.close(ctx, err) }()
	p.sayHowLong(plan, len(jobs))
	var all *compare.Report
	var failures []error
	var slower error
	for _, open := range jobs {
		measured, err := measure(ctx, plan, open)
		p.messages.draw("")
		if measured != nil {
			if before != nil {
				measured.CompareWith(before)
			}
			show(measured)
			page.found(measured)
			all = merge(all, measured)
			plan.Seed = measured.Seed // one seed repeats the whole comparison
		}
		if err != nil && ctx.Err() == nil {
			failures = append(failures, err)
		}
		if _, ofHook := errors.AsType[hookError](err); ofHook || ctx.Err() != nil {
			break
		}
	}
	if all != nil {
		all.Command = p.commandLine()
		failures = append(failures, exports.commit(all, p.stdout))
		if len(failures) == 1 { // what failed as a whole has been said
			failures = append(failures, failedCalls(all))
		}
		if ctx.Err() == nil {
			slower = p.sayIfSlower(all, flags.baseline)
		}
	}
	switch err := errors.Join(failures...); {
	case ctx.Err() != nil && all == nil:
		return &statusError{status: exitInterrupted, err: errors.New("interrupted before anything was measured")}
	case ctx.Err() != nil:
		err = errors.Join(errors.New("interrupted: not everything has been measured"), err)
		return &statusError{status: exitInterrupted, err: err}
	case err != nil:
		return err
	default:
		return slower
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
func (p *program) reports(to io.Writer, stream any, order sortFlag) (show func(*compare.Report)) {
	below := false
	return func(measured *compare.Report) {
		if below {
			_, _ = fmt.Fprintln(to)
		}
		below = true
		_ = report.WriteText(to, order.sorted(measured), report.Style{Color: colors(stream), Width: width(stream)}) // see standardOutput
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
	text := fmt.Sprintf("measuring %s: run %d of %d, %s", at.Job, at.Round, at.Rounds, at.Strategy)
	if at.AtOnce > 0 {
		text += fmt.Sprintf(" with %d at once", at.AtOnce)
	}
	if at.Left > 0 {
		text += fmt.Sprintf("; about %v for these", at.Left.Round(time.Second))
	}
	p.messages.draw(text)
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
