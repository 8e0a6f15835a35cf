package compare

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"example.com/overlap/internal/figures"
)

// Where says where the time of a run went: how the seconds of all its slots together, each from the start of the run to
// its end, divide. The parts add up to Seconds. When calls run and when slots are free is measured; that CPU time is of
// the calls, how long they waited for a core, and what is left of their time as waiting, are estimates.
type Where struct {
	Slots   int     `json:"slots"`   // the limit of calls at once, but no more than calls; else the most in flight
	Seconds float64 `json:"seconds"` // Slots × the time of the run

	Starting float64 `json:"starting_seconds"`   // until a slot had its first call
	OnCPU    float64 `json:"on_cpu_seconds"`     // calls computed
	CoreWait float64 `json:"core_wait_seconds"`  // calls were ready to compute, and waited for a core
	CallWait float64 `json:"call_wait_seconds"`  // calls waited for something else
	Retry    float64 `json:"retry_wait_seconds"` // a slot was free, and the calls left waited for another attempt
	Crossing float64 `json:"crossing_seconds"`   // a slot was free, and a call on its way to it
	Idle     float64 `json:"idle_seconds"`       // a slot was free, and there was no call for it

	Unexplained float64 `json:"unexplained_seconds"` // what is left

	Sentence string `json:"sentence"` // the largest part in words
}

// Part is one of the parts of a [Where].
type Part struct {
	Name    string  // in a word or two, as a table has it
	Share   float64 // of all seconds
	meaning string  // ends a sentence that begins with "90 % of the time of its 6 slots, "
}

// Parts are all of them, in the order of the fields.
func (w *Where) Parts() []Part {
	part := func(name string, seconds float64, meaning string) Part {
		if w.Seconds <= 0 {
			return Part{name, 0, meaning}
		}
		return Part{name, seconds / w.Seconds, meaning}
	}
	return []Part{
		part("starting", w.Starting, "no call had come to them yet"),
		part("on CPU", w.OnCPU, "calls computed"),
		part("for a core", w.CoreWait, "calls waited for a core"),
		part("in calls", w.CallWait, "calls waited for something other than a core"),
		part("retry", w.Retry, "there were only calls that waited for another attempt"),
		part("crossing", w.Crossing, "calls were on their way to them"),
		part("idle", w.Idle, "there was no call left for them"),
		part("unexplained", w.Unexplained, "nothing explains it"),
	}
}

// used is what the calls of a run have used in all. What is nil is not known.
type used struct {
	cpu      *float64 // seconds on a CPU, of the processes that made the calls
	coreWait float64  // seconds in which they waited for one
}

// divide finds where the time of a run went. spans are its attempts, sorted by start; retries are the times between two
// attempts at one call; limit is how many calls could run at once, 0 if any number could. nil without CPU times.
func divide(spans, retries []span, calls, limit int, wall time.Duration, used used) *Where {
	if used.cpu == nil || wall <= 0 || len(spans) == 0 {
		return nil
	}
	slots := max(min(limit, calls), peakInFlight(spans))
	w := &Where{Slots: slots, Seconds: float64(slots) * wall.Seconds()}
	inCalls := w.sweep(spans, retries, wall)
	w.OnCPU = min(*used.cpu, inCalls)
	w.CoreWait = min(max(0, used.coreWait), inCalls-w.OnCPU)
	w.CallWait = inCalls - w.OnCPU - w.CoreWait
	w.Unexplained = w.Seconds - inCalls - w.Starting - w.Retry - w.Crossing - w.Idle
	w.Sentence = w.sentence()
	return w
}

// sweep goes through a run in the order of time. It divides the time of free slots, and returns the seconds of all
// calls.
func (w *Where) sweep(spans, retries []span, wall time.Duration) (inCalls float64) {
	type change struct {
		at                           time.Duration
		inFlight, unstarted, waiting int
	}
	changes := make([]change, 0, 2*len(spans)+2*len(retries)+1)
	for _, s := range spans {
		changes = append(changes, change{s.start, +1, -1, 0}, change{s.end, -1, 0, 0})
	}
	for _, r := range retries { // the attempt at its end is no first one
		changes = append(changes, change{r.start, 0, 0, +1}, change{r.end, 0, +1, -1})
	}
	slices.SortFunc(changes, func(a, b change) int { // of two at one time, the end of a call first
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.inFlight, b.inFlight))
	})
	changes = append(changes, change{at: wall})
	var last time.Duration
	inFlight, most, unstarted, waiting := 0, 0, len(spans)-len(retries), 0
	for _, c := range changes {
		c.at = min(max(c.at, last), wall) // clocks of workers may be a little ahead
		seconds := (c.at - last).Seconds()
		free := max(0, w.Slots-inFlight)
		toStart := min(free, unstarted)
		starting := min(toStart, w.Slots-most)
		toRetry := min(free-toStart, waiting)
		inCalls += seconds * float64(inFlight)
		w.Starting += seconds * float64(starting)
		w.Crossing += seconds * float64(toStart-starting)
		w.Retry += seconds * float64(toRetry)
		w.Idle += seconds * float64(free-toStart-toRetry)
		last = c.at
		inFlight, unstarted, waiting = inFlight+c.inFlight, unstarted+c.unstarted, waiting+c.waiting
		most = max(most, inFlight)
	}
	return inCalls
}

// sentence says what the largest part is.
func (w *Where) sentence() string {
	largest := slices.MaxFunc(w.Parts(), func(a, b Part) int { return cmp.Compare(a.Share, b.Share) })
	return fmt.Sprintf("%s of the time of its %s, %s.", figures.Percent(largest.Share), figures.Count(w.Slots, "slot"),
		largest.meaning)
}
