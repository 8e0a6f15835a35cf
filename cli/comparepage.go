package cli

import (
	"context"

	"example.com/overlap/compare"
	"example.com/overlap/report/live"
)

// comparisonPage shows a comparison while it runs, if the user wants that. A nil one shows nothing.
type comparisonPage struct {
	comparison *live.Comparison
	server     *live.Server
}

// openComparisonPage serves the page at an address, "" for none, and says where it is. The plan then tells it of each
// measurement.
func (p *program) openComparisonPage(address string, plan *compare.Plan, jobs int) (*comparisonPage, error) {
	if address == "" {
		return nil, nil
	}
	about := live.AboutComparison{Jobs: jobs, Runs: plan.Runs, Longest: atMost(*plan, jobs)}
	for _, s := range plan.Strategies {
		about.Strategies = append(about.Strategies, s.Name)
	}
	page := live.NewComparison(about)
	server, err := live.Serve(address, page)
	if err != nil {
		return nil, usageErrorf("--ui: %w", err)
	}
	show := plan.Progress
	plan.Progress = func(at compare.Progress) {
		show(at)
		page.Progress(at)
	}
	p.messages.sayf("the comparison can be looked at here, on this machine only: %s", server.URL())
	return &comparisonPage{page, server}, nil
}

// found tells the page what came of a job.
func (p *comparisonPage) found(measured *compare.Report) {
	if p != nil {
		p.comparison.Found(measured)
	}
}

// close tells the page that the comparison is over, and ends it.
func (p *comparisonPage) close(ctx context.Context, err error) {
	if p == nil {
		return
	}
	how := ""
	switch {
	case ctx.Err() != nil:
		how = "It was interrupted: not everything has been measured."
	case err != nil:
		how = err.Error()
	}
	p.comparison.Over(how)
	p.server.Close()
}
