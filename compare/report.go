package compare

import "time"

// Report is what [Run] measured. Its JSON names, and those of everything in it, are stable: names may be added, none
// changes its meaning. What is not known, or makes no sense, is null.
type Report struct {
	Date          time.Time    `json:"date"` // when the first measurement began
	Seed          uint64       `json:"seed"` // of the shuffles
	Machine       Machine      `json:"machine"`
	RunsWanted    int          `json:"runs_wanted"` // of each strategy of a job; 0: 6, 12 or 24, until it is known
	Warmup        int          `json:"warmup"`
	BudgetSeconds float64      `json:"budget_seconds"`
	Workers       int          `json:"workers"`           // 0: each strategy's own default
	Interrupted   bool         `json:"interrupted"`       // canceled before all was measured
	Command       string       `json:"command,omitempty"` // the command line that measured, if one did
	Python        string       `json:"python,omitempty"`  // its version, where strategies of Python's were measured
	Jobs          []*JobReport `json:"jobs"`

	Baseline *Baseline `json:"baseline,omitempty"` // that it is compared with; nil for none
}

// JobReport is one job under every strategy.
type JobReport struct {
	Task  string `json:"task"`
	Title string `json:"title"`
	Calls int    `json:"calls"`

	Class       Class    `json:"class"`
	CPUShare    *float64 `json:"cpu_share"`              // of the time that calls took, without CoreWait, spent on a CPU
	CoreWait    *float64 `json:"core_wait_share"`        // of the time that calls took, waiting for a core: an estimate
	ClassBasis  string   `json:"class_basis"`            // the strategy it was seen under: sync where that was measured
	ClassSample int      `json:"class_sample,omitempty"` // how many inputs were measured under sync to see it, if not all

	OthersBusy *float64 `json:"others_busy"` // cores that other programs kept busy meanwhile, on average

	Decision    Decision `json:"decision"`
	Winner      string   `json:"winner"`     // a strategy's name; "tie"; "" where there is neither, see Decision
	Tied        []string `json:"tied"`       // those of a tie, fastest first
	Contenders  []string `json:"contenders"` // those that may be the fastest, in the order of their medians
	Needs       *Needs   `json:"needs"`      // what it takes to tell, where there were too few runs
	SameAnswers bool     `json:"same_answers"`

	Verdict    string            `json:"verdict"` // one paragraph: class, winner, by how much and why
	Warnings   []Warning         `json:"warnings"`
	Inputs     map[int]string    `json:"inputs,omitempty"` // by index, shortened: those of the spans of timelines
	Strategies []*StrategyReport `json:"strategies"`       // in the plan's order

	Scaling []*Scaling `json:"scaling,omitempty"` // of the strategies that were swept

	SinceBaseline string `json:"since_baseline,omitempty"` // how it stands against the baseline, if there is one

	machine Machine
	probe   *StrategyReport
	atLooks bool // the number of runs follows from what is found
	command func(budget time.Duration) string
}

// StrategyReport is one job under one strategy. All figures are medians of its runs unless they say otherwise.
type StrategyReport struct {
	Name   string `json:"name"`
	Python string `json:"python"`
	Note   string `json:"note"`

	SharesGIL bool `json:"shares_gil,omitempty"` // see [Strategy]

	Runs   int    `json:"runs"`            // measurements made
	Cut    Cut    `json:"cut,omitempty"`   // why fewer than wanted
	Error  string `json:"error,omitempty"` // why it could not be measured, or how calls failed
	Failed int    `json:"failed"`          // calls that failed, in its worst run

	MedianSeconds  *float64  `json:"median_seconds"`
	MinSeconds     *float64  `json:"min_seconds"`
	MaxSeconds     *float64  `json:"max_seconds"`
	Interval       *Interval `json:"median_interval_95"` // a 95 % confidence interval of the median: from 6 runs on
	Speedup        *float64  `json:"speedup"`            // over sync: its median / this one's
	CallsPerSecond *float64  `json:"calls_per_second"`

	// P is the chance of runs that look as much slower than those of the fastest strategy, if this one takes at most 5 %
	// longer: Mann-Whitney U of the fastest's times, made 5 % longer, and this one's, corrected by Holm. null for the
	// fastest itself, for one that was at least 5 times as slow in each run, and where either has fewer than 6 runs.
	P *float64 `json:"p_against_fastest"`

	// Ratio is how many times as long this takes as the fastest: an interval that holds it with a confidence of 98.4 %.
	Ratio *Interval `json:"ratio_to_fastest"`

	Change *Change `json:"change,omitempty"` // against the baseline, if there is one

	PeakInFlight    int      `json:"peak_in_flight"` // in the run that RanOn is of
	CPUSeconds      *float64 `json:"cpu_seconds"`
	CoresBusy       *float64 `json:"cores_busy"`
	PeakMemoryBytes *int64   `json:"peak_memory_bytes"`

	Answers     string `json:"answers"`      // the hash that all runs agree on; "" if they do not, or none was made
	SameAnswers bool   `json:"same_answers"` // as the job's other strategies, see [JobReport]

	// GILWaitSeconds is how long a thread waited for the GIL that wanted it, on average: an estimate, of one run of its own.
	GILWaitSeconds *float64 `json:"gil_wait_seconds,omitempty"`

	// RecordedSeconds is how long the run took that RanOn, Where, Timeline and PeakInFlight are of, where that is none of the
	// runs that were timed: of calls so short that recording them would show in the times. nil elsewhere.
	RecordedSeconds *float64 `json:"recorded_seconds,omitempty"`

	RanOn        *RanOn        `json:"ran_on"`   // of the run whose time is nearest the median, or that was recorded
	Where        *Where        `json:"where"`    // the time of that run went
	Timeline     *Timeline     `json:"timeline"` // of that run
	Measurements []Measurement `json:"measurements"`
}

// Interval is from Low to High.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Cut is why a strategy ran fewer times than wanted.
type Cut string

// Why strategies run fewer times.
const (
	CutByBudget    Cut = "budget"
	CutByFailure   Cut = "failure"
	CutByInterrupt Cut = "interrupt"
	CutByDefeat    Cut = "defeat" // it can no longer win: it is known to be slower, or its calls fail
)

// measured reports whether there are figures.
func (s *StrategyReport) measured() bool { return len(s.Measurements) > 0 }

// worked reports whether any call of any run succeeded.
func (s *StrategyReport) worked() bool {
	for _, m := range s.Measurements {
		if m.Failed < m.Calls {
			return true
		}
	}
	return false
}

// walls are the seconds of each run, in the order they were made.
func (s *StrategyReport) walls() []float64 {
	return s.each(func(m *Measurement) float64 { return m.WallSeconds })
}

func (s *StrategyReport) each(figure func(*Measurement) float64) []float64 {
	all := make([]float64, len(s.Measurements))
	for i := range s.Measurements {
		all[i] = figure(&s.Measurements[i])
	}
	return all
}

// strategy finds a row by name, nil if there is none.
func (j *JobReport) strategy(name string) *StrategyReport {
	for _, s := range j.Strategies {
		if s.Name == name {
			return s
		}
	}
	return nil
}
