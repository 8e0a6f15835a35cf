package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/overlap/compare"
)

// WriteMarkdown writes a report as GitHub-flavoured Markdown: for each job its title, the table, the verdict and the
// warnings. w gets everything in one Write.
func WriteMarkdown(w io.Writer, r *compare.Report) error {
	var b strings.Builder
	for _, j := range r.Jobs {
		fmt.Fprintf(&b, "## %s\n\n", escapeMarkdown(heading(j)))
		writeMarkdownTable(&b, j, r.RunsWanted)
		fmt.Fprintf(&b, "\n%s\n\n", escapeMarkdown(j.Verdict))
		for _, warning := range j.Warnings {
			fmt.Fprintf(&b, "- Warning: %s\n", escapeMarkdown(warning.Text))
		}
		if len(j.Warnings) > 0 {
			b.WriteByte('\n')
		}
	}
	fmt.Fprintln(&b, footer(r))
	_, err := io.WriteString(w, b.String())
	return err
}

func writeMarkdownTable(b *strings.Builder, j *compare.JobReport, runsWanted int) {
	all := columns(j, runsWanted)
	b.WriteByte('|')
	for _, c := range all {
		fmt.Fprintf(b, " %s |", c.head)
	}
	b.WriteString("\n|")
	for _, c := range all {
		if c.right {
			b.WriteString(" ---: |")
		} else {
			b.WriteString(" --- |")
		}
	}
	for i, s := range j.Strategies {
		b.WriteString("\n|")
		for n, c := range all {
			cell := escapeMarkdown(c.cells[i])
			if n == 0 && s.Name == j.Winner {
				cell = "**" + cell + "**"
			}
			fmt.Fprintf(b, " %s |", cell)
		}
	}
	b.WriteByte('\n')
}

// escapeMarkdown makes text mean itself, on one line: what tasks say in their errors can hold anything.
func escapeMarkdown(text string) string {
	var b strings.Builder
	for _, r := range oneLine(text) {
		if strings.ContainsRune("\\`*_[]<>|#&~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
