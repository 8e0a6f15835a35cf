package compare

import (
	"fmt"
	"sync/atomic"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
)

// AutoFound is what [overlap.Auto] found out in a run.
type AutoFound struct {
	Class Class  `json:"class"` // what it took the job for
	Peak  int    `json:"peak"`  // the most calls that might be in flight
	Bound string `json:"bound"` // what kept it from more, in words

	PerWorker   int  `json:"per_worker,omitempty"`    // how many calls each worker process makes at once; 0: not known, or none
	Started     int  `json:"started,omitempty"`       // how many worker processes it has started since the clock began
	OneCallEach bool `json:"one_call_each,omitempty"` // see [overlap.AutoReport.OneCallEach]
}

// explained is an Auto whose last report is known.
type explained struct {
	overlap.Executor
	last *atomic.Pointer[overlap.AutoReport]
}

// newExplained is an Auto that has at most so many calls in flight, 0 for any number.
func newExplained(most int, options ...overlap.AutoOption) explained {
	last := new(atomic.Pointer[overlap.AutoReport])
	options = append(options, overlap.Explain(func(r overlap.AutoReport) { last.Store(&r) }))
	if most > 0 {
		options = append(options, overlap.Max(most))
	}
	return explained{overlap.Auto(options...), last}
}

// Describe implements [overlap.Describer].
func (e explained) Describe() overlap.Description { return e.Executor.(overlap.Describer).Describe() }

// foundBy is what an executor has found out about the last job, if it is one that does.
func foundBy(executor overlap.Executor) *AutoFound {
	e, ok := executor.(interface{ found() *AutoFound })
	if !ok {
		return nil
	}
	return e.found()
}

func (e explained) found() *AutoFound {
	r := e.last.Load()
	if r == nil {
		return nil
	}
	return &AutoFound{Class: r.Class, Peak: r.Peak, Bound: r.KeptBy(), PerWorker: r.PerWorker, OneCallEach: r.OneCallEach()}
}

// whyAuto says how far from the fastest auto was, and what it took the job for.
func (j *JobReport) whyAuto(fastest *StrategyReport) string {
	auto := j.strategy("auto")
	if auto == nil || auto.MedianSeconds == nil || len(auto.Measurements) == 0 {
		return ""
	}
	believed := auto.typicalRun().Auto
	if believed == nil {
		return ""
	}
	text := "auto, which finds out by itself how many calls to have in flight, "
	switch {
	case auto == fastest:
		text += "was the fastest"
	case auto.Ratio != nil:
		text += fmt.Sprintf("took %s times as long as %s", fromTo(*auto.Ratio), fastest.Name)
	default:
		text += fmt.Sprintf("took %s times as long as %s", figures.Digits(*auto.MedianSeconds / *fastest.MedianSeconds), fastest.Name)
	}
	if believed.Class == overlap.TooFewCalls || believed.Class == overlap.UnknownClass {
		return text + "; it saw too little to tell what the job is."
	}
	had := fmt.Sprintf("%d in flight", believed.Peak)
	if believed.PerWorker > 1 {
		had = fmt.Sprintf("%s, each of which makes %d calls at once", figures.Count(believed.Peak, "worker"), believed.PerWorker)
	}
	text += fmt.Sprintf("; it took the job for %s and had up to %s, kept from more by %s.", believed.Class, had, believed.Bound)
	if believed.Started > 0 {
		text += fmt.Sprintf(" Of its worker processes it started %d during the run, which is part of its time.", believed.Started)
	}
	if believed.OneCallEach && j.Class == IOBound {
		text += " Each of them makes one call at a time, and the calls wait: with serve(parallel=20) in the worker, each makes 20 " +
			"at once, so that fewer do."
	}
	return text
}
