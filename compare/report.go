package compare

import (
	"runtime"
	"time"
)

// Report is what [Run] measured. Its JSON names, and those of everything in it, are stable: names may be added, none
// changes its meaning. What is not known, or makes no sense, is null.
type Report struct {
	Date          time.Time    `json:"date"` // when the first measurement began
	Seed          uint64       `json:"seed"` // of the shuffles
	Machine       Machine      `json:"machine"`
	RunsWanted    int          `json:"runs_wanted"` // of each strategy of a job
	Warmup        int          `json:"warmup"`
	BudgetSeconds float64      `json:"budget_seconds"`
	Workers       int          `json:"workers"`     // 0: each strategy's own default
	Interrupted   bool         `json:"interrupted"` // canceled before all was measured
	Jobs          []*JobReport `json:"jobs"`
}

// Machine is where a report was measured.
type Machine struct {
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	Cores      int    `json:"cores"`
	GOMAXPROCS int    `json:"gomaxprocs"` // the cores a Go program uses, less than Cores in a container with a quota
	GoVersion  string `json:"go_version"`
}

// thisMachine is the one this process runs on.
func thisMachine() Machine {
	return Machine{runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.GOMAXPROCS(0), runtime.Version()}
}

// JobReport is one job under every strategy.
type JobReport struct {
	Task  string `json:"task"`
	Title string `json:"title"`
	Calls int    `json:"calls"`

	Class       Class    `json:"class"`
	CPUShare    *float64 `json:"cpu_share"`              // of the time that calls took, spent on a CPU
	ClassBasis  string   `json:"class_basis"`            // the strategy it was seen under: sync where that was measured
	ClassSample int      `json:"class_sample,omitempty"` // how many inputs were measured under sync to see it, if not all

	Winner      string   `json:"winner"` // a strategy's name; "tie"; "" when none has succeeded
	Tied        []string `json:"tied"`   // those of a tie, fastest first
	SameAnswers bool     `json:"same_answers"`

	Verdict    string            `json:"verdict"` // one paragraph: class, winner, by how much and why
	Warnings   []Warning         `json:"warnings"`
	Strategies []*StrategyReport `json:"strategies"` // in the plan's order

	machine Machine
	probe   *StrategyReport
}

// StrategyReport is one job under one strategy. All figures are medians of its runs unless they say otherwise.
type StrategyReport struct {
	Name   string `json:"name"`
	Python string `json:"python"`
	Note   string `json:"note"`

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

	// P is how likely times that differ this much from the fastest strategy's are by chance alone: Mann-Whitney U,
	// corrected by Holm. null for the fastest itself and where there are too few runs for the test to tell; then a
	// difference counts as significant when the ranges do not overlap.
	P *float64 `json:"p_against_fastest"`

	PeakInFlight    int      `json:"peak_in_flight"` // the most of any run
	CPUSeconds      *float64 `json:"cpu_seconds"`
	CoresBusy       *float64 `json:"cores_busy"`
	PeakMemoryBytes *int64   `json:"peak_memory_bytes"`

	Answers     string `json:"answers"`      // the hash that all runs agree on; "" if they do not, or none was made
	SameAnswers bool   `json:"same_answers"` // as the job's other strategies, see [JobReport]

	Timeline     *Timeline     `json:"timeline"` // of the run whose time is nearest the median
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
