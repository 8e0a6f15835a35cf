package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/compare"
)

// jobs are those that the user asked to compare.
func (p *program) jobs(flags compareFlags, args []string) ([]openJob, error) {
	if len(args) == 0 {
		return p.articleJobs(flags)
	}
	task, err := p.task(args[0])
	if err != nil {
		return nil, err
	}
	if len(args) == 1 && flags.from == "" {
		if open := p.articleJob(task.Name(), flags); open != nil {
			return []openJob{open}, nil
		}
		return nil, usageErrorf("there are no inputs for task %s: give them as arguments or with --from FILE",
			task.Name())
	}
	job := compare.Job{Task: task.Name()}
	if job.Inputs, err = p.compareInputs(task, args[1:], flags.from); err != nil {
		return nil, err
	}
	if _, err := job.Inputs.Decode(task); err != nil {
		return nil, usageErrorf("%w", err)
	}
	job.Title = fmt.Sprintf("%s on %s", task.Name(), counted(int64(job.Inputs.Len()), "input", "inputs"))
	return []openJob{func(context.Context) (compare.Job, bool, func() error, error) {
		return job, false, func() error { return nil }, nil
	}}, nil
}

// articleJobs are both jobs of the article, in a program that has their tasks.
func (p *program) articleJobs(flags compareFlags) ([]openJob, error) {
	if flags.from != "" {
		return nil, usageErrorf("--from %s needs a task: %s compare TASK --from %s", flags.from, p.name, flags.from)
	}
	var jobs []openJob
	for _, name := range []string{fetchTask, primesTask} {
		if open := p.articleJob(name, flags); open != nil {
			jobs = append(jobs, open)
		}
	}
	if len(jobs) == 0 {
		return nil, usageErrorf("compare needs a task and inputs: %s tasks lists the tasks", p.name)
	}
	return jobs, nil
}

// articleJob is the article's job with a task, nil if there is none or the program does not have the task.
func (p *program) articleJob(name string, flags compareFlags) openJob {
	if _, err := p.task(name); err != nil {
		return nil
	}
	switch name {
	case fetchTask:
		return func(ctx context.Context) (compare.Job, bool, func() error, error) {
			job, server, err := fetchJob(ctx, flags.latency)
			if err != nil {
				return compare.Job{}, false, nil, err
			}
			return job, true, server.Close, nil
		}
	case primesTask:
		return func(context.Context) (compare.Job, bool, func() error, error) {
			return primesJob(), true, func() error { return nil }, nil
		}
	}
	return nil
}

// compareInputs gathers all inputs, since each measurement needs them all.
func (p *program) compareInputs(task overlap.AnyTask, args []string, from string) (compare.Inputs, error) {
	if len(args) == 1 && from == "" {
		given, err := p.parseArguments(task, args)
		if err != nil {
			return compare.Inputs{}, err
		}
		if s := given[0].span; s != nil { // stays two numbers, however long
			return compare.Integers(s.first, s.last), nil
		}
	}
	in, err := p.inputs(task, args, from, make(chan struct{}))
	if err != nil {
		return compare.Inputs{}, err
	}
	defer in.close()
	var values []json.RawMessage
	for value, err := range in.seq() {
		if err != nil {
			return compare.Inputs{}, usageErrorf("%w", err)
		}
		text, err := json.Marshal(value)
		if err != nil {
			return compare.Inputs{}, usageErrorf("input %d cannot go to the process that measures: %w", len(values), err)
		}
		values = append(values, text)
	}
	if len(values) == 0 {
		return compare.Inputs{}, in.none()
	}
	return compare.Values(values...), nil
}

// completeStrategies completes the last item of a list that commas separate.
func (p *program) completeStrategies(
	_ *cobra.Command, _ []string, typed string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	var lists []cobra.Completion
	for _, s := range strategies() {
		if !strings.Contains(","+before, ","+s.name+",") {
			lists = append(lists, cobra.CompletionWithDesc(before+s.name, s.description().What))
		}
	}
	return lists, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
