package compare

import (
	"fmt"
	"io"
	"strings"

	"example.com/overlap/internal/plain"
)

// WriteTerminal shows the report on a terminal: for each job its title, the table, how calls overlapped, the verdict
// and the warnings; then where and how it was measured. w gets everything in one Write.
func (r *Report) WriteTerminal(w io.Writer, style Style) error {
	var b strings.Builder
	for i, j := range r.Jobs {
		if i > 0 {
			b.WriteByte('\n')
		}
		j.show(&b, r.RunsWanted, style)
	}
	fmt.Fprintf(&b, "\n%s\n", style.dim(style.wrap(r.footer(), "")))
	_, err := io.WriteString(w, b.String())
	return err
}

func (j *JobReport) show(b *strings.Builder, runsWanted int, style Style) {
	fmt.Fprintf(b, "%s\n\n%s", style.bold(style.wrap(j.heading(), "")), j.table(runsWanted, style))
	if picture := j.timeline(style); picture != "" {
		fmt.Fprintf(b, "\n%s", picture)
	}
	fmt.Fprintf(b, "\n%s\n", style.wrap(oneLine(j.Verdict), ""))
	for _, warning := range j.Warnings {
		fmt.Fprintln(b, style.yellow(style.wrap("warning: "+oneLine(warning.Text), "  ")))
	}
}

// heading names the job.
func (j *JobReport) heading() string {
	if strings.HasPrefix(j.Title, j.Task) {
		return oneLine(j.Title)
	}
	return oneLine(j.Task + ": " + j.Title)
}

// footer says where and how a report was measured, so that it can be measured again.
func (r *Report) footer() string {
	text := fmt.Sprintf("Measured %s on %s/%s, %s (GOMAXPROCS %d), %s; each run in a fresh process, "+
		"up to %s of each strategy within %s, in rounds of shuffled order (seed %d)",
		r.Date.Format("2006-01-02 15:04 MST"), r.Machine.OS, r.Machine.Arch, count(r.Machine.Cores, "core"),
		r.Machine.GOMAXPROCS, r.Machine.GoVersion, count(r.RunsWanted, "run"), duration(r.BudgetSeconds), r.Seed)
	if r.Warmup > 0 {
		text += fmt.Sprintf(", after %s that do not count", count(r.Warmup, "warm-up run"))
	}
	if r.Interrupted {
		text += "; interrupted before all was measured"
	}
	return text + "."
}

// oneLine makes one line of what a process or a task has said.
func oneLine(text string) string { return plain.Line(strings.Join(strings.Fields(text), " ")) }
