package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"

	"example.com/overlap/compare"
	"example.com/overlap/report/internal/assets"
)

//go:embed page
var pageFiles embed.FS

// The page's parts. One script and one style are all that its policy allows, each by its hash.
var (
	pageTemplate = template.Must(template.New("page").Parse(assets.Text(pageFiles, "page/page.html")))
	pageStyle    = assets.Style(pageFiles, "page/page.css")
	pageScript   = assets.Script(pageFiles, "page/view.js", "page/tip.js", "page/timeline.js", "page/inflight.js",
		"page/scaling.js", "page/main.js")
	pagePolicy = assets.Policy(pageScript, pageStyle)
)

// page is what the template shows. Of what processes and tasks have said, it has only text that is plain.
type page struct {
	Title    string
	Policy   string
	Style    template.CSS
	Script   template.JS
	Data     template.HTML // base64, which the scripts read
	Jobs     []pageJob
	Measured []howMeasured
}

// pageJob is a job of one of the reports.
type pageJob struct {
	ID            string
	Heading       string
	Kind          string // what became of it: won, tied, unclear or none
	Headline      string
	Verdict       string
	SinceBaseline string // "" for none
	Warnings      []string
	Bars          []*bars
	Table         pageTable
	Overlap       *overlapping
	Divided       *divided
	Scales        []scales
}

// WriteHTML writes reports as one page: verdicts and warnings, bars, tables, timelines of all strategies on one axis of
// time, how many calls were in flight, and how all was measured. The page is one file that loads nothing, of less than
// 1 MB for any number of calls; what tasks, inputs and errors say is text in it and nothing else. w gets everything in
// one Write. Without a report there is nothing to show, which is an error.
func WriteHTML(w io.Writer, reports ...*compare.Report) error {
	if len(reports) == 0 {
		return fmt.Errorf("there is no report to show")
	}
	p := page{Policy: pagePolicy, Style: template.CSS(pageStyle), Script: template.JS(pageScript)}
	var data pageData
	for _, r := range reports {
		for _, j := range r.Jobs {
			job := pageJob{
				ID: fmt.Sprintf("job-%d", len(p.Jobs)+1), Heading: heading(j), Verdict: oneLine(j.Verdict),
				SinceBaseline: oneLine(j.SinceBaseline),
				Bars:          newBars(j), Table: newPageTable(j, columns(j, r.RunsWanted)), Overlap: newOverlapping(j), Divided: newDivided(j), Scales: newScales(j),
			}
			job.Kind, job.Headline = headline(j)
			for _, warning := range j.Warnings {
				job.Warnings = append(job.Warnings, oneLine(warning.Text))
			}
			p.Jobs = append(p.Jobs, job)
			data.add(j)
		}
		p.Measured = append(p.Measured, newHowMeasured(r))
	}
	p.Title = pageTitle(p.Jobs)
	text, err := data.compressed()
	if err != nil {
		return fmt.Errorf("the report as a page: %w", err)
	}
	p.Data = template.HTML(text)
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return fmt.Errorf("the report as a page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

func pageTitle(jobs []pageJob) string {
	switch len(jobs) {
	case 0:
		return "Nothing was measured"
	case 1:
		return jobs[0].Heading
	}
	return fmt.Sprintf("%d jobs under every strategy", len(jobs))
}
