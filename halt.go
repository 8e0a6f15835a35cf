package overlap

import (
	"fmt"
	"sync"
)

// HaltPolicy is an [Option] that ends a job early, when enough of its calls have ended in a certain way. It gives Count
// or Percent:
//
//	overlap.HaltPolicy{On: overlap.OnSuccess, Count: 1, Now: true} // the first answer will do
//	overlap.HaltPolicy{On: overlap.OnFailure, Percent: 10}         // when a tenth has failed, begin no more
//
// A job that is given one keeps going after failures, as with [KeepGoing], until the policy is met. Then nothing
// begins any more, as in a [Drain], and with Now the context of what runs is canceled as well. The job's error, as of
// a cancel, is a *[HaltError] if calls failed or have no value because of that; a [Stream] that was halted always ends
// with a result of Index −1 that has it.
//
// Calls count once, when they have ended: an attempt that is followed by another does not count, and neither does a
// call that was canceled or never started because of the job, or whose future was canceled. A Percent is of all calls
// of the job; where they are not known before the inputs have ended (Stream) or [Group.Wait] is called, it is looked
// at then. With several policies the first that is met counts.
//
// Map, Stream and NewGroup panic when it has neither a positive Count nor a Percent above 0 and up to 100, or both.
type HaltPolicy struct {
	On      HaltOn  // which calls count
	Count   int     // how many of them it takes
	Percent float64 // or which share of all calls
	Now     bool    // cancel what runs, rather than let it come to its end
}

// HaltOn says which calls a [HaltPolicy] counts.
type HaltOn uint8

const (
	// OnFailure counts calls that have ended other than well, and not been canceled.
	OnFailure HaltOn = iota
	// OnSuccess counts calls that have succeeded.
	OnSuccess
	// OnEnd counts both.
	OnEnd
)

func (o HaltOn) String() string {
	switch o {
	case OnSuccess:
		return "succeeded"
	case OnEnd:
		return "ended"
	}
	return "failed"
}

func (p HaltPolicy) applyToJob(to *options) {
	switch {
	case p.On > OnEnd:
		panic(fmt.Sprintf("overlap: HaltPolicy: On must be OnFailure, OnSuccess or OnEnd, got %d", uint8(p.On)))
	case p.Count < 0 || !(p.Percent >= 0 && p.Percent <= 100):
		panic(fmt.Sprintf("overlap: HaltPolicy: Count must not be negative, nor Percent or above 100, got %d and %v",
			p.Count, p.Percent))
	case (p.Count > 0) == (p.Percent > 0):
		panic(fmt.Sprintf("overlap: HaltPolicy: give a Count or a Percent, got %d and %v", p.Count, p.Percent))
	}
	to.halts = append(to.halts, p)
	to.keepGoing = true
}

// HaltError says that a [HaltPolicy] ended a job.
type HaltError struct {
	Policy HaltPolicy
	Ended  int // how many calls had ended as the policy counts them
	Total  int // how many calls the job has; −1 if that was not known yet
}

func (e *HaltError) Error() string {
	calls := fmt.Sprintf("%d calls", e.Ended)
	switch {
	case e.Policy.Percent > 0:
		calls = fmt.Sprintf("%d of %d calls", e.Ended, e.Total)
	case e.Ended == 1:
		calls = "1 call"
	}
	rule := fmt.Sprintf("%d", e.Policy.Count)
	if e.Policy.Percent > 0 {
		rule = fmt.Sprintf("%v %%", e.Policy.Percent)
	}
	return fmt.Sprintf("the job was halted: %s %s, and its policy is to halt at %s", calls, e.Policy.On, rule)
}

// halt counts the ends of a job's calls for its policies.
type halt struct {
	job      *Job
	policies []HaltPolicy

	mu    sync.Mutex
	ends  [OnEnd + 1]int // by HaltOn
	total int            // −1: not known
	met   bool
}

func newHalt(j *Job) *halt {
	if len(j.options.halts) == 0 {
		return nil
	}
	return &halt{job: j, policies: j.options.halts, total: -1}
}

// count counts a call that has ended, and ends the job if that is enough.
func (h *halt) count(o Outcome) {
	on := OnFailure
	switch {
	case o == Succeeded:
		on = OnSuccess
	case (o == Canceled || o == NeverStarted) && h.job.isStopping():
		return
	}
	h.mu.Lock()
	h.ends[on]++
	h.ends[OnEnd]++
	err := h.meet()
	h.mu.Unlock()
	h.end(err)
}

// setTotal says how many calls the job has, in all. A smaller number that comes later, of the inputs that were drawn, does
// not count.
func (h *halt) setTotal(n int) {
	h.mu.Lock()
	h.total = max(h.total, n)
	err := h.meet()
	h.mu.Unlock()
	h.end(err)
}

// meet is the end of the job, when a policy has just been met; else nil. The mutex is held.
func (h *halt) meet() *HaltError {
	for _, p := range h.policies {
		n := h.ends[p.On]
		enough := p.Count > 0 && n >= p.Count ||
			p.Percent > 0 && h.total >= 0 && n > 0 && float64(n)*100 >= p.Percent*float64(h.total)
		if enough && !h.met {
			h.met = true
			return &HaltError{Policy: p, Ended: n, Total: h.total}
		}
	}
	return nil
}

func (h *halt) end(err *HaltError) {
	switch j := h.job; {
	case err == nil:
	case err.Policy.Now:
		j.stop(err)
	case j.stopHandingOut(err):
		close(j.drained)
	}
}
