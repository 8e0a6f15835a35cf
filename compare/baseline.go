package compare

import (
	"fmt"
	"math"
	"strings"
	"time"

	"example.com/overlap/internal/figures"
)

// Baseline is the saved report that a report is compared with, see [Report.CompareWith].
type Baseline struct {
	Date time.Time `json:"date"` // of its measurements

	// Differences are what may have changed the times beside the task: another machine, other versions, other settings.
	// Empty where nothing of that is known.
	Differences []string `json:"differences"`
}

// Change is how a strategy stands against itself in the baseline.
type Change struct {
	Kind ChangeKind `json:"kind"`

	// Ratio is how many times as long it takes as in the baseline: an interval. Those of all strategies of a job hold
	// at once with a confidence of 95 %. nil where there are none, and Why says why.
	Ratio *Interval `json:"ratio"`
	Why   string    `json:"why,omitempty"`

	// TooFew says that the runs, then and now, are too few for Ratio.
	TooFew bool `json:"-"`
}

// OthersUsedIt is the Why of a change of which nothing can be said since other programs used the machine, then or now.
const OthersUsedIt = "other programs used the machine"

// ChangeKind is what a comparison with the baseline has found of a strategy.
type ChangeKind string

// The kinds of changes.
const (
	Better     ChangeKind = "better"      // it takes less time than in the baseline
	Worse      ChangeKind = "worse"       // it takes more
	NotChanged ChangeKind = "same"        // it is measured to be within 5 %
	NotTold    ChangeKind = "cannot-tell" // the runs do not say
)

// CompareWith sets how the strategies of the report stand against those of one that was measured before:
// [Report].Baseline, and of each job that the baseline has with as many calls SinceBaseline and the Change of its
// strategies. The intervals tell chance within each of the two measurements; that the machine as a whole was slower on
// one of the two days, they cannot tell.
func (r *Report) CompareWith(baseline *Report) {
	r.Baseline = &Baseline{Date: baseline.Date, Differences: r.differences(baseline)}
	for i, j := range r.Jobs {
		before := baseline.sameJob(r.Jobs, i)
		if before == nil {
			j.SinceBaseline = fmt.Sprintf("The baseline has no job of the task %s with %s, so nothing can be said.", j.Task,
				figures.Count(j.Calls, "call"))
			continue
		}
		j.compareWith(before)
		j.SinceBaseline = j.sinceBaseline(r.Baseline.Date)
		if differ := j.otherAnswers(before); differ != "" {
			j.SinceBaseline += " " + differ
		}
	}
}

// differences are what may make times of two reports differ beside what was measured.
func (r *Report) differences(before *Report) []string {
	all := []string{}
	differ := func(what string, then, now any) {
		if then != now {
			all = append(all, fmt.Sprintf("%s %v, then %v", what, now, then))
		}
	}
	now, then := r.Machine, before.Machine
	differ("the system is", then.OS+"/"+then.Arch, now.OS+"/"+now.Arch)
	differ("the processor is", then.CPU, now.CPU)
	differ("the number of cores is", then.Cores, now.Cores)
	differ("GOMAXPROCS is", then.GOMAXPROCS, now.GOMAXPROCS)
	differ("Go is", then.GoVersion, now.GoVersion)
	differ("Overlap is", then.Overlap, now.Overlap)
	differ("Python is", before.Python, r.Python)
	differ("the number of calls at once is", orDefault(before.Workers), orDefault(r.Workers))
	differ("the number of warm-up runs is", before.Warmup, r.Warmup)
	return all
}

func orDefault(workers int) string {
	if workers == 0 {
		return "each strategy's own"
	}
	return fmt.Sprint(workers)
}

// sameJob is the job of the baseline that is like the one at a place of jobs: where several are, the one at the same
// place among them.
func (r *Report) sameJob(jobs []*JobReport, place int) *JobReport {
	like := func(j *JobReport) bool { return j.Task == jobs[place].Task && j.Calls == jobs[place].Calls }
	nth := 0
	for _, j := range jobs[:place] {
		if like(j) {
			nth++
		}
	}
	for _, j := range r.Jobs {
		if like(j) {
			if nth == 0 {
				return j
			}
			nth--
		}
	}
	return nil
}

