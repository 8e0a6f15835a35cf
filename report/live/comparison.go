package live

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"example.com/overlap/compare"
	"example.com/overlap/internal/plain"
)

// settle is how long a comparison waits before each measurement, so that what was sent has been drawn by then: longer than
// a tick, in which something new has been sent to all who read.
const settle = tick + 50*time.Millisecond

// mostRuns is of how many runs of a strategy the times are sent, the latest.
const mostRuns = 50

// AboutComparison is what does not change of a comparison. Whatever its texts hold, they are shown as text.
type AboutComparison struct {
	Jobs       int           // how many will be measured
	Strategies []string      // their names, in the order of the rows
	Runs       int           // of each strategy; 0: as many as it takes to tell, see [compare.Plan]
	Longest    time.Duration // how long all takes at most, see [compare.Plan.Longest]; 0: not known
}

// Comparison is what a page shows of a comparison: what is measured now, the times so far, and in the end the verdicts. What
// is measured is not disturbed: something new is sent between measurements alone. It is safe for concurrent use.
//
//	page := live.NewComparison(live.AboutComparison{Jobs: 1, Strategies: names})
//	server, err := live.Serve("127.0.0.1:0", page)
//	if err != nil { … }
//	defer server.Close()
//	plan.Progress = page.Progress
//	measured, err := compare.Run(ctx, plan)
//	if measured != nil {
//		page.Found(measured)
//	}
//	page.Over("")
type Comparison struct {
	about AboutComparison
	start time.Time

	mu      sync.Mutex
	jobs    []*comparedJob
	now     *measuring
	shown   comparisonEvent // as it was when there was something new to send
	changed chan struct{}   // closed when there is again
}

// comparisonEvent is what is sent, each time as a whole. Times are in seconds.
type comparisonEvent struct {
	At      float64       `json:"at"` // since the comparison's start
	Jobs    int           `json:"jobs"`
	Runs    int           `json:"runs"`
	Longest float64       `json:"longest"`
	Now     *measuring    `json:"now,omitempty"` // nil when nothing is measured
	Job     []comparedJob `json:"compared"`
	Over    string        `json:"over,omitempty"`
}

// measuring is the measurement that is made.
type measuring struct {
	Strategy string  `json:"strategy"`
	AtOnce   int     `json:"atOnce"` // of a sweep; 0 for the strategy's own number
	Round    int     `json:"round"`
	Rounds   int     `json:"rounds"`
	Left     float64 `json:"left"` // 0: not known
}

// comparedJob is a job that has begun.
type comparedJob struct {
	Title   string        `json:"title"`
	Verdict string        `json:"verdict,omitempty"`
	Rows    []comparedRow `json:"rows"`
}

// comparedRow is a strategy, or a level of a sweep.
type comparedRow struct {
	Strategy string    `json:"strategy"`
	AtOnce   int       `json:"atOnce,omitempty"`
	Runs     int       `json:"runs"`
	Times    []float64 `json:"times"` // of the latest runs
	Median   float64   `json:"median"`
	Low      float64   `json:"low"`
	High     float64   `json:"high"`
	Calls    int       `json:"calls"`  // of a run
	Failed   int       `json:"failed"` // of them, in the worst run
	Error    string    `json:"error,omitempty"`

	all []float64
}

// NewComparison returns a comparison that begins now.
func NewComparison(about AboutComparison) *Comparison {
	c := &Comparison{about: about, start: time.Now(), changed: make(chan struct{})}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.show("")
	return c
}

// Progress is for the Progress of a [compare.Plan]. Before a measurement it takes 150 ms, for what it sends to be drawn.
func (c *Comparison) Progress(at compare.Progress) {
	c.mu.Lock()
	row := c.row(at)
	switch {
	case at.Err != nil:
		row.Error = short(at.Err.Error())
	case at.Measurement != nil:
		row.add(at.Measurement)
	default:
		c.now = &measuring{
			Strategy: short(at.Strategy), AtOnce: at.AtOnce, Round: at.Round, Rounds: at.Rounds, Left: at.Left.Seconds(),
		}
		c.show("")
		c.mu.Unlock()
		time.Sleep(settle)
		return
	}
	c.mu.Unlock() // the next begins at once, and is what has this shown as well
}

// Found is told what came of some of the jobs, when they have been measured.
func (c *Comparison) Found(r *compare.Report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = nil
	for _, found := range r.Jobs {
		c.job(found.Title).Verdict = plain.Shorten(plain.Line(found.Verdict), 8*mostText)
	}
	c.show("")
}

// Over is told that nothing is measured any more, and how it went. What it is told later, it does not show.
func (c *Comparison) Over(how string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = nil
	c.show(cmp.Or(how, "Everything has been measured."))
}

// show has what is known now sent. The mutex is held.
func (c *Comparison) show(over string) {
	if c.shown.Over != "" {
		return
	}
	c.shown = comparisonEvent{
		At: time.Since(c.start).Seconds(), Jobs: c.about.Jobs, Runs: c.about.Runs, Longest: c.about.Longest.Seconds(),
		Now: c.now, Over: over, Job: []comparedJob{},
	}
	for _, job := range c.jobs {
		sent := *job
		sent.Rows = slices.Clone(job.Rows)
		c.shown.Job = append(c.shown.Job, sent)
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// job is the one with a title, which begins when it is named for the first time. The mutex is held.
func (c *Comparison) job(title string) *comparedJob {
	title = short(title)
	for _, job := range c.jobs {
		if job.Title == title {
			return job
		}
	}
	job := &comparedJob{Title: title}
	for _, name := range c.about.Strategies {
		job.Rows = append(job.Rows, comparedRow{Strategy: short(name), Times: []float64{}})
	}
	c.jobs = append(c.jobs, job)
	return job
}

// row is what a measurement counts for. The mutex is held.
func (c *Comparison) row(at compare.Progress) *comparedRow {
	job, name := c.job(at.Job), short(at.Strategy)
	i := slices.IndexFunc(job.Rows, func(r comparedRow) bool { return r.Strategy == name && r.AtOnce == at.AtOnce })
	if i < 0 {
		i = len(job.Rows)
		job.Rows = append(job.Rows, comparedRow{Strategy: name, AtOnce: at.AtOnce, Times: []float64{}})
	}
	return &job.Rows[i]
}

// add adds a run.
func (r *comparedRow) add(m *compare.Measurement) {
	r.all = append(r.all, m.WallSeconds)
	r.Runs, r.Calls, r.Failed = len(r.all), m.Calls, max(r.Failed, m.Failed)
	r.Times = slices.Clone(r.all[max(0, len(r.all)-mostRuns):]) // those that are being sent stay
	sorted := slices.Sorted(slices.Values(r.all))
	r.Low, r.High = sorted[0], sorted[len(sorted)-1]
	r.Median = (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// short is a text as it is shown.
func short(text string) string { return plain.Shorten(plain.Line(text), mostText) }

func (c *Comparison) follow() func() (event any, over bool, more <-chan struct{}) {
	return func() (any, bool, <-chan struct{}) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.shown, c.shown.Over != "", c.changed
	}
}

func (c *Comparison) page() *page { return comparisonPage() }

func (c *Comparison) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.Over != ""
}

// serve does nothing: there is nothing new while something is measured.
func (c *Comparison) serve(<-chan struct{}) {}
