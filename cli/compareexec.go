package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/source"
	"example.com/overlap/tasks/command"
)

// compareExecCommand is the sub-command that compares how many commands at once are best.
func (p *program) compareExecCommand() *cobra.Command {
	var flags compareFlags
	var exec execFlags
	cmd := &cobra.Command{
		Use:   "exec COMMAND [ARG…] [::: INPUT…]",
		Short: "Compare how many commands at once are best",
		Long: p.named(`Run a command for each input, as overlap run exec does, and measure with how many at once
the job is done first: one after another; half as many at once as cores, one a core, and 2 and 4 a core; and as many as
auto finds out, under which overlap exec runs them. --on says otherwise, such as --on 'sync,pool(16),pool(64)'; with -j, all strategies run that many at once.

The CPU time of the commands counts. What they print is compared, and not shown.`),
		Example: p.named("  overlap compare exec gzip -k -f ::: *.log"),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageErrorf("compare exec needs a command to run: %s run exec --help has examples", p.name)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			given := cmd.Flags().Changed
			if err := exec.check(given, resultFlags{}); err != nil {
				return err
			}
			if !given("on") && !given("jobs") {
				flags.on = levels(runtime.GOMAXPROCS(0))
			}
			if err := exec.checkInputs(&flags.inputs); err != nil {
				return err
			}
			flags.exec = &execJob{execFlags: exec, given: given, words: args}
			return p.compare(cmd, flags, []string{command.Task.Name()})
		},
	}
	cmd.Flags().SetInterspersed(false)
	flags.add(p, cmd)
	exec.addLine(cmd)
	_ = cmd.Flags().MarkHidden("latency")
	return cmd
}

// levels are the rows that compare how many commands at once are best.
func levels(cores int) []string {
	rows := []string{"sync"}
	for _, n := range []int{cores / 2, cores, 2 * cores, 4 * cores} {
		if row := leveled(poolStrategy, n); n > 1 && !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	return append(rows, autoStrategy)
}

// execJobs is the job of commands. They go to the processes that measure as they are, but for the variables of --env,
// which those have from this process.
func (p *program) execJobs(flags compareFlags, args []string) ([]openJob, []source.File, error) {
	reader, err := flags.exec.reader()
	if err != nil {
		return nil, nil, err
	}
	in, err := p.compareSource(reader, args, &flags.inputs, flags.jobs)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	var inputs compare.Inputs
	for made, err := range reader.calls(in.Items) {
		if err != nil {
			return nil, nil, badInput("%w", err)
		}
		one := made.value.(command.Input)
		for name, value := range one.Env {
			_ = os.Setenv(name, string(value))
		}
		text, err := json.Marshal(one)
		if err != nil {
			return nil, nil, err
		}
		inputs.Values = append(inputs.Values, text)
	}
	if inputs.Len() == 0 {
		return nil, nil, noInputs(in)
	}
	job := compare.Job{Task: command.Task.Name(), Inputs: inputs}
	job.Title = fmt.Sprintf("exec %s on %s", flags.exec.words[0], figures.Count(int64(inputs.Len()), "input"))
	return []openJob{func(context.Context) (compare.Job, bool, func() error, error) {
		return job, false, func() error { return nil }, nil
	}}, in.Files, nil
}
