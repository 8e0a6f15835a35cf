package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/process"
	"example.com/overlap/source"
)

// workerVariable tells the processes that measure of the workers of compare --worker.
const workerVariable = "OVERLAP_COMPARE_WORKER"

// comparedWorker is what it tells them.
type comparedWorker struct {
	Command []string `json:"command"`
	Path    string   `json:"path"` // a PYTHONPATH
	Task    string   `json:"task"`
}

// pythonJob is the job of compare --worker: a function in Python, under Python's strategies and on worker processes.
func (p *program) pythonJob(
	ctx context.Context, flags compareFlags, onGiven bool, plan *compare.Plan, args []string,
) ([]openJob, []source.File, error) {
	pool, task, args, err := foreign(ctx, flags.worker, 1, p.workerOptions(whereFlags{}), args)
	if err != nil {
		return nil, nil, err
	}
	if err := pool.Close(); err != nil {
		return nil, nil, err
	}
	worker := comparedWorker{Task: task.Name()}
	worker.Command, _ = splitCommand(flags.worker) // which foreign has done
	if worker.Path, err = process.PythonPath(); err != nil {
		return nil, nil, err
	}
	python := compare.NewPython(worker.Command, "PYTHONPATH="+worker.Path)
	about, err := python.About(ctx, task.Name())
	if err != nil {
		return nil, nil, usageErrorf("compare --worker is for programs in Python that import overlap_worker, and not start "+
			"with something else: %w", err)
	}
	if plan.Strategies, err = pythonRows(python.Strategies(about), flags.on, onGiven); err != nil {
		return nil, nil, err
	}
	if flags.retries > 0 {
		return nil, nil, usageErrorf("Python's strategies make no second attempt at a call: leave --retries out")
	}
	plan.Runner, plan.Python = pythonRunner{python, plan.Runner}, about.Version
	said, err := json.Marshal(worker)
	if err != nil {
		return nil, nil, err
	}
	if err := os.Setenv(workerVariable, string(said)); err != nil {
		return nil, nil, err
	}
	if len(args) == 0 && !flags.inputs.any(p.lists) {
		return nil, nil, usageErrorf("there are no inputs for task %s: give them as arguments or with --from FILE",
			task.Name())
	}
	open, files, err := p.inputsJob(task, args, flags)
	if err != nil {
		return nil, nil, err
	}
	return []openJob{open}, files, nil
}

// pythonRows are the rows of a comparison: those that the user named, or all.
func pythonRows(all []compare.Strategy, on []string, onGiven bool) ([]compare.Strategy, error) {
	auto := compare.Strategy{Name: autoStrategy, Python: "none: as many worker processes as help"}
	ours := compare.Strategy{Name: "processes", Python: "none: Overlap's worker processes", Scales: "processes"}
	all = slices.Insert(all, len(all)-2, auto, ours)
	if !onGiven {
		return all, nil
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	var rows []compare.Strategy
	for _, name := range on {
		base, _, err := splitLevel(name)
		if err != nil {
			return nil, err
		}
		at := slices.Index(names, base)
		if at < 0 {
			return nil, usageErrorf("there is no strategy %q in Python: choose from %s", name, strings.Join(names, ", "))
		}
		if !slices.ContainsFunc(rows, func(s compare.Strategy) bool { return s.Name == name }) {
			row := all[at]
			row.Name = name
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// pythonRunner has the program in Python measure its own strategies, and a process of this program the workers.
type pythonRunner struct {
	python  compare.Runner
	workers compare.Runner
}

// Measure implements [compare.Runner].
func (r pythonRunner) Measure(ctx context.Context, order compare.Order) (*compare.Measurement, error) {
	base, atOnce, err := splitLevel(order.Strategy)
	switch {
	case err != nil:
		return nil, err
	case atOnce > 0:
		order.Strategy, order.Workers = base, atOnce
	}
	if base == "processes" || base == autoStrategy {
		return r.workers.Measure(ctx, order)
	}
	return r.python.Measure(ctx, order)
}

// resolveWorker makes the executor of a process that measures the workers of compare --worker; nil in any other.
func resolveWorker() (compare.Resolve, error) {
	said := os.Getenv(workerVariable)
	if said == "" {
		return nil, nil
	}
	var worker comparedWorker
	if err := json.Unmarshal([]byte(said), &worker); err != nil {
		return nil, fmt.Errorf("%s in the environment: %w", workerVariable, err)
	}
	process.Remote[document, document](worker.Task)
	return func(strategy string, atOnce int) (overlap.Executor, func(), error) {
		options := []process.Option{process.Environment("PYTHONPATH=" + worker.Path)}
		if strategy == autoStrategy { // as run --worker has it
			pool := process.Command(worker.Command, cmp.Or(atOnce, mostWorkers), append(options, process.OnDemand())...)
			return compare.AutoOver(pool, atOnce), func() { _ = pool.Close() }, nil
		}
		pool := process.Command(worker.Command, processCount(atOnce), options...)
		return pool, func() { _ = pool.Close() }, nil
	}, nil
}
