package traceevents

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestTrace(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	w.NameGroup(1, "pool \u202e</script>")
	w.NameRow(1, 2, "worker 1")
	w.Span(Span{
		Group: 1, Row: 2, Name: "a\xff", Category: "failed", Failed: true, Start: 1500 * time.Nanosecond,
		Length: time.Millisecond, Args: map[string]int{"index": 7},
	})
	w.Figure(1, "in flight", 0, 2.5)
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	want := `{"displayTimeUnit":"ms","traceEvents":[
{"name":"process_name","ph":"M","pid":1,"tid":0,"args":{"name":"pool \u202e\u003c/script\u003e"}},
{"name":"process_sort_index","ph":"M","pid":1,"tid":0,"args":{"sort_index":1}},
{"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"worker 1"}},
{"name":"a\ufffd","ph":"X","pid":1,"tid":2,"ts":1.50025,"dur":1000,"cat":"failed","cname":"terrible","args":{"index":7}},
{"name":"in flight","ph":"C","pid":1,"tid":0,"ts":0,"args":{"value":2.5}}
]}
`
	if b.String() != want {
		t.Errorf("%s\nwant\n%s", b.String(), want)
	}
}

func TestTraceOfNothingIsWhole(t *testing.T) {
	var b bytes.Buffer
	if err := NewWriter(&b).End(); err != nil || !json.Valid(b.Bytes()) {
		t.Errorf("%v: %s", err, b.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestTheFirstErrorStays(t *testing.T) {
	w := NewWriter(fullDisk{})
	for range 10_000 {
		w.NameRow(1, 1, "a row")
	}
	if err := w.End(); err == nil || err.Error() != "no space left" {
		t.Error(err)
	}
}

// Spans of a row never overlap, in whatever order they come. By starts or ends, there are no more rows than spans at once.
func TestRows(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	type span struct{ start, end time.Duration }
	var spans []span
	for range 500 {
		start := time.Duration(random.IntN(1000))
		spans = append(spans, span{start, start + time.Duration(random.IntN(50))})
	}
	for name, order := range map[string]func(a, b span) int{
		"start": func(a, b span) int { return int(a.start - b.start) },
		"end":   func(a, b span) int { return int(a.end - b.end) },
		"none":  func(a, b span) int { return 0 },
	} {
		slices.SortStableFunc(spans, order)
		var rows Rows
		byRow := map[int][]span{}
		for _, s := range spans {
			row := rows.Take(s.start, s.end)
			for _, other := range byRow[row] {
				if s.start < other.end && other.start < s.end {
					t.Fatalf("by %s: %v and %v overlap in row %d", name, s, other, row)
				}
			}
			byRow[row] = append(byRow[row], s)
		}
		t.Logf("by %s: %d rows", name, len(byRow))
	}
}
