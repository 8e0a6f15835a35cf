package compare

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/overlap"
)

// Run makes the measurements of a plan, job by job, and waits for them. A strategy that cannot be measured, because it
// refuses the job or its process dies, or whose calls fail, is reported so in its row and keeps no other from being
// measured.
//
// The report is not nil whenever anything was measured, also when there is an error: when ctx is canceled, its cause,
// with the report marked as interrupted; that of a Setup, Prepare or Cleanup of the plan, with the same mark; when no
// strategy has got a single call of a job right, why for each. An
// unknown task or inputs that it cannot take are an error before anything starts. Run panics when the plan makes no
// sense.
func Run(ctx context.Context, plan Plan) (*Report, error) { return runOn(ctx, thisMachine(), plan) }

func runOn(ctx context.Context, machine Machine, plan Plan) (*Report, error) {
	plan.fill()
	for _, job := range plan.Jobs {
		task, found := overlap.Lookup(job.Task)
		if !found {
			return nil, fmt.Errorf("there is no task %q in this program", job.Task)
		}
		if _, err := job.Inputs.Decode(task); err != nil {
			return nil, err
		}
	}
	if plan.Seed == 0 {
		plan.Seed = rand.Uint64()>>12 + 1 // fits into a JSON number that JavaScript reads
	}
	report := &Report{
		Date: time.Now().UTC().Truncate(time.Second), Seed: plan.Seed, Machine: machine, RunsWanted: plan.Runs,
		Warmup: plan.Warmup, BudgetSeconds: plan.Budget.Seconds(), Workers: plan.Workers, Python: plan.Python,
	}
	random := rand.New(rand.NewPCG(plan.Seed, 0))
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var failures []error
	for _, job := range plan.Jobs {
		if ctx.Err() != nil {
			break
		}
		r := newRounds(&plan, job, machine, random)
		r.stop = stop
		unclean := r.measureJob(ctx)
		if ctx.Err() != nil && !r.anyMeasured() {
			failures = append(failures, unclean)
			break
		}
		r.report.summarize()
		r.report.sayHowToTell(r)
		r.report.nameInputs(job.Inputs)
		report.Jobs = append(report.Jobs, r.report)
		if ctx.Err() == nil && r.allFailed() {
			failures = append(failures, r.failure())
		}
		if unclean != nil {
			failures = append(failures, unclean)
			break
		}
	}
	if ctx.Err() != nil {
		report.Interrupted = true
		if len(report.Jobs) == 0 {
			return nil, context.Cause(ctx)
		}
		return report, errors.Join(append([]error{context.Cause(ctx)}, failures...)...)
	}
	return report, errors.Join(failures...)
}

// rounds measures one job.
type rounds struct {
	plan   *Plan
	job    Job
	random *rand.Rand
	report *JobReport
	stop   context.CancelCauseFunc // ends the comparison
	round  int
	spent  map[*StrategyReport]time.Duration // time its measurements took, with preparing, starting and warming up
	looked map[*StrategyReport]*Measurement  // in which its calls were looked at, of strategies whose calls are short
}

func newRounds(plan *Plan, job Job, machine Machine, random *rand.Rand) *rounds {
	r := &rounds{plan: plan, job: job, random: random, spent: map[*StrategyReport]time.Duration{},
		looked: map[*StrategyReport]*Measurement{}}
	r.report = &JobReport{
		Task: job.Task, Title: job.title(), Calls: job.Inputs.Len(), Tied: []string{}, Contenders: []string{},
		machine: machine, atLooks: plan.Runs == 0, command: plan.Command,
	}
	for _, s := range plan.Strategies {
		r.report.Strategies = append(r.report.Strategies, &StrategyReport{
			Name: s.Name, Python: s.Python, Note: s.Note, SharesGIL: s.SharesGIL, Measurements: []Measurement{},
		})
	}
	return r
}

// measureJob makes all measurements of the job, between its Setup and its Cleanup, whose error it returns.
func (r *rounds) measureJob(ctx context.Context) error {
	if err := r.plan.Setup(ctx); err != nil {
		r.stop(err)
		return nil
	}
	r.run(ctx)
	r.probe(ctx)
	r.probeGIL(ctx)
	r.report.addLoad()
	r.sweep(ctx)
	return r.plan.Cleanup(context.WithoutCancel(ctx))
}

// prepare readies a measurement; what cannot be readied ends the comparison.
func (r *rounds) prepare(ctx context.Context) (ready bool) {
	if err := r.plan.Prepare(ctx); err != nil {
		r.stop(err)
	}
	return ctx.Err() == nil
}

// run makes the rounds: each strategy that is still in it once a round, in a new order.
func (r *rounds) run(ctx context.Context) {
	for r.round = 1; r.anyLeft() && ctx.Err() == nil; r.round++ {
		for _, place := range r.random.Perm(len(r.report.Strategies)) {
			row := r.report.Strategies[place]
			if row.Cut != "" || ctx.Err() != nil {
				continue
			}
			// Once more takes about what it took so far: leave it when that would not fit.
			if runs := len(row.Measurements); runs > 0 && r.expect(row, runs+1) > r.plan.Budget {
				row.Cut = CutByBudget
				continue
			}
			r.measure(ctx, row)
		}
		if ctx.Err() != nil || !r.another() {
			break
		}
	}
	for _, row := range r.report.Strategies {
		if ctx.Err() != nil && row.Cut == "" && len(row.Measurements) < r.rounds() {
			row.Cut = CutByInterrupt
		}
	}
}

