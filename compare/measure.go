package compare

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
	"example.com/overlap/process"
)

// measuring is the environment variable that makes a program a measuring process.
const measuring = "OVERLAP_COMPARE_MEASURES"

var mainCalled atomic.Bool

// Main must be called by a program that uses [Measure]: first in main, or in TestMain of a test, after all tasks are
// defined. It returns at once, but in the processes that Measure starts: there it measures, and ends the process. It
// calls [process.Main].
func Main() {
	process.Main()
	mainCalled.Store(true)
	if os.Getenv(measuring) == "" {
		return
	}
	_ = os.Unsetenv(measuring) // what the task starts is none
	if err := Child(ResolveStandard); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Measure compares the strategies of Overlap on a task, made with [overlap.Define], and inputs, which go to the
// measuring processes as JSON. It takes until each strategy has run 6 to 24 times or for 20 s; one that is 5 times as
// slow as the fastest runs once. For another plan, see [Run], which also says what the report and the error are when
// ctx ends or strategies fail. Measure panics unless [Main] has been called, or when the task is not defined. Programs
// in which something else computes meanwhile, such as tests that run in parallel, are measured with that.
func Measure[In, Out any](ctx context.Context, task *overlap.Task[In, Out], inputs ...In) (*Report, error) {
	plan, err := planOf(task, inputs)
	if err != nil {
		return nil, err
	}
	return Run(ctx, plan)
}

// planOf is the plan of [Measure].
func planOf[In, Out any](task *overlap.Task[In, Out], inputs []In) (Plan, error) {
	switch {
	case !mainCalled.Load():
		panic("compare: Measure: call compare.Main first in main, or in TestMain")
	case task == nil || !task.Defined():
		panic("compare: Measure: the task must be made with overlap.Define, so that another process finds it")
	}
	job := Job{Task: task.Name(), Title: task.Name() + " on " + figures.Count(len(inputs), "input")}
	for i, input := range inputs {
		text, err := json.Marshal(input)
		if err != nil {
			return Plan{}, fmt.Errorf("input %d cannot go to another process: %w", i, err)
		}
		job.Inputs.Values = append(job.Inputs.Values, text)
	}
	path, err := os.Executable()
	if err != nil {
		return Plan{}, fmt.Errorf("measuring needs to start this program again, whose path is not known: %w", err)
	}
	plan := Plan{Jobs: []Job{job}, Runner: processes{path: path, environment: []string{measuring + "=1"}}}
	for _, s := range StandardStrategies() {
		plan.Strategies = append(plan.Strategies, s.Strategy)
	}
	return plan, nil
}
