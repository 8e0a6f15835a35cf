package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/plain"
)

// WriteText writes a report as text for a terminal: for each job its title, the table, how calls overlapped,
// where the time went, the verdict and the warnings; then where and how it was measured. w gets everything in one
// Write.
func WriteText(w io.Writer, r *compare.Report, style Style) error {
	var b strings.Builder
	for i, j := range r.Jobs {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeJob(&b, j, r.RunsWanted, style)
	}
	if differ := differences(r); differ != "" {
		fmt.Fprintf(&b, "\n%s\n", style.yellow(style.wrap("warning: "+differ, "  ")))
	}
	fmt.Fprintf(&b, "\n%s\n", style.dim(style.wrap(footer(r), "")))
	_, err := io.WriteString(w, b.String())
	return err
}

func writeJob(b *strings.Builder, j *compare.JobReport, runsWanted int, style Style) {
	fmt.Fprintf(b, "%s\n\n%s", style.bold(style.wrap(heading(j), "")), table(j, runsWanted, style))
	if recorded := recordedSentence(j, "how the calls overlapped and where the time went are"); recorded != "" {
		fmt.Fprintf(b, "\n%s\n", style.wrap(recorded, ""))
	}
	if picture := timeline(j, style); picture != "" {
		fmt.Fprintf(b, "\n%s", picture)
	}
	if all := whereColumns(j); all != nil {
		fmt.Fprintf(b, "\n%s\n%s", style.wrap(whereHeading, ""), blocks(j, all, style))
		if sentence := whereSentence(j); sentence != "" {
			fmt.Fprintln(b, style.wrap(sentence, ""))
		}
	}
	fmt.Fprintf(b, "\n%s\n", style.wrap(oneLine(j.Verdict), ""))
	for _, scaling := range j.Scaling {
		writeScaling(b, scaling, style)
	}
	if j.SinceBaseline != "" {
		fmt.Fprintf(b, "\n%s\n", style.wrap(oneLine(j.SinceBaseline), ""))
	}
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
	return fmt.Sprintf("Measured %s on %s/%s, %s (GOMAXPROCS %d), %s; %s.",
		r.Date.Format("2006-01-02 15:04 MST"), r.Machine.OS, r.Machine.Arch, figures.Count(r.Machine.Cores, "core"),
		r.Machine.GOMAXPROCS, r.Machine.GoVersion, method(r))
}

// method is how it was measured.
func method(r *compare.Report) string {
	text := fmt.Sprintf("each run in a fresh process, %s of each strategy within %s, in rounds of shuffled order (seed %d)",
		runsWanted(r), figures.Seconds(r.BudgetSeconds), r.Seed)
	if r.Warmup > 0 {
		text += fmt.Sprintf(", after %s that do not count", figures.Count(r.Warmup, "warm-up run"))
	}
	if r.Interrupted {
		text += "; interrupted before all was measured"
	}
	return text
}

// differences says what makes the times of a report and of its baseline hard to compare, "" for nothing.
func differences(r *compare.Report) string {
	if r.Baseline == nil || len(r.Baseline.Differences) == 0 {
		return ""
	}
	return oneLine("the baseline was measured under other conditions: " + strings.Join(r.Baseline.Differences, "; "))
}

func runsWanted(r *compare.Report) string {
	if r.RunsWanted == 0 {
		return "6, 12 or 24 runs, until the fastest is known,"
	}
	return "up to " + figures.Count(r.RunsWanted, "run")
}

// oneLine makes one line of what a process or a task has said.
func oneLine(text string) string { return plain.Line(strings.Join(strings.Fields(text), " ")) }
