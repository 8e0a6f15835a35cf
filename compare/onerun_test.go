package compare

import (
	"strings"
	"testing"

	"example.com/overlap"
)

// What is said of how calls ran is of one run, the one nearest the median, of whatever strategy.
func TestARowIsOfOneRun(t *testing.T) {
	run := func(wall float64, inFlight int) Measurement {
		return Measurement{
			WallSeconds: wall, Calls: 200, PeakInFlight: inFlight, RanOn: &RanOn{Processes: 1, Threads: inFlight},
			Where: &Where{Slots: inFlight}, Auto: &AutoFound{Class: overlap.IOBound, Peak: inFlight, Bound: "nothing so far"},
		}
	}
	s := &StrategyReport{Name: "auto", Measurements: []Measurement{run(1, 100), run(2, 40), run(4, 60)}}
	j := &JobReport{Calls: 200, Strategies: []*StrategyReport{s}}
	s.summarize()
	if s.PeakInFlight != 40 || s.RanOn.Threads != 40 || s.Where.Slots != 40 {
		t.Errorf("%d in flight on %d threads, %d slots; want 40 of each", s.PeakInFlight, s.RanOn.Threads, s.Where.Slots)
	}
	if why := j.whyAuto(s); !strings.Contains(why, "up to 40 in flight") {
		t.Error(why)
	}
}

// A strategy that was measured alone has nothing to be compared with, which is not since others failed.
func TestOneStrategyAlone(t *testing.T) {
	alone := &StrategyReport{Name: "auto", MedianSeconds: new(1.0)}
	failed := &StrategyReport{Name: "pool", MedianSeconds: new(1.0), Failed: 3}
	j := &JobReport{Calls: 200, Strategies: []*StrategyReport{alone}}
	if text := j.aloneSentence(alone); text != "Only auto was measured, so there is nothing to compare it with: 1.00 s." {
		t.Error(text)
	}
	j.Strategies = append(j.Strategies, failed)
	if text := j.aloneSentence(alone); !strings.HasPrefix(text, "Only auto was measured without failing") {
		t.Error(text)
	}
}
