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

// recorder writes down when attempts ran. It does so into memory set aside before the clock starts, because measuring
// must not change what is measured; everything else waits for spans.
type recorder struct {
	first []span          // of each call's first attempt, by index; -1 until known
	extra []overlap.Event // of later attempts, in the order they were told
}

func newRecorder(calls int) *recorder {
	r := &recorder{first: make([]span, calls)}
	for i := range r.first {
		r.first[i] = span{-1, -1}
	}
	return r
}

// observe is for [overlap.Observe], which never makes two calls of it at a time.
func (r *recorder) observe(_ int, events []overlap.Event) {
	for _, e := range events {
		switch {
		case e.Kind == overlap.EventQueued || e.Index < 0 || e.Index >= len(r.first):
		case e.Attempt > 1:
			r.extra = append(r.extra, e)
		case e.Kind == overlap.EventStarted:
			r.first[e.Index].start = e.At
		default:
			r.first[e.Index].end = e.At
		}
	}
}

// spans are the attempts that started, by start.
func (r *recorder) spans() []span {
	all := make([]span, 0, len(r.first))
	for _, s := range r.first {
		if s.start >= 0 && s.end >= s.start { // a call that never started ends without a start
			all = append(all, s)
		}
	}
	// A later attempt can be told of by another worker before the one that ended the attempt before it: pair by number.
	type attempt struct{ index, number int }
	started, ended := map[attempt]time.Duration{}, map[attempt]time.Duration{}
	for _, e := range r.extra {
		if e.Kind == overlap.EventStarted {
			started[attempt{e.Index, e.Attempt}] = e.At
		} else {
			ended[attempt{e.Index, e.Attempt}] = e.At
		}
	}
	for a, start := range started {
		if end, ok := ended[a]; ok && end >= start {
			all = append(all, span{start, end})
		}
	}
	slices.SortFunc(all, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
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
