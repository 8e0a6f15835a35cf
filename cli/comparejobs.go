package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/source"
)

// jobs are those that the user asked to compare, and the files of their inputs.
func (p *program) jobs(flags compareFlags, args []string) ([]openJob, []source.File, error) {
	if len(args) == 0 {
		jobs, err := p.articleJobs(flags)
		return jobs, nil, err
	}
	task, err := p.task(args[0])
	if err != nil {
		return nil, nil, err
	}
	if flags.exec != nil {
		return p.execJobs(flags, args[1:])
	}
	if len(args) == 1 && !flags.inputs.any(p.lists) {
		if open := p.articleJob(task.Name(), flags); open != nil {
			return []openJob{open}, nil, nil
		}
		return nil, nil, usageErrorf("there are no inputs for task %s: give them as arguments or with --from FILE",
			task.Name())
	}
	open, files, err := p.inputsJob(task, args[1:], flags)
	if err != nil {
		return nil, nil, err
	}
	return []openJob{open}, files, nil
}

// inputsJob is the job of a task and the user's inputs.
func (p *program) inputsJob(task overlap.AnyTask, args []string, flags compareFlags) (openJob, []source.File, error) {
	inputs, files, err := p.compareInputs(task, args, &flags.inputs, flags.jobs)
	if err != nil {
		return nil, nil, err
	}
	if _, err := inputs.Decode(task); err != nil {
		return nil, nil, usageErrorf("%w", err)
	}
	job := compare.Job{Task: task.Name(), Inputs: inputs}
	job.Title = fmt.Sprintf("%s on %s", task.Name(), figures.Count(int64(inputs.Len()), "input"))
	return func(context.Context) (compare.Job, bool, func() error, error) {
		return job, false, func() error { return nil }, nil
	}, files, nil
}

// articleJobs are both jobs of the article, in a program that has their tasks.
func (p *program) articleJobs(flags compareFlags) ([]openJob, error) {
	switch {
	case len(flags.inputs.from) > 0:
		return nil, usageErrorf("--from %s needs a task: %s compare TASK --from %s",
			flags.inputs.from[0], p.name, flags.inputs.from[0])
	case flags.inputs.any(p.lists):
		return nil, usageErrorf("inputs need a task: %s compare TASK, and then where its inputs come from", p.name)
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

// compareInputs gathers all inputs, since each measurement needs them all. They go to the processes that measure as the
// texts that they were given as, so that these read what run would.
func (p *program) compareInputs(
	task overlap.AnyTask, args []string, f *inputFlags, jobs atOnce,
) (inputs compare.Inputs, files []source.File, err error) {
	in, err := p.compareSource(readerOf(task), args, f, jobs)
	if err != nil {
		return compare.Inputs{}, nil, err
	}
	defer in.Close()
	if r, isRange := in.Numbers(); isRange { // stays two numbers, however long
		return compare.Integers(r.First, r.Last), nil, nil
	}
	parse := source.Parser(task)
	for item, err := range in.Items {
		var value any
		if err == nil {
			value, err = parse(item)
		}
		if err != nil {
			return compare.Inputs{}, nil, badInput("%w", err)
		}
		if err := addInput(&inputs, item, value); err != nil {
			return compare.Inputs{}, nil, usageErrorf("the input %s cannot be sent to the processes that measure: %w", item, err)
		}
	}
	if inputs.Len() == 0 {
		return compare.Inputs{}, nil, noInputs(in)
	}
	return inputs, in.Files, nil
}

// compareSource opens the source of inputs to compare with.
func (p *program) compareSource(
	reader inputReader, args []string, f *inputFlags, jobs atOnce,
) (*source.Source, error) {
	switch {
	case f.pipe:
		return nil, usageErrorf(
			"compare needs all inputs for each measurement, and a pipe gives them once: leave --pipe out")
	}
	return p.inputs(context.Background(), reader, args, f, cmp.Or(jobs.calls, overlap.DefaultWorkers()))
}

// addInput adds an item as its text, or as the JSON of the task's input where it is more than a text.
func addInput(inputs *compare.Inputs, item source.Item, value any) error {
	if _, isNumber := item.Value.(int64); item.Value == nil || isNumber {
		inputs.Texts = append(inputs.Texts, []byte(item.String()))
		return nil
	}
	text, err := json.Marshal(value)
	inputs.Values = append(inputs.Values, text)
	return err
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
