package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"example.com/overlap/internal/plain"
)

func (p *program) tasksCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "tasks [TASK]",
		Short:             "List the tasks of this program, or tell what one of them takes and gives",
		Example:           p.examples("  overlap tasks\n  overlap tasks fetch "),
		ValidArgsFunction: p.completeTaskName,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageErrorf("tasks takes one task, got %q as well", args[1])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				task, err := p.task(args[0])
				if err == nil {
					_, _ = io.WriteString(p.stdout, p.taskHelp(task)) // which remembers the error
				}
				return err
			}
			rows := [][]string{{"task", "input", "output"}}
			for _, t := range p.tasks {
				in, out := t.Types()
				rows = append(rows, []string{t.Name(), in.String(), out.String()})
			}
			return p.table(rows)
		},
	}
}

func (p *program) strategiesCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "strategies",
		Short:   "List the strategies: what each is, the Python it answers, what it is for",
		Example: p.named("  overlap strategies"),
		Args:    p.noArguments,
		RunE: func(*cobra.Command, []string) error {
			rows := [][]string{{"strategy", "what it is", "the Python it answers", "for"}}
			for _, s := range strategies() {
				d := s.description()
				rows = append(rows, []string{s.name, d.What, s.python, d.For})
			}
			return p.table(rows)
		},
	}
}

func (p *program) noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageErrorf("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// table writes rows in columns, the first row as their heads.
func (p *program) table(rows [][]string) error {
	for _, row := range rows {
		for i, cell := range row {
			row[i] = plain.Line(cell)
		}
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		text := strings.TrimRight(line.String(), " ")
		if n == 0 && colors(p.stdout.to) {
			text = "\x1b[1m" + text + "\x1b[0m"
		}
		fmt.Fprintln(&b, text)
	}
	_, _ = io.WriteString(p.stdout, b.String()) // which remembers the error
	return nil
}
