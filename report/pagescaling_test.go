package report

import (
	"strings"
	"testing"

	"example.com/overlap/compare"
)

// The page has where the time of the slots went, and how swept strategies scale, in words, tables and pictures.
func TestPageHasPartsAndScaling(t *testing.T) {
	r := example(t)
	law := &compare.USL{Lambda: 10, Sigma: 0.1}
	r.Jobs[0].Scaling = []*compare.Scaling{{
		Strategy: "async", Knee: 2, Law: law, Sentence: "async needs no more than 2 at once.",
		Levels: []compare.Level{{AtOnce: 1, CallsPerSecond: 10, MedianSeconds: 3}, {AtOnce: 4, CallsPerSecond: 30, MedianSeconds: 1}},
	}}
	text := writePage(t, r)
	_, said := elements(t, text)
	for _, want := range []string{"in calls", "68 %", "async needs no more than 2 at once.", "Universal Scalability Law fits"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say: %s", want)
		}
	}
	scaling := pageDataOf(t, text).Jobs[0].Scaling[0]
	last := scaling.Law[len(scaling.Law)-1]
	if scaling.Number != 4 || len(scaling.Points) != 2 || last != [2]float64{4, law.At(4)} {
		t.Errorf("%+v", scaling)
	}
	// A pool that never had work for all its slots has rows for them.
	r.Jobs[0].Strategies[3].Where.Slots = 50
	if lanes := pageDataOf(t, writePage(t, r)).Jobs[0].Strategies[2].Lanes; lanes != 50 {
		t.Errorf("%d lanes of 50 slots", lanes)
	}
}
