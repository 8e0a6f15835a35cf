package compare

import (
	"cmp"
	"slices"
	"time"

	"example.com/overlap"
)

// span is when an attempt ran, since the job's start.
type span struct{ start, end time.Duration }

func (s span) length() time.Duration { return s.end - s.start }

// attempt is when an attempt at a call ran, and how it ended.
type attempt struct {
	span
	index   int
	outcome overlap.Outcome
}

// spansOf are the times of attempts, in their order.
func spansOf(attempts []attempt) []span {
	all := make([]span, len(attempts))
	for i, a := range attempts {
		all[i] = a.span
	}
	return all
}

// recorder writes down when attempts ran. It does so into memory set aside before the clock starts, because measuring
// must not change what is measured; everything else waits for attempts.
type recorder struct {
	first    []span            // of each call's first attempt, by index; -1 until known
	outcomes []overlap.Outcome // of each call's first attempt, by index
	extra    []overlap.Event   // of later attempts, in the order they were told
	workers  map[int]struct{}  // that made attempts, by number; nil where that is not wanted
}

func newRecorder(calls int) *recorder {
	r := &recorder{first: make([]span, calls), outcomes: make([]overlap.Outcome, calls)}
	for i := range r.first {
		r.first[i] = span{-1, -1}
	}
	return r
}

// observe is for [overlap.Observe], which never makes two calls of it at a time.
func (r *recorder) observe(worker int, events []overlap.Event) {
	if r.workers != nil {
		r.workers[worker] = struct{}{}
	}
	for _, e := range events {
		switch {
		case e.Kind == overlap.EventQueued || e.Index < 0 || e.Index >= len(r.first):
		case e.Attempt > 1:
			r.extra = append(r.extra, e)
		case e.Kind == overlap.EventStarted:
			r.first[e.Index].start = e.At
		default:
			r.first[e.Index].end, r.outcomes[e.Index] = e.At, e.Outcome
		}
	}
}

// attempts are those that started and ended, by start.
func (r *recorder) attempts() []attempt {
	all := make([]attempt, 0, len(r.first))
	for i, s := range r.first {
		if s.start >= 0 && s.end >= s.start { // a call that never started ends without a start
			all = append(all, attempt{s, i, r.outcomes[i]})
		}
	}
	// A later attempt can be told of by another worker before the one that ended the attempt before it: pair by number.
	type number struct{ index, attempt int }
	started, ended := map[number]overlap.Event{}, map[number]overlap.Event{}
	for _, e := range r.extra {
		if e.Kind == overlap.EventStarted {
			started[number{e.Index, e.Attempt}] = e
		} else {
			ended[number{e.Index, e.Attempt}] = e
		}
	}
	for n, start := range started {
		if end, ok := ended[n]; ok && end.At >= start.At {
			all = append(all, attempt{span{start.At, end.At}, n.index, end.Outcome})
		}
	}
	slices.SortFunc(all, func(a, b attempt) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.index, b.index))
	})
	return all
}

// retryWaits are the times between two attempts at one call.
func (r *recorder) retryWaits() []span {
	type number struct{ index, attempt int }
	ended := map[number]time.Duration{}
	for _, e := range r.extra {
		if e.Kind != overlap.EventStarted {
			ended[number{e.Index, e.Attempt}] = e.At
		}
	}
	var all []span
	for _, e := range r.extra {
		if e.Kind != overlap.EventStarted {
			continue
		}
		end, ok := ended[number{e.Index, e.Attempt - 1}]
		if e.Attempt == 2 {
			end, ok = r.first[e.Index].end, r.first[e.Index].start >= 0
		}
		if _, whole := ended[number{e.Index, e.Attempt}]; ok && whole && end >= 0 && end <= e.At {
			all = append(all, span{end, e.At})
		}
	}
	return all
}

// peakInFlight is the most of the spans, sorted by start, that ran at one moment. One that ends when another starts is
// not in flight with it.
func peakInFlight(spans []span) int {
	ends := make([]time.Duration, len(spans))
	for i, s := range spans {
		ends[i] = s.end
	}
	slices.Sort(ends)
	peak, ended := 0, 0
	for i, s := range spans {
		for ended < i && ends[ended] <= s.start {
			ended++
		}
		peak = max(peak, i+1-ended)
	}
	return peak
}

// callTimes are the percentiles of how long attempts ran, by nearest rank, and their sum, all in seconds.
func callTimes(spans []span) CallTimes {
	if len(spans) == 0 {
		return CallTimes{}
	}
	lengths := make([]float64, len(spans))
	var sum float64
	for i, s := range spans {
		lengths[i] = s.length().Seconds()
		sum += lengths[i]
	}
	slices.Sort(lengths)
	at := func(percent int) float64 { return lengths[(len(lengths)*percent+99)/100-1] }
	return CallTimes{Sum: sum, Median: at(50), P95: at(95), Max: lengths[len(lengths)-1]}
}
