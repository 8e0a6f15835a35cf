package compare

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"example.com/overlap"
)

// poolAttempts are those of calls under a pool of so many slots.
func poolAttempts(calls, slots int, length func(i int) time.Duration) []attempt {
	free := make([]time.Duration, slots)
	var all []attempt
	for i := range calls {
		next := 0
		for slot := range free {
			if free[slot] < free[next] {
				next = slot
			}
		}
		a := attempt{span{free[next], free[next] + length(i)}, i, overlap.Succeeded}
		if i%1000 == 7 {
			a.outcome = overlap.TimedOut
		}
		free[next] = a.end
		all = append(all, a)
	}
	return all
}

// However many attempts there are, few spans stand for all of them, and the slowest stand for themselves.
func TestSpansOfManyAttempts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ calls, slots int }{
		{0, 1}, {1, 1}, {4000, 8}, {4001, 8}, {100_000, 1}, {100_000, 8}, {20_000, 200}, {20_000, 20_000},
	} {
		attempts := poolAttempts(c.calls, c.slots, func(int) time.Duration {
			return time.Duration(1 + random.ExpFloat64()*float64(time.Millisecond))
		})
		var slow, busy time.Duration
		end := time.Duration(1)
		for _, a := range attempts {
			slow, busy, end = max(slow, a.length()), busy+a.length(), max(end, a.end)
		}
		line := newTimeline(spansOf(attempts), end)
		line.addSpans(attempts)
		count, failed, took, single, slowest := 0, 0, 0.0, 0, 0.0
		lastEnd := map[int]float64{}
		for _, s := range line.Spans {
			count, failed, took = count+s.Attempts, failed+s.Failed, took+s.Busy
			if s.Lane < 0 || s.Lane >= line.LaneCount || s.Start < 0 || s.End > end.Seconds()+1e-9 || s.End < s.Start {
				t.Fatalf("%+v: %+v of %d lanes", c, s, line.LaneCount)
			}
			if line.Band == 1 {
				if s.Start < lastEnd[s.Lane]-1e-9 {
					t.Fatalf("%+v: %+v overlaps with the one before, to %v", c, s, lastEnd[s.Lane])
				}
				lastEnd[s.Lane] = s.End
			}
			if s.Attempts == 1 {
				single++
				slowest = max(slowest, s.End-s.Start)
			}
			if (s.Attempts == 1) != (s.Index >= 0) || (s.Failed > 0) != (s.Outcome != overlap.Succeeded) {
				t.Fatalf("%+v: %+v", c, s)
			}
		}
		if count != c.calls || failed != (c.calls+992)/1000 || took < busy.Seconds()*0.999 || took > busy.Seconds()*1.001 {
			t.Errorf("%+v: %d attempts, %d failed, %v of %v", c, count, failed, took, busy)
		}
		if single < min(c.calls, slowestKept) || len(line.Spans) > 5000 || slowest < slow.Seconds()*0.999 {
			t.Errorf("%+v: %d spans, %d single, the slowest of %v, want %v", c, len(line.Spans), single, slowest, slow)
		}
		if line.LaneCount > c.slots {
			t.Errorf("%+v: %d lanes", c, line.LaneCount)
		}
	}
}

func TestSpansAsJSON(t *testing.T) {
	spans := Spans{
		{Lane: 1, Start: 0.5, End: 0.75, Attempts: 1, Busy: 0.25, Index: 3, Failed: 1, Outcome: overlap.TimedOut},
		{Lane: 0, Start: 1, End: 2, Attempts: 9, Busy: 0.1 + 0.2, Index: -1, Outcome: overlap.Succeeded},
	}
	text, err := json.Marshal(spans)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"lane":[1,0],"start":[0.5,1],"end":[0.75,2],"attempts":[1,9],"busy":[0.25,0.3],"index":[3,-1],` +
		`"failed":[1,0],"outcome":["timed out","succeeded"]}`
	if string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
	var read Spans
	spans[1].Busy = 0.3
	if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, spans) {
		t.Errorf("%+v, %v", read, err)
	}
	if err := json.Unmarshal([]byte(`{"lane":[1],"start":[]}`), &read); err == nil {
		t.Error("columns of different lengths are no error")
	}
}

// Inputs are named as a page shows them: short, on one line, and without passwords.
func TestInputsAreNamed(t *testing.T) {
	stringType := reflect.TypeFor[string]()
	for _, c := range []struct {
		in   Inputs
		want string
	}{
		{Integers(5, 9), "6"},
		{Inputs{Texts: [][]byte{nil, []byte("http://me:hush@h/\x1b\n")}}, `http://me:xxxxx@h/\x1b\n`},
		{Values(json.RawMessage(`"a"`), json.RawMessage(`"b\u202e"`)), `b\u202e`},
		{Values(nil, json.RawMessage(`7`)), ""}, // is none
	} {
		if got := c.in.text(stringType, 1); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
