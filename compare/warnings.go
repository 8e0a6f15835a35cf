package compare

import (
	"fmt"
	"slices"

	"example.com/overlap/internal/figures"
)

// Warning is a reason to read a report with care, and what to do about it.
type Warning struct {
	Kind       WarningKind `json:"kind"`
	Strategies []string    `json:"strategies"` // that it is about
	Text       string      `json:"text"`
}

// WarningKind names a warning.
type WarningKind string

// The warnings of a report.
const (
	NotMeasured    WarningKind = "not-measured"    // a strategy has no figures, or stopped giving any
	CallsFailed    WarningKind = "calls-failed"    // times of failed calls say nothing of successful ones
	AnswersDiffer  WarningKind = "answers-differ"  // strategies or runs gave different answers
	TooFast        WarningKind = "too-fast"        // a run took less than 5 ms
	FirstRunSlow   WarningKind = "first-run-slow"  // the first run alone is an outlier
	Outliers       WarningKind = "outliers"        // some runs lie far from the others
	Drift          WarningKind = "drift"           // runs became slower or faster in the course of time
	SharedCores    WarningKind = "shared-cores"    // calls and the server they talk to used up this machine's cores
	BusyMachine    WarningKind = "busy-machine"    // other programs used it meanwhile
	IdleCores      WarningKind = "idle-cores"      // CPU-bound calls enough for all cores did not get them
	sharedCoresAt              = 0.9               // of all cores
	tooFastSeconds             = 0.005             // below that, noise is a large part
	driftWorth                 = worthSaying - 1.0 // as for winners
)

// warnings are all that hold for a job, the gravest first.
func (j *JobReport) warnings() []Warning {
	all := []Warning{}
	for _, s := range j.Strategies {
		all = append(all, s.failureWarnings()...)
	}
	all = append(all, j.answerWarnings()...)
	all = append(all, j.runWarnings()...)
	for _, s := range j.Strategies {
		if s.measured() {
			all = append(all, s.noiseWarnings()...)
		}
	}
	all = append(all, j.loadWarning()...)
	all = append(all, j.sharedCoresWarning()...)
	return append(all, j.idleCoresWarning()...)
}

func (s *StrategyReport) failureWarnings() []Warning {
	switch {
	case s.Cut == CutByFailure && !s.measured():
		return []Warning{{NotMeasured, []string{s.Name}, s.Name + " could not be measured: " + s.Error}}
	case s.Cut == CutByFailure:
		return []Warning{{NotMeasured, []string{s.Name},
			fmt.Sprintf("%s failed after %s and cannot win: %s", s.Name, figures.Count(s.Runs, "run"), s.Error)}}
	case !s.measured():
		return []Warning{{NotMeasured, []string{s.Name}, s.Name + " was not measured: interrupted"}}
	case s.Failed > 0:
		return []Warning{{CallsFailed, []string{s.Name}, s.Name + ": " + s.Error}}
	}
	return nil
}

func (j *JobReport) answerWarnings() []Warning {
	var all []Warning
	var varying, different []string
	for _, s := range j.Strategies {
		switch {
		case s.measured() && s.Answers == "":
			varying = append(varying, s.Name)
		case s.measured() && !s.SameAnswers:
			different = append(different, s.Name)
		}
	}
	if len(varying) > 0 {
		all = append(all, Warning{AnswersDiffer, varying, fmt.Sprintf(
			"the answers under %s differ from run to run: if they hold times or random parts, give the output a method "+
				"Answer() any that leaves these out", figures.List(varying))})
	}
	if len(different) > 0 {
		var same []string
		for _, s := range j.Strategies {
			if s.SameAnswers {
				same = append(same, s.Name)
			}
		}
		all = append(all, Warning{AnswersDiffer, different, fmt.Sprintf(
			"the answers under %s differ from those under %s: look for state that calls share",
			figures.List(different), figures.List(same))})
	}
	return all
}

func (j *JobReport) runWarnings() []Warning {
	var fast []string
	for _, s := range j.Strategies {
		if s.measured() && *s.MedianSeconds < tooFastSeconds {
			fast = append(fast, s.Name)
		}
	}
	if len(fast) == 0 {
		return nil
	}
	return []Warning{{TooFast, fast, fmt.Sprintf("under %s the job took less than %s, where noise is a large "+
		"part: give it more inputs", figures.List(fast), figures.Seconds(tooFastSeconds))}}
}

func (s *StrategyReport) noiseWarnings() []Warning {
	var all []Warning
	walls := s.walls()
	switch far := outliers(walls); {
	case len(far) == 1 && far[0] == 0 && walls[0] > *s.MedianSeconds:
		all = append(all, Warning{FirstRunSlow, []string{s.Name}, fmt.Sprintf("the first run of %s took %s, the median %s: "+
			"something was cold; warm up before measuring",
			s.Name, figures.Seconds(walls[0]), figures.Seconds(*s.MedianSeconds))})
	case len(far) > 0:
		all = append(all, Warning{Outliers, []string{s.Name}, fmt.Sprintf("%d of %s of %s lie far from the others "+
			"(%s to %s): something else used the machine; measure again when it is quiet",
			len(far), figures.Count(s.Runs, "run"), s.Name,
			figures.Seconds(slices.Min(walls)), figures.Seconds(slices.Max(walls)))})
	}
	if change, found := drift(walls); found && (change > driftWorth || change < -driftWorth) {
		direction := "slower"
		if change < 0 {
			direction, change = "faster", -change
		}
		all = append(all, Warning{Drift, []string{s.Name}, fmt.Sprintf("%s became %s %s from its first runs to its last: "+
			"the machine may be heating up, or what the calls talk to changes", s.Name, figures.Percent(change), direction)})
	}
	return all
}

// sharedCoresWarning is for a server on the same machine: when it and the calls need all cores, the calls wait for the
// server's computing, which on a real network they would not.
func (j *JobReport) sharedCoresWarning() []Warning {
	var names []string
	for _, s := range j.Strategies {
		busy := s.medianKnown(func(m *Measurement) *float64 {
			if m.ServerCPUSeconds == nil || m.CPUSeconds == nil || m.WallSeconds <= 0 {
				return nil
			}
			return new((*m.ServerCPUSeconds + *m.CPUSeconds) / m.WallSeconds)
		})
		if s.measured() && busy != nil && *busy >= sharedCoresAt*float64(j.machine.GOMAXPROCS) {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []Warning{{SharedCores, names, fmt.Sprintf("under %s the calls and the local server they talk to used up all "+
		"cores of this machine: a server elsewhere would answer faster", figures.List(names))}}
}

// idleCoresWarning is for CPU-bound calls that no strategy got all cores for, which makes them look harder to speed up
// than they are.
func (j *JobReport) idleCoresWarning() []Warning {
	var best *StrategyReport
	for _, s := range j.Strategies {
		if s.worked() && s.CoresBusy != nil && s.PeakInFlight >= j.machine.GOMAXPROCS &&
			(best == nil || *s.CoresBusy > *best.CoresBusy) {
			best = s
		}
	}
	if j.Class != CPUBound || best == nil || *best.CoresBusy > 0.75*float64(j.machine.GOMAXPROCS) {
		return nil
	}
	return []Warning{{IdleCores, []string{best.Name}, fmt.Sprintf("%s had %s but kept only %s of %s busy: other programs "+
		"use this machine, or the calls wait for one another", best.Name, figures.AtOnce(best.PeakInFlight, j.Calls),
		figures.Digits(*best.CoresBusy), j.cores())}}
}
