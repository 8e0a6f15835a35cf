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
// with the report marked as interrupted; when no strategy has got a single call of a job right, why for each. An
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
		Warmup: plan.Warmup, BudgetSeconds: plan.Budget.Seconds(), Workers: plan.Workers,
	}
	random := rand.New(rand.NewPCG(plan.Seed, 0))
	var failures []error
	for _, job := range plan.Jobs {
		if ctx.Err() != nil {
			break
		}
		r := newRounds(&plan, job, machine, random)
		r.run(ctx)
		if ctx.Err() != nil && !r.anyMeasured() {
			break
		}
		r.probe(ctx)
		r.report.summarize()
		report.Jobs = append(report.Jobs, r.report)
		if ctx.Err() == nil && r.allFailed() {
			failures = append(failures, r.failure())
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
	spent  map[*StrategyReport]time.Duration // time its measurements took, with starting the process and warming up
}

func newRounds(plan *Plan, job Job, machine Machine, random *rand.Rand) *rounds {
	r := &rounds{plan: plan, job: job, random: random, spent: map[*StrategyReport]time.Duration{}}
	r.report = &JobReport{
		Task: job.Task, Title: job.title(), Calls: job.Inputs.Len(), Tied: []string{}, machine: machine,
	}
	for _, s := range plan.Strategies {
		r.report.Strategies = append(r.report.Strategies, &StrategyReport{
			Name: s.Name, Python: s.Python, Note: s.Note, Measurements: []Measurement{},
		})
	}
	return r
}

// run makes the rounds: each strategy that is still in it once a round, in a new order.
func (r *rounds) run(ctx context.Context) {
	for round := 1; round <= r.plan.Runs && r.anyLeft() && ctx.Err() == nil; round++ {
		for _, place := range r.random.Perm(len(r.report.Strategies)) {
			row := r.report.Strategies[place]
			if row.Cut != "" || ctx.Err() != nil {
				continue
			}
			if runs := len(row.Measurements); runs > 0 {
				// Once more takes about what it took so far: leave it when that would not fit.
				if next := r.spent[row] / time.Duration(runs); r.spent[row]+next > r.plan.Budget {
					row.Cut = CutByBudget
					continue
				}
			}
			r.measure(ctx, row, round)
		}
	}
	for _, row := range r.report.Strategies {
		if ctx.Err() != nil && row.Cut == "" && len(row.Measurements) < r.plan.Runs {
			row.Cut = CutByInterrupt
		}
	}
}

// measure makes one measurement and tells of it.
func (r *rounds) measure(ctx context.Context, row *StrategyReport, round int) {
	progress := Progress{Job: r.report.Title, Strategy: row.Name, Round: round, Rounds: r.plan.Runs}
	r.plan.Progress(progress)
	served, servedKnown := r.serverCPU()
	start := time.Now()
	m, err := r.plan.Runner.Measure(ctx, Order{
		Task: r.job.Task, Strategy: row.Name, Workers: r.plan.Workers, Inputs: r.job.Inputs,
		Warmup: r.plan.Warmup, Timeout: r.plan.Timeout,
	})
	r.spent[row] += time.Since(start)
	switch {
	case err == nil:
		m.Round = round
		if now, known := r.serverCPU(); known && servedKnown {
			m.ServerCPUSeconds = new((now - served) / float64(r.plan.Warmup+1))
		}
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
