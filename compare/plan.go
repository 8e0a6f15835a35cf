package compare

import (
	"context"
	"fmt"
	"time"
)

// Plan says what [Run] measures.
type Plan struct {
	Jobs       []Job
	Strategies []Strategy
	Runs       int            // measurements of each strategy of a job; 0 means 5
	Warmup     int            // unmeasured whole runs before each measurement, in the same process
	Budget     time.Duration  // for each strategy of a job; 0 means 20 s. A slow one runs fewer times, at least once
	Workers    int            // handed to [Resolve]; 0 means each strategy's own default
	Timeout    time.Duration  // of each attempt, as [overlap.Timeout]; 0 means none
	Seed       uint64         // of the shuffles; 0 means a random one, which the report names
	Runner     Runner         // makes the measurements; see [NewProcesses]
	Progress   func(Progress) // called before and after each measurement, never during one; may be nil

	// Probe has a job without sync among its strategies measured once under sync, on as many of its inputs as take about
	// two seconds, to see what its calls spend their time on: where calls overlap, that is hard to tell.
	Probe bool
}

// Job is a task by its name, see [overlap.Define], and the inputs it is called with.
type Job struct {
	Task   string
	Title  string // the job in a few words, for headings; "" means the task's name
	Inputs Inputs

	// ServerCPU is the CPU time in seconds used so far by a server on this machine that the calls talk to, so that the
	// report can warn when server and calls fight for the same cores. nil means that there is none.
	// See [ProcessCPU].
	ServerCPU func() (seconds float64, known bool)
}

// Strategy is one way to run a job, as the report shows it.
type Strategy struct {
	Name   string // handed to [Resolve]
	Python string // the Python facility that it answers, "threading.Thread"; may be empty
	Note   string // added to Python in brackets, "1.02 s in the article"; may be empty
}

// Order is what one process is told to measure.
type Order struct {
	Task     string        `json:"task"`
	Strategy string        `json:"strategy"`
	Workers  int           `json:"workers,omitempty"`
	Inputs   Inputs        `json:"inputs"`
	Warmup   int           `json:"warmup,omitempty"`
	Timeout  time.Duration `json:"timeout,omitempty"` // in nanoseconds
}

// Runner makes one measurement. The one that [NewProcesses] gives makes it in a fresh process; a test's answers from a
// script, so that everything above it can be tested with exact times.
type Runner interface {
	// Measure waits for the measurement. When ctx is canceled it stops the work at once and returns an error.
	Measure(ctx context.Context, order Order) (*Measurement, error)
}

// Progress is where a comparison stands.
type Progress struct {
	Job         string // the job's title
	Strategy    string
	Round       int          // from 1
	Rounds      int          // at most: strategies drop out when their budget is spent
	Measurement *Measurement // nil before the measurement is made, and when it failed
	Err         error        // why it failed
}

// fill checks the plan and sets the defaults.
func (p *Plan) fill() {
	switch {
	case len(p.Jobs) == 0:
		panic("compare: Run: the plan has no jobs")
	case len(p.Strategies) == 0:
		panic("compare: Run: the plan has no strategies")
	case p.Runner == nil:
		panic("compare: Run: the plan has no Runner")
	case p.Runs < 0 || p.Warmup < 0 || p.Budget < 0 || p.Workers < 0 || p.Timeout < 0:
		panic(fmt.Sprintf("compare: Run: negative values make no sense: "+
			"Runs %d, Warmup %d, Budget %v, Workers %d, Timeout %v",
			p.Runs, p.Warmup, p.Budget, p.Workers, p.Timeout))
	}
	seen := map[string]bool{}
	for _, s := range p.Strategies {
		if seen[s.Name] {
			panic(fmt.Sprintf("compare: Run: the plan names strategy %q twice", s.Name))
		}
		seen[s.Name] = true
	}
	if p.Runs == 0 {
		p.Runs = 5
	}
	if p.Budget == 0 {
		p.Budget = 20 * time.Second
	}
	if p.Progress == nil {
		p.Progress = func(Progress) {}
	}
}

// title is what a job is called where it is shown.
func (j Job) title() string {
	if j.Title != "" {
		return j.Title
	}
	return j.Task
}
