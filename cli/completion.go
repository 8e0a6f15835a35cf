package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"example.com/overlap/internal/plain"
)

// commandArgs are the arguments that cobra reads: those before the lists, which it must not take for flags. Words that
// a shell wants to have completed are made plain: they come back in what cobra prints.
func (p *program) commandArgs() (before []string) {
	if len(p.args) == 0 || p.args[0] != cobra.ShellCompRequestCmd && p.args[0] != cobra.ShellCompNoDescRequestCmd {
		before, p.lists = splitLists(p.args)
		return before
	}
	words := slices.Clone(p.args)
	for i := range words {
		words[i] = plain.Line(words[i])
	}
	return words
}

// needsTask wants a task's name as the first argument.
func (p *program) needsTask(command string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageErrorf("%s needs a task: %s tasks lists them", command, p.name)
		}
		return nil
	}
}

// completeTask completes the first argument with the names of the tasks. Inputs may be files, which shells complete.
func (p *program) completeTask(
	_ *cobra.Command, args []string, _ string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []cobra.Completion
	for _, t := range p.tasks {
		in, out := t.Types()
		names = append(names, cobra.CompletionWithDesc(t.Name(), "from "+in.String()+" to "+out.String()))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeTaskName is completeTask where nothing follows the task.
func (p *program) completeTaskName(
	cmd *cobra.Command, args []string, typed string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.completeTask(cmd, args, typed)
}

func (p *program) strategyCompletions() []cobra.Completion {
	var names []cobra.Completion
	for _, s := range strategies() {
		names = append(names, cobra.CompletionWithDesc(s.name, s.description().What))
	}
	return names
}
