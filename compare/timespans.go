package compare

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"example.com/overlap"
)

// The most spans of a [Timeline]: about 100 kB of JSON, and more than a screen has room for.
const (
	mostSingle  = 4000
	slowestKept = 1000 // where there are more attempts than that
	mostMerged  = 2000 // about as many more where single ones interrupt them
	mostBands   = 64
)

// Span is one attempt of a run, or several that are shown as one.
type Span struct {
	Lane     int     // the first one that was free when it started, from 0
	Start    float64 // in seconds since the run's start
	End      float64
	Attempts int     // 1, or how many there are in it
	Busy     float64 // how long its attempts took together, in seconds
	Index    int     // of the call; −1 where there are several
	Failed   int     // how many of its attempts did not succeed

	// Outcome is Succeeded if all did, else that of the first which did not.
	Outcome overlap.Outcome
}

func (s *Span) add(a attempt) {
	if s.Failed == 0 {
		s.Outcome = a.outcome
	}
	if a.outcome != overlap.Succeeded {
		s.Failed++
	}
	s.Attempts++
	s.Busy += a.length().Seconds()
	s.End = max(s.End, a.end.Seconds())
}

// addSpans sets the spans of the attempts, which are sorted by start. Nothing is done for nil.
func (t *Timeline) addSpans(attempts []attempt) {
	if t == nil {
		return
	}
	lanes, count := assignLanes(attempts)
	t.LaneCount, t.Band = count, 1
	if len(attempts) <= mostSingle {
		for i, a := range attempts {
			t.Spans = append(t.Spans, newSpan(lanes[i], a))
		}
		return
	}
	t.Band = (count + mostBands - 1) / mostBands
	t.merge(attempts, lanes)
}

func newSpan(lane int, a attempt) Span {
	s := Span{Lane: lane, Start: a.start.Seconds(), Index: a.index}
	s.add(a)
	return s
}

// merge keeps the slowest attempts and merges the others: those that start in the same band of lanes and the same
// column of time, unless a slow one lies between them.
func (t *Timeline) merge(attempts []attempt, lanes []int) {
	slow := slowest(attempts, slowestKept)
	bands := (t.LaneCount + t.Band - 1) / t.Band
	columns := float64(max(1, mostMerged/bands))
	type open struct{ span, column int } // the span that the next attempt of a band may belong to
	last := make([]open, bands)
	for i := range last {
		last[i].span = -1
	}
	for i, a := range attempts {
		band := lanes[i] / t.Band
		column := int(a.start.Seconds() / t.Seconds * columns)
		switch o := last[band]; {
		case slow[i]:
			t.Spans = append(t.Spans, newSpan(lanes[i], a))
			if t.Band == 1 {
				last[band].span = -1
			}
		case o.span >= 0 && o.column == column:
			merged := &t.Spans[o.span]
			merged.add(a)
			merged.Lane, merged.Index = band*t.Band, -1
		default:
			last[band] = open{len(t.Spans), column}
			t.Spans = append(t.Spans, newSpan(lanes[i], a))
		}
	}
}

// slowest marks the n attempts that took longest.
func slowest(attempts []attempt, n int) []bool {
	order := make([]int, len(attempts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(attempts[b].length(), attempts[a].length()), cmp.Compare(a, b))
	})
	marked := make([]bool, len(attempts))
	for _, i := range order[:min(n, len(order))] {
		marked[i] = true
	}
	return marked
}

// nameInputs sets the inputs of the calls that timelines show one by one.
func (j *JobReport) nameInputs(inputs Inputs) {
	task, found := overlap.Lookup(j.Task)
	if !found {
		return
	}
	of, _ := task.Types()
	for _, s := range j.Strategies {
		if s.Timeline == nil {
			continue
		}
		for _, span := range s.Timeline.Spans {
			if span.Index < 0 || span.Index >= inputs.Len() {
				continue
			}
			if j.Inputs == nil {
				j.Inputs = map[int]string{}
			}
			if _, known := j.Inputs[span.Index]; !known {
				j.Inputs[span.Index] = inputs.text(of, span.Index)
			}
		}
	}
}

// assignLanes gives each attempt, sorted by start, the first lane that is free, and returns how many lanes there are.
func assignLanes(attempts []attempt) (lanes []int, count int) {
	lanes = make([]int, len(attempts))
	taken, free := laneHeap{by: laneEnd}, laneHeap{by: laneNumber}
	for i, a := range attempts {
		for len(taken.lanes) > 0 && taken.lanes[0].end <= a.start {
			heap.Push(&free, heap.Pop(&taken))
		}
		next := lane{number: count}
		if len(free.lanes) > 0 {
			next = heap.Pop(&free).(lane)
		} else {
			count++
		}
		next.end = a.end
		heap.Push(&taken, next)
		lanes[i] = next.number
	}
	return lanes, count
}

// lane is one until its end.
type lane struct {
	number int
	end    time.Duration
}

func laneEnd(a, b lane) bool    { return a.end < b.end }
func laneNumber(a, b lane) bool { return a.number < b.number }

// laneHeap has the first of its lanes at 0.
type laneHeap struct {
	by    func(a, b lane) bool
	lanes []lane
}

func (h *laneHeap) Len() int           { return len(h.lanes) }
func (h *laneHeap) Less(i, j int) bool { return h.by(h.lanes[i], h.lanes[j]) }
func (h *laneHeap) Swap(i, j int)      { h.lanes[i], h.lanes[j] = h.lanes[j], h.lanes[i] }
func (h *laneHeap) Push(l any)         { h.lanes = append(h.lanes, l.(lane)) }
func (h *laneHeap) Pop() any {
	last := len(h.lanes) - 1
	popped := h.lanes[last]
	h.lanes = h.lanes[:last]
	return popped
}
