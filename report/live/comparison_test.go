package live

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/compare"
)

var compared = overlap.Define("compared", func(_ context.Context, n int) (int, error) { return n, nil })

// timed is a Runner whose measurements take as long as a strategy says, and which knows when they were made.
type timed struct {
	walls map[string]time.Duration
	made  [][2]time.Time
}

func (r *timed) Measure(_ context.Context, order compare.Order) (*compare.Measurement, error) {
	wall, ok := r.walls[order.Strategy]
	if !ok {
		return nil, errors.New("it <b>cannot</b>")
	}
	start := time.Now()
	time.Sleep(wall)
	r.made = append(r.made, [2]time.Time{start, time.Now()})
	return &compare.Measurement{
		WallSeconds: wall.Seconds(), Calls: order.Inputs.Len(), PeakInFlight: 1, Answers: "right",
		CallTimes: compare.CallTimes{Sum: wall.Seconds(), Median: wall.Seconds()},
	}, nil
}

// lookAtComparison has events of a comparison read until the stream ends or stop is called.
func lookAtComparison(t *testing.T, e *events) (all func() []comparisonEvent, times func() []time.Time, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var got []comparisonEvent
	var at []time.Time
	r := &reader{header: map[string][]string{}, take: func(text string) error {
		mu.Lock()
		defer mu.Unlock()
		var event comparisonEvent
		err := json.Unmarshal([]byte(text), &event)
		got, at = append(got, event), append(at, time.Now())
		return err
	}}
	var reads sync.WaitGroup
	reads.Go(func() { e.ServeHTTP(r, request(ctx)) })
	all = func() []comparisonEvent {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(got)
	}
	times = func() []time.Time {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(at)
	}
	return all, times, func() {
		cancel()
		reads.Wait()
	}
}

// Whoever looks at a comparison is told what is measured, and its times, but nothing while a measurement is made.
func TestComparison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runner := &timed{walls: map[string]time.Duration{"slow": 3 * time.Second, "fast": 20 * time.Millisecond}}
		names := []string{"slow", "fast", "broken"}
		page := NewComparison(AboutComparison{Jobs: 1, Strategies: names, Runs: 3, Longest: time.Minute})
		e := newEvents(page)
		all, times, stop := lookAtComparison(t, e)
		synctest.Wait()
		plan := compare.Plan{
			Jobs:   []compare.Job{{Task: compared.Name(), Title: "a <b>job</b>", Inputs: compare.Integers(1, 10)}},
			Runner: runner, Runs: 3, Progress: page.Progress, Sweep: compare.Sweep{From: 2, To: 4},
		}
		for _, name := range names {
			plan.Strategies = append(plan.Strategies, compare.Strategy{Name: name})
		}
		plan.Strategies[1].Scales = "fast"
		measured, err := compare.Run(t.Context(), plan)
		if err != nil {
			t.Fatal(err)
		}
		page.Found(measured)
		time.Sleep(settle)
		page.Over("")
		page.Over("this comes too late")
		synctest.Wait()
		stop()

		for _, at := range times() {
			for _, made := range runner.made {
				if !at.Before(made[0]) && at.Before(made[1]) {
					t.Errorf("something is sent %v after a measurement has begun", at.Sub(made[0]))
				}
			}
		}
		told := all()
		if first := told[0]; first.Now != nil || len(first.Job) != 0 || first.Longest != 60 || first.Runs != 3 {
			t.Errorf("at first it says %+v", first)
		}
		// One event before each measurement, also before the one that cannot be made.
		if want := 3 + 3 + 1 + 2*3; len(told) != 1+want+2 {
			t.Errorf("there are %d events of %d measurements", len(told), want)
		}
		slowSeen := false
		for _, event := range told {
			if now := event.Now; now != nil && now.Strategy == "slow" && now.Round == 2 {
				slowSeen = true
				if row := event.Job[0].Rows[0]; now.Rounds != 3 || row.Runs != 1 || row.Median != 3 {
					t.Errorf("in the second round it says %+v, %+v", *now, row)
				}
			}
		}
		if !slowSeen {
			t.Error("the second round of slow was not told")
		}
		last := told[len(told)-1]
		job := last.Job[0]
		if last.Over != "Everything has been measured." || last.Now != nil || job.Verdict == "" || job.Title != "a <b>job</b>" {
			t.Errorf("in the end it says %+v", last)
		}
		slow, fast, broken, two := job.Rows[0], job.Rows[1], job.Rows[2], job.Rows[3]
		if slow.Runs != 3 || slow.Low != 3 || slow.High != 3 || len(slow.Times) != 3 || fast.Runs != 3 || fast.Median != 0.02 {
			t.Errorf("of slow it says %+v, of fast %+v", slow, fast)
		}
		if broken.Runs != 0 || broken.Error != "it <b>cannot</b>" {
			t.Errorf("of broken it says %+v", broken)
		}
		if len(job.Rows) != 5 || two.Strategy != "fast" || two.AtOnce+job.Rows[4].AtOnce != 2+4 || two.Runs != 3 {
			t.Errorf("of the sweep it says %+v", job.Rows[3:])
		}
		late, _, stopLate := lookAtComparison(t, e)
		synctest.Wait()
		stopLate()
		if got := late(); len(got) != 1 || got[0].Over != last.Over || len(got[0].Job[0].Rows) != 5 {
			t.Errorf("who comes when it is over is told %+v", got)
		}
	})
}

// The median is that of all runs, also when no more than the latest are drawn; a job's rows are its own.
func TestComparedRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := NewComparison(AboutComparison{Jobs: 2, Strategies: []string{"pool"}})
		for i := range 2 * mostRuns {
			page.Progress(compare.Progress{Job: "one", Strategy: "pool", Measurement: &compare.Measurement{
				WallSeconds: float64(i), Calls: 7, Failed: min(i, 3),
			}})
		}
		page.Progress(compare.Progress{Job: "two", Strategy: "pool", Round: 1, Rounds: 6, Left: 3 * time.Second})
		e, over, _ := page.follow()()
		told := e.(comparisonEvent)
		one, two := told.Job[0].Rows[0], told.Job[1].Rows[0]
		if over || one.Runs != 100 || one.Median != 49.5 || one.Low != 0 || one.High != 99 || len(one.Times) != mostRuns ||
			one.Times[0] != 50 || one.Failed != 3 || one.Calls != 7 {
			t.Errorf("%+v", one)
		}
		if two.Runs != 0 || told.Now.Strategy != "pool" || told.Now.Left != 3 {
			t.Errorf("%+v, %+v", two, told.Now)
		}
	})
}
