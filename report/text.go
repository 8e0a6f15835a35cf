package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/plain"
)

// WriteText writes a report as text for a terminal: for each job its title, the table, how calls overlapped, the
// verdict and the warnings; then where and how it was measured. w gets everything in one Write.
func WriteText(w io.Writer, r *compare.Report, style Style) error {
	var b strings.Builder
	for i, j := range r.Jobs {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeJob(&b, j, r.RunsWanted, style)
	}
	fmt.Fprintf(&b, "\n%s\n", style.dim(style.wrap(footer(r), "")))
	_, err := io.WriteString(w, b.String())
	return err
}

func writeJob(b *strings.Builder, j *compare.JobReport, runsWanted int, style Style) {
	fmt.Fprintf(b, "%s\n\n%s", style.bold(style.wrap(heading(j), "")), table(j, runsWanted, style))
	if picture := timeline(j, style); picture != "" {
		fmt.Fprintf(b, "\n%s", picture)
	}
	fmt.Fprintf(b, "\n%s\n", style.wrap(oneLine(j.Verdict), ""))
	for _, warning := range j.Warnings {
		fmt.Fprintln(b, style.yellow(style.wrap("warning: "+oneLine(warning.Text), "  ")))
	}
}

// heading names the job.
func heading(j *compare.JobReport) string {
	if strings.HasPrefix(j.Title, j.Task) {
		return oneLine(j.Title)
	}
	return oneLine(j.Task + ": " + j.Title)
}

// footer says where and how a report was measured, so that it can be measured again.
func footer(r *compare.Report) string {
	text := fmt.Sprintf("Measured %s on %s/%s, %s (GOMAXPROCS %d), %s; each run in a fresh process, "+
		"up to %s of each strategy within %s, in rounds of shuffled order (seed %d)",
		r.Date.Format("2006-01-02 15:04 MST"), r.Machine.OS, r.Machine.Arch, figures.Count(r.Machine.Cores, "core"),
		r.Machine.GOMAXPROCS, r.Machine.GoVersion,
		figures.Count(r.RunsWanted, "run"), figures.Seconds(r.BudgetSeconds), r.Seed)
	if r.Warmup > 0 {
		text += fmt.Sprintf(", after %s that do not count", figures.Count(r.Warmup, "warm-up run"))
	}
	if r.Interrupted {
		text += "; interrupted before all was measured"
	}
	return text + "."
}

// oneLine makes one line of what a process or a task has said.
func oneLine(text string) string { return plain.Line(strings.Join(strings.Fields(text), " ")) }
