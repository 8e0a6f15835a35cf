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
	Runs       int            // measurements of each strategy of a job; 0 means 6, 12 or 24, as many as it takes to tell
	Warmup     int            // unmeasured whole runs before each measurement, in the same process
	Budget     time.Duration  // for each strategy of a job; 0 means 20 s. A slow one runs fewer times, at least once
	Workers    int            // handed to [Resolve]; 0 means each strategy's own default
	Timeout    time.Duration  // of each attempt, as [overlap.Timeout]; 0 means none
	Retries    int            // extra attempts at a call that fails, as [overlap.Retry]; 0 means what the task says
	Python     string         // the version of Python, where its strategies are measured; the report names it
	Seed       uint64         // of the shuffles; 0 means a random one, which the report names
	Runner     Runner         // makes the measurements; see [NewProcesses]
	Progress   func(Progress) // called before and after each measurement, never during one; may be nil

	// Command is the command line that makes this comparison with Runs 0 and another Budget, for a verdict that needs
	// more runs to name; nil means that there is none.
	Command func(budget time.Duration) string

	// Setup is called before the first measurement of each job, Prepare before each measurement, and Cleanup after the
	// last one of each job whose Setup has succeeded, also when ctx has ended. They may be nil. An error of Setup or
	// Prepare ends the comparison.
	Setup, Prepare, Cleanup func(ctx context.Context) error

	Sweep Sweep // what to measure besides, of the strategies that may be the fastest

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

	// Scales is the name under which [Resolve] makes the strategy for any number of calls at once, so that a [Sweep] can
	// measure how it scales; empty for a strategy without such a number.
	Scales string

	// SharesGIL says that its calls run on threads of which one computes at a time, so that the verdict can tell why.
	SharesGIL bool
}

// Order is what one process is told to measure.
type Order struct {
	Task     string        `json:"task"`
	Strategy string        `json:"strategy"`
	Workers  int           `json:"workers,omitempty"`
	Inputs   Inputs        `json:"inputs"`
	Warmup   int           `json:"warmup,omitempty"`
	Timeout  time.Duration `json:"timeout,omitempty"` // in nanoseconds
	Retries  int           `json:"retries,omitempty"`

	// Bare looks at no call: the measurement has what is known of the whole run alone. Looking costs some microseconds a
	// call, which is much where calls are short.
	Bare bool `json:"bare,omitempty"`

	// ProbeGIL has a thread beside the calls of a program in Python find out how long who wants the GIL waits for it.
	ProbeGIL bool `json:"probe_gil,omitempty"`
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
	AtOnce      int           // of a Sweep; 0 for the strategy's own number
	Round       int           // from 1
	Rounds      int           // at most, until strategies are tested; there may be more then
	Left        time.Duration // about how long these take; 0 while that is not known
	Measurement *Measurement  // nil before the measurement is made, and when it failed
	Err         error         // why it failed
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
	case p.Sweep != (Sweep{}) && (p.Sweep.From < 1 || p.Sweep.To < p.Sweep.From):
		panic(fmt.Sprintf("compare: Run: a sweep from %d to %d makes no sense", p.Sweep.From, p.Sweep.To))
	case p.Runs < 0 || p.Warmup < 0 || p.Budget < 0 || p.Workers < 0 || p.Timeout < 0 ||
		p.Retries < 0:
		panic(fmt.Sprintf("compare: Run: negative values make no sense: "+
			"Runs %d, Warmup %d, Budget %v, Workers %d, Timeout %v, Retries %d",
			p.Runs, p.Warmup, p.Budget, p.Workers, p.Timeout, p.Retries))
	}
	seen := map[string]bool{}
	for _, s := range p.Strategies {
		if seen[s.Name] {
			panic(fmt.Sprintf("compare: Run: the plan names strategy %q twice", s.Name))
		}
		seen[s.Name] = true
	}
	if p.Budget == 0 {
		p.Budget = 20 * time.Second
	}
	if p.Progress == nil {
		p.Progress = func(Progress) {}
	}
	for _, hook := range []*func(context.Context) error{&p.Setup, &p.Prepare, &p.Cleanup} {
		if *hook == nil {
			*hook = func(context.Context) error { return nil }
		}
	}
}

// title is what a job is called where it is shown.
func (j Job) title() string {
	if j.Title != "" {
		return j.Title
	}
	return j.Task
}

// Longest is how long [Run] takes at most, but for single runs that are longer than the budget.
func (p Plan) Longest() time.Duration {
	rows := len(p.Strategies)
	if p.Sweep != (Sweep{}) {
		rows += mostSwept
	}
	return time.Duration(len(p.Jobs)*rows) * p.Budget
}
