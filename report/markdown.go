package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/overlap/compare"
)

// WriteMarkdown writes a report as GitHub-flavoured Markdown: for each job its title, the table, where the time went,
// the verdict and the warnings. w gets everything in one Write.
func WriteMarkdown(w io.Writer, r *compare.Report) error {
	var b strings.Builder
	for _, j := range r.Jobs {
		fmt.Fprintf(&b, "## %s\n\n", escapeMarkdown(heading(j)))
		writeMarkdownTable(&b, columns(j, r.RunsWanted), oneLine(j.Winner))
		if all := whereColumns(j); all != nil {
			if recorded := recordedSentence(j, "where the time went is"); recorded != "" {
				fmt.Fprintf(&b, "\n%s\n", escapeMarkdown(recorded))
			}
			fmt.Fprintf(&b, "\n%s\n\n", whereHeading)
			writeMarkdownTable(&b, all, oneLine(j.Winner))
			fmt.Fprintf(&b, "\n%s\n", escapeMarkdown(whereSentence(j)))
		}
		fmt.Fprintf(&b, "\n%s\n\n", escapeMarkdown(j.Verdict))
		for _, scaling := range j.Scaling {
			fmt.Fprintf(&b, "%s\n\n", escapeMarkdown(scalingHeading(scaling)))
			writeMarkdownTable(&b, scalingColumns(scaling), "")
			fmt.Fprintf(&b, "\n%s\n\n", escapeMarkdown(scalingText(scaling)))
		}
		if j.SinceBaseline != "" {
			fmt.Fprintf(&b, "%s\n\n", escapeMarkdown(j.SinceBaseline))
		}
		for _, warning := range j.Warnings {
			fmt.Fprintf(&b, "- Warning: %s\n", escapeMarkdown(warning.Text))
		}
		if len(j.Warnings) > 0 {
			b.WriteByte('\n')
		}
	}
	if differ := differences(r); differ != "" {
		fmt.Fprintf(&b, "- Warning: %s\n\n", escapeMarkdown(differ))
	}
	fmt.Fprintln(&b, footer(r))
	_, err := io.WriteString(w, b.String())
	return err
}

// writeMarkdownTable writes columns as a table, in which the row of the winner is bold.
func writeMarkdownTable(b *strings.Builder, all []column, winner string) {
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
	for i, name := range all[0].cells {
		b.WriteString("\n|")
		for n, c := range all {
			cell := escapeMarkdown(c.cells[i])
			if n == 0 && name == winner {
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
