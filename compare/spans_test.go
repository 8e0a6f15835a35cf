package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
)

func TestRecorder(t *testing.T) {
	const ms = time.Millisecond
	r := newRecorder(4)
	started := func(index, attempt int, at time.Duration) overlap.Event {
		return overlap.Event{Kind: overlap.EventStarted, Index: index, Attempt: attempt, At: at}
	}
	ended := func(kind overlap.EventKind, index, attempt int, at time.Duration) overlap.Event {
		return overlap.Event{Kind: kind, Index: index, Attempt: attempt, At: at}
	}
	r.observe(0, []overlap.Event{
		{Kind: overlap.EventQueued, Index: 0}, started(0, 1, 5*ms), ended(overlap.EventFinished, 0, 1, 9*ms),
	})
	// Call 1 takes two attempts, and the batch with the second comes first.
	r.observe(1, []overlap.Event{started(1, 2, 20*ms), ended(overlap.EventFinished, 1, 2, 22*ms)})
	r.observe(2, []overlap.Event{started(1, 1, ms), ended(overlap.EventRetried, 1, 1, 3*ms)})
	// Call 2 never starts, call 3 has not ended.
	r.observe(0, []overlap.Event{ended(overlap.EventFinished, 2, 0, 30*ms), started(3, 1, 4*ms)})
	want := []span{{ms, 3 * ms}, {5 * ms, 9 * ms}, {20 * ms, 22 * ms}}
	if got := spansOf(r.attempts()); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The recorder takes what a real job tells, of every call.
func TestRecorderOfARealJob(t *testing.T) {
	task, _ := overlap.Lookup("square")
	inputs, err := Integers(1, 1000).Decode(task)
	if err != nil {
		t.Fatal(err)
	}
	for _, executor := range []overlap.Executor{overlap.Sync(), overlap.Pool(4), overlap.Async()} {
		r := newRecorder(len(inputs))
		if _, err := overlap.Map(t.Context(), executor, task.Untyped(), inputs, overlap.Observe(r.observe)); err != nil {
			t.Fatal(err)
		}
		if got := len(r.attempts()); got != 1000 {
			t.Errorf("%v: %d spans of 1000 calls", executor, got)
		}
	}
}

func TestPeakInFlight(t *testing.T) {
	for _, c := range []struct {
		name  string
		spans []span
		want  int
	}{
		{"none", nil, 0},
		{"one", []span{{1, 2}}, 1},
		{"one after another", []span{{0, 5}, {5, 9}, {9, 9}, {9, 12}}, 1},
		{"two", []span{{0, 5}, {4, 9}, {9, 12}}, 2},
		{"inside one another", []span{{0, 100}, {1, 90}, {2, 80}, {85, 86}}, 3},
	} {
		if got := peakInFlight(c.spans); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestCallTimes(t *testing.T) {
	var spans []span
	for i := range 100 {
		spans = append(spans, span{0, time.Duration(100-i) * time.Second})
	}
	want := CallTimes{Sum: 5050, Median: 50, P95: 95, Max: 100}
	if got := callTimes(spans); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := callTimes(spans[:1]); got != (CallTimes{100, 100, 100, 100}) {
		t.Errorf("of one call: %+v", got)
	}
	if got := callTimes(nil); got != (CallTimes{}) {
		t.Errorf("of none: %+v", got)
	}
}

// Whatever the spans: the area of the picture is their sum, no lane holds two attempts at a time, and there are as many
// lanes as were in flight at most.
func TestTimelineOfRandomSpans(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		wall := time.Duration(1 + random.IntN(1e9))
		var spans []span
		for range random.IntN(30) {
			start := time.Duration(random.Int64N(int64(wall)))
			spans = append(spans, span{start, start + time.Duration(random.Int64N(int64(wall-start)+1))})
		}
		slices.SortFunc(spans, func(a, b span) int { return int(a.start - b.start) })
		timeline := newTimeline(spans, wall)
		var area, sum float64
		for _, n := range timeline.InFlight {
			area += n * wall.Seconds() / timelineSlices
		}
		for _, s := range spans {
			sum += s.length().Seconds()
		}
		if math.Abs(area-sum) > 0.0011*wall.Seconds() {
			t.Fatalf("area %v, sum of the calls %v, of %v", area, sum, wall)
		}
		peak := peakInFlight(spans)
		if len(timeline.Lanes) > 0 != (peak > 0 && peak <= timelineLanes) || len(timeline.Lanes) > peak {
			t.Fatalf("%d lanes for %d in flight", len(timeline.Lanes), peak)
		}
		kept := 0
		for _, lane := range timeline.Lanes {
			kept += len(lane)
			for i := 1; i < len(lane); i++ {
				if lane[i].Start < lane[i-1].End {
					t.Fatalf("two attempts in one lane at a time: %v", lane)
				}
			}
		}
		if len(timeline.Lanes) > 0 && kept != len(spans) {
			t.Fatalf("%d of %d attempts in the lanes", kept, len(spans))
		}
	}
	if newTimeline(nil, 0) != nil {
		t.Error("a timeline of no time")
	}
}