// expect is how long a strategy takes for so many runs, by those it has made.
func (r *rounds) expect(row *StrategyReport, runs int) time.Duration {
	return r.spent[row] / time.Duration(len(row.Measurements)) * time.Duration(runs)
}

// rounds is how many there are at least to be, as far as is known: up to the next look.
func (r *rounds) rounds() int {
	if r.plan.Runs > 0 {
		return r.plan.Runs
	}
	for _, look := range looks {
		if r.round <= look {
			return look
		}
	}
	return looks[len(looks)-1]
}

// left is about how long the rounds take that are to be, 0 while that is not known.
func (r *rounds) left() time.Duration {
	left := time.Duration(0)
	for _, row := range r.report.Strategies {
		if row.Cut != "" {
			continue
		}
		if len(row.Measurements) == 0 {
			return 0
		}
		left += min(r.expect(row, r.rounds()), r.plan.Budget) - r.spent[row]
	}
	return max(0, left)
}

// measure makes one measurement and tells of it.
func (r *rounds) measure(ctx context.Context, row *StrategyReport) {
	progress := Progress{
		Job: r.report.Title, Strategy: row.Name, Round: r.round, Rounds: r.rounds(), Left: r.left(),
	}
	r.plan.Progress(progress)
	begun := time.Now()
	defer func() { r.spent[row] += time.Since(begun) }()
	m, err := r.timed(ctx, row)
	switch {
	case err == nil:
		m.Round = r.round
		row.Measurements = append(row.Measurements, *m)
		progress.Measurement = m
	case ctx.Err() != nil: // it was stopped, which says nothing of it
		return
	default:
		row.Cut, row.Error = CutByFailure, err.Error()
		progress.Err = err
	}
	r.plan.Progress(progress)
}

// timed makes a measurement. Looking at short calls would be a part of what is measured that shows, and not the same part
// under each strategy. So where calls are short that is done in a run of its own, once, and what it has seen is taken for that
// of the runs that are timed.
func (r *rounds) timed(ctx context.Context, row *StrategyReport) (*Measurement, error) {
	order := r.order(row.Name, r.plan.Workers)
	if r.looked[row] == nil {
		m, err := r.one(ctx, order)
		if err != nil || len(row.Measurements) > 0 || r.plan.Python != "" || !m.isBrief() {
			return m, err
		}
		r.looked[row] = m
	}
	order.Bare = true
	m, err := r.one(ctx, order)
	if err == nil {
		m.takeFrom(r.looked[row])
	}
	return m, err
}

// one makes a measurement by an order, and adds what is to be seen of the machine alone.
func (r *rounds) one(ctx context.Context, order Order) (*Measurement, error) {
	if !r.prepare(ctx) {
		return nil, context.Cause(ctx)
	}
	served, servedKnown := r.serverCPU()
	start := time.Now()
	m, err := r.plan.Runner.Measure(ctx, order)
	took := time.Since(start)
	if err != nil {
		return nil, err
	}
	if now, known := r.serverCPU(); known && servedKnown {
		m.ServerCPUSeconds = new((now - served) / float64(r.plan.Warmup+1))
		if m.OthersBusy != nil { // which it has been counted among
			m.OthersBusy = new(max(0, *m.OthersBusy-(now-served)/took.Seconds()))
		}
	}
	return m, nil
}

// order is to measure the job under a strategy with so many calls at once; 0 leaves that to the strategy.
func (r *rounds) order(strategy string, workers int) Order {
	return Order{
		Task: r.job.Task, Strategy: strategy, Workers: workers, Inputs: r.job.Inputs,
		Warmup: r.plan.Warmup, Timeout: r.plan.Timeout, Retries: r.plan.Retries,
	}
}

func (r *rounds) serverCPU() (seconds float64, known bool) {
	if r.job.ServerCPU == nil {
		return 0, false
	}
	return r.job.ServerCPU()
}

// anyLeft reports whether any strategy is still in it.
func (r *rounds) anyLeft() bool {
	return slices.ContainsFunc(r.report.Strategies, func(row *StrategyReport) bool { return row.Cut == "" })
}

func (r *rounds) anyMeasured() bool {
	for _, row := range r.report.Strategies {
		if row.measured() {
			return true
		}
	}
	return false
}

func (r *rounds) allFailed() bool {
	for _, row := range r.report.Strategies {
		if row.worked() {
			return false
		}
	}
	return true
}

// failure says why each strategy failed, once where all failed the same way.
func (r *rounds) failure() error {
	var reasons []string
	same := true
	for _, row := range r.report.Strategies {
		reasons = append(reasons, row.Name+": "+row.Error)
		same = same && row.Error == r.report.Strategies[0].Error
	}
	if same {
		reasons = []string{r.report.Strategies[0].Error}
	}
	return fmt.Errorf("task %s failed under every strategy: %s", r.job.Task, strings.Join(reasons, "; "))
}
