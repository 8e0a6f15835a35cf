package browser

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/compare"
)

// examples are two reports: that of package compare's tests, and one of many calls, of which some fail.
func examples(t *testing.T) []*compare.Report {
	t.Helper()
	text, err := os.ReadFile("../../compare/testdata/example.json")
	if err != nil {
		t.Fatal(err)
	}
	var first compare.Report
	if err := json.Unmarshal(text, &first); err != nil {
		t.Fatal(err)
	}
	first.Command = "overlap compare fetch --from 'my urls.txt' --timeout 10s"
	return []*compare.Report{&first, manyCalls()}
}

// whereOf has some of each part.
func whereOf(slots int, seconds float64) *compare.Where {
	all := float64(slots) * seconds
	return &compare.Where{
		Slots: slots, Seconds: all, Starting: all * 0.02, OnCPU: all * 0.2, CoreWait: all * 0.1, CallWait: all * 0.4,
		Retry: all * 0.03, Crossing: all * 0.05, Idle: all * 0.19, Unexplained: all * 0.01,
		Sentence: "40 % of the time of its slots, calls waited for something other than a core.",
	}
}

// manyCalls has 8 strategies: with few slots and many, whose calls are drawn one by one and merged.
func manyCalls() *compare.Report {
	random := rand.New(rand.NewPCG(5, 6))
	j := &compare.JobReport{
		Task: "fetch", Title: "fetch on 100,000 inputs", Calls: 100_000, Decision: compare.Won, Winner: "async",
		Verdict: "IO-bound: async won.", SameAnswers: true, Inputs: map[int]string{},
		Warnings: []compare.Warning{{Text: "3 of 100,000 calls failed under async"}},
	}
	for at, name := range []string{"sync", "threads", "pool", "pool(64)", "async", "loop", "auto", "processes"} {
		lanes := []int{1, 100, 8, 64, 1000, 30, 16, 2}[at]
		seconds := 30 / math.Sqrt(float64(lanes))
		line := &compare.Timeline{Seconds: seconds, LaneCount: lanes, Band: 1 + lanes/65}
		for i := range 200 {
			line.InFlight = append(line.InFlight, float64(lanes)*(0.8+0.2*math.Sin(float64(i)/9)))
		}
		columns := 2000 / min(lanes, 64)
		for column := range columns {
			for lane := 0; lane < lanes; lane += line.Band {
				start := seconds * float64(column) / float64(columns)
				end := start + seconds/float64(columns)*0.98
				span := compare.Span{
					Lane: lane, Start: start, End: end, Attempts: 20, Index: -1, Outcome: overlap.Succeeded,
					Busy: (end - start) * float64(line.Band) * random.Float64(),
				}
				if random.IntN(8) == 0 {
					span.Attempts, span.Index, span.Busy = 1, random.IntN(j.Calls), end-start
					j.Inputs[span.Index] = "GET https://www.example.com/pages/" + string(rune('a'+lane%26))
				}
				if random.IntN(100) == 0 {
					span.Failed, span.Outcome = 1, overlap.TimedOut
				}
				line.Spans = append(line.Spans, span)
			}
		}
		s := &compare.StrategyReport{
			Name: name, Runs: 6, MedianSeconds: new(seconds), MinSeconds: new(seconds * 0.97), MaxSeconds: new(seconds * 1.04),
			Interval: &compare.Interval{Low: seconds * 0.98, High: seconds * 1.02}, Speedup: new(30 / seconds),
			PeakInFlight: lanes, SameAnswers: true, Timeline: line, Where: whereOf(lanes, seconds),
		}
		for range 6 {
			s.Measurements = append(s.Measurements, compare.Measurement{
				WallSeconds: seconds * (0.98 + random.Float64()/20), Calls: j.Calls,
			})
		}
		j.Strategies = append(j.Strategies, s)
	}
	law := &compare.USL{Lambda: 1200, Sigma: 0.02, Kappa: 0.0004, Residual: 0.03}
	swept := &compare.Scaling{Strategy: "pool", Best: 64, Knee: 32, Law: law, Sentence: "pool needs no more than 32 at once."}
	without := &compare.Scaling{Strategy: "async", Best: 16, Knee: 16, Sentence: "async is best with 16 at once."}
	for n := 1; n <= 64; n *= 2 {
		level := compare.Level{AtOnce: n, CallsPerSecond: law.At(float64(n)) * (0.97 + random.Float64()*0.06)}
		level.MedianSeconds = float64(j.Calls) / level.CallsPerSecond
		swept.Levels = append(swept.Levels, level)
		level.CallsPerSecond *= 1.3
		without.Levels = append(without.Levels, level)
	}
	j.Scaling = []*compare.Scaling{swept, without}
	return &compare.Report{
		Date:    time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC),
		Machine: compare.Machine{OS: "linux", Arch: "arm64", Cores: 8, GOMAXPROCS: 8, GoVersion: "go1.26.0"},
		Seed:    9, BudgetSeconds: 20, Jobs: []*compare.JobReport{j},
	}
}
