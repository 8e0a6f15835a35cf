package traceevents

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"example.com/overlap/internal/traceevents/tracecheck"
)

// Spans without a gap between them are so for Perfetto as well, which calculates with numbers that are not exact.
func TestSpansWithoutGaps(t *testing.T) {
	const spans = 20_000
	var b bytes.Buffer
	w := NewWriter(&b)
	random := rand.New(rand.NewPCG(1, 1))
	for group := 1; group <= 2; group++ {
		w.NameGroup(group, "group")
		w.NameRow(group, 1, "row")
		at := time.Duration(0)
		if group == 2 {
			at = 300 * time.Hour
		}
		for range spans {
			length := time.Duration(random.IntN(5_000_000))
			w.Span(Span{Group: group, Row: 1, Name: "a", Category: "succeeded", Start: at, Length: length})
			at += length
		}
		w.Figure(group, "in flight", 0, 1)
		w.Figure(group, "in flight", at, 0)
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	found, err := tracecheck.Check(b.Bytes())
	if err != nil {
		t.Error(err)
	}
	if found.Rows["group/row"] != 2*spans || len(found.Groups) != 2 {
		t.Errorf("%+v", found)
	}
}
