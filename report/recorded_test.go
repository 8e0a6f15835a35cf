package report

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"example.com/overlap/compare"
)

// Where short calls are timed in runs of their own, every form says of which run the pictures are, and by how much it
// differs where that is much.
func TestRunsThatAreRecorded(t *testing.T) {
	forms := map[string]func(io.Writer, *compare.Report) error{
		"text":     func(w io.Writer, r *compare.Report) error { return WriteText(w, r, Style{}) },
		"Markdown": WriteMarkdown,
		"page":     func(w io.Writer, r *compare.Report) error { return WriteHTML(w, r) },
	}
	r := example(t)
	r.Jobs = r.Jobs[:1]
	j := r.Jobs[0]
	const begins = "Calls are short, so the times in the table are of runs in which nothing is recorded, and"
	text := func(form string) string {
		t.Helper()
		var b bytes.Buffer
		if err := forms[form](&b, r); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for form := range forms {
		if said := text(form); strings.Contains(said, begins) {
			t.Errorf("the %s says so of calls that are not short", form)
		}
	}
	for _, s := range j.Strategies {
		if s.MedianSeconds != nil {
			s.RecordedSeconds = new(1.05 * *s.MedianSeconds)
		}
	}
	for form := range forms {
		if said := text(form); !strings.Contains(said, begins) || !strings.Contains(said, "of one more, recorded run of each strategy.") ||
			strings.Contains(said, "in the table)") || strings.Contains(said, "the run whose time is nearest") {
			t.Errorf("where the runs differ little, the %s says %s", form, said)
		}
	}
	first := j.Strategies[1] // the one before it could not be measured
	first.MedianSeconds, first.RecordedSeconds = new(0.362), new(0.450)
	for form := range forms {
		if said := text(form); !strings.Contains(strings.ReplaceAll(said, "\\", ""),
			"which took 450 ms under "+first.Name+" (362 ms in the table).") {
			t.Errorf("where they differ, the %s says %s", form, said)
		}
	}
	first.RecordedSeconds = nil
	if said := text("text"); strings.Contains(said, "recorded run of each strategy") || !strings.Contains(said, "of one more, recorded run of "+j.Strategies[2].Name) {
		t.Errorf("where only some are recorded besides, the text says %s", said)
	}
	for _, s := range j.Strategies {
		if s.MedianSeconds != nil {
			s.RecordedSeconds = new(2 * *s.MedianSeconds)
		}
	}
	if said := text("text"); strings.Count(said, "in the table)") != mostTold || !strings.Contains(said, "and more than 10 % longer or shorter under ") {
		t.Errorf("where many differ, the text says %s", said)
	}
}