// compareWith sets the changes of a job's strategies.
func (j *JobReport) compareWith(before *JobReport) {
	common := 0
	for _, s := range j.Strategies {
		if then := before.strategy(s.Name); then != nil && s.measured() && then.measured() {
			common++
		}
	}
	for _, s := range j.Strategies {
		then := before.strategy(s.Name)
		switch {
		case then == nil || !then.measured():
			s.Change = &Change{Kind: NotTold, Why: "it is not in the baseline"}
		case !s.measured():
			s.Change = &Change{Kind: NotTold, Why: "it was not measured"}
		case then.Failed > 0 || s.Failed > 0:
			s.Change = &Change{Kind: NotTold, Why: "calls failed"}
		case before.Decision == Withheld || j.loud():
			s.Change = &Change{Kind: NotTold, Why: OthersUsedIt}
		default:
			s.Change = changeOf(then.walls(), s.walls(), 0.05/float64(common))
		}
	}
}

// changeOf compares the runs of then and now, at a level of 1-alpha.
func changeOf(then, now []float64, alpha float64) *Change {
	low, high, ok := ratioInterval(then, now, alpha)
	if !ok {
		return &Change{Kind: NotTold, TooFew: true, Why: fmt.Sprintf("it ran %s then and %s now, and it takes %d",
			figures.Count(len(then), "time"), figures.Count(len(now), "time"), runsFor(alpha))}
	}
	change := &Change{Kind: NotTold, Ratio: &Interval{low, high}}
	switch {
	case low > 1:
		change.Kind = Worse
	case high < 1:
		change.Kind = Better
	case low >= 1/worthSaying && high <= worthSaying:
		change.Kind = NotChanged
	}
	return change
}

// runsFor is how many runs a side there must be for an interval at a level of 1-alpha.
func runsFor(alpha float64) int {
	n := 2
	for outermost(n, n, alpha) == 0 {
		n++
	}
	return n
}

// sinceBaseline is the sentence of a job.
func (j *JobReport) sinceBaseline(date time.Time) string {
	var parts []string
	for _, kind := range []struct {
		kind ChangeKind
		says string
	}{{Worse, "worse"}, {Better, "better"}, {NotChanged, "the same within 5 %"}, {NotTold, "cannot be told"}} {
		var names []string
		for _, s := range j.Strategies {
			switch {
			case s.Change == nil || s.Change.Kind != kind.kind:
			case s.Change.Ratio != nil:
				names = append(names, fmt.Sprintf("%s (takes %s times as long)", s.Name, fromTo(*s.Change.Ratio)))
			default:
				names = append(names, fmt.Sprintf("%s (%s)", s.Name, s.Change.Why))
			}
		}
		if len(names) > 0 {
			parts = append(parts, kind.says+": "+strings.Join(names, ", "))
		}
	}
	return fmt.Sprintf("Against the baseline of %s: %s.", date.Format("2006-01-02 15:04 MST"), strings.Join(parts, "; "))
}

// otherAnswers says under which strategies the answers are not those of the baseline.
func (j *JobReport) otherAnswers(before *JobReport) string {
	var names []string
	for _, s := range j.Strategies {
		then := before.strategy(s.Name)
		if then != nil && then.Answers != "" && s.Answers != "" && then.Answers != s.Answers {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("The answers under %s are not those of the baseline.", figures.List(names))
}

// Slowdown is whether strategies have become slower than a limit, see [Report.SlowerThan].
type Slowdown struct {
	Slower []string // strategies, with their tasks, that are slower by more than the limit
	Untold []string // those that may be, or may not, and why where that is not chance

	MoreRuns bool // more runs would tell, of some of these
	Quiet    bool // some were measured while other programs used the machine, and could be told when it is quiet
}

// SlowerThan says which strategies take longer than in the baseline by more than a share: 0.05 is 5 %. The report has
// been compared by [Report.CompareWith]; else all is untold.
func (r *Report) SlowerThan(share float64) Slowdown {
	var found Slowdown
	for _, j := range r.Jobs {
		for _, s := range j.Strategies {
			name := fmt.Sprintf("%s under %s", j.Task, s.Name)
			ratio := Interval{0, math.Inf(1)}
			if s.Change != nil && s.Change.Ratio != nil {
				ratio = *s.Change.Ratio
			}
			switch {
			case ratio.Low > 1+share:
				found.Slower = append(found.Slower, fmt.Sprintf("%s takes %s times as long", name, fromTo(ratio)))
			case ratio.High > 1+share:
				if s.Change != nil {
					found.MoreRuns = found.MoreRuns || s.Change.Ratio != nil || s.Change.TooFew
					found.Quiet = found.Quiet || s.Change.Why == OthersUsedIt
					if s.Change.Why != "" {
						name += " (" + s.Change.Why + ")"
					}
				}
				found.Untold = append(found.Untold, name)
			}
		}
	}
	return found
}
