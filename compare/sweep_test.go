package compare

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// levelled is a Runner whose strategies take as long as a function of the number at once says; 0 is the usual number.
type levelled struct {
	seconds func(strategy string, atOnce int) float64
	asked   []string
}

func (r *levelled) Measure(_ context.Context, order Order) (*Measurement, error) {
	r.asked = append(r.asked, fmt.Sprintf("%s(%d)", order.Strategy, order.Workers))
	wall := r.seconds(order.Strategy, order.Workers) * (1 + 0.001*float64(len(r.asked)%3))
	time.Sleep(seconds(wall))
	return &Measurement{
		WallSeconds: wall, CPUSeconds: new(0.1 * wall), CoresBusy: new(0.1), PeakInFlight: 1, Calls: order.Inputs.Len(),
		CallTimes: CallTimes{Sum: wall, Median: wall}, Answers: "right",
	}, nil
}

func swept(t *testing.T, sweep Sweep, calls int, seconds func(strategy string, atOnce int) float64) (*JobReport, *levelled) {
	t.Helper()
	runner := &levelled{seconds: seconds}
	plan := Plan{
		Jobs:       []Job{{Task: "wait", Inputs: Integers(1, int64(calls))}},
		Strategies: []Strategy{{Name: "sync"}, scaling("pool", ""), {Name: "pool(3)", Scales: "pool"}, scaling("slow", "")},
		Runner:     runner, Runs: 6, Sweep: sweep, Budget: time.Minute,
	}
	var report *Report
	synctest.Test(t, func(t *testing.T) {
		var err error
		if report, err = runOn(t.Context(), testMachine, plan); err != nil {
			t.Fatal(err)
		}
	})
	return report.Jobs[0], runner
}

// waits is a job of calls that wait so many seconds each, and of which no more than 16 wait at a time.
func waits(calls int, each float64) func(strategy string, atOnce int) float64 {
	return func(strategy string, atOnce int) float64 {
		switch {
		case strategy == "slow":
			return 50
		case strategy == "sync":
			return each * float64(calls)
		case atOnce == 0:
			atOnce = 4
		}
		return each * float64(calls) / float64(min(atOnce, 16))
	}
}

func TestBestStrategiesAreSwept(t *testing.T) {
	j, runner := swept(t, Sweep{1, 64}, 100, waits(100, 0.05))
	if len(j.Scaling) != 1 || j.Scaling[0].Strategy != "pool" {
		t.Fatalf("swept: %+v", j.Scaling)
	}
	s := j.Scaling[0]
	var levels []int
	for _, level := range s.Levels {
		levels = append(levels, level.AtOnce)
		if len(level.Seconds) != sweepRuns {
			t.Errorf("%d at once ran %d times", level.AtOnce, len(level.Seconds))
		}
	}
	if want := []int{1, 2, 4, 8, 16, 32, 64}; !slices.Equal(levels, want) || s.Knee != 16 {
		t.Errorf("the knee of %v is %d", levels, s.Knee)
	}
	if s.Law != nil {
		t.Errorf("a law with a corner is fitted: %+v", *s.Law)
	}
	if !strings.HasPrefix(s.Sentence, "pool needs no more than 16 at once (31") || !strings.HasSuffix(s.Sentence,
		" ms): up to 64, more bring less than 5 %. It keeps 0.100 of 2 cores busy then, so more cores would bring nothing.") {
		t.Error(s.Sentence)
	}
	if first := runner.asked[len(runner.asked)-21:][:7]; strings.Join(first, " ") != "pool(64) pool(32) pool(16) pool(8) pool(4) pool(2) pool(1)" {
		t.Errorf("the first round is %v", first)
	}
}

func TestSweepEnds(t *testing.T) {
	// With no more at once than there are calls.
	j, _ := swept(t, Sweep{2, 64}, 5, waits(5, 0.1))
	if s := j.Scaling[0]; len(s.Levels) != 3 || s.Levels[2].AtOnce != 5 || s.Knee != 5 ||
		!strings.HasPrefix(s.Sentence, "pool is best with all 5 calls at once (100 ms): more inputs would tell") {
		t.Errorf("%+v", *s)
	}
	// Before a level that would take longer than the budget, which 1,000 calls one after another do.
	j, _ = swept(t, Sweep{1, 8}, 1000, waits(1000, 0.1))
	if s := j.Scaling[0]; s.Levels[0].AtOnce != 2 || len(s.Levels[0].Seconds) != 1 ||
		!strings.HasPrefix(s.Sentence, "pool is best with 8 at once (12.5 s), the most that was measured: with 4 it took 2.00") {
		t.Errorf("%+v", *s)
	}
}

func TestScalingThatFollowsTheLaw(t *testing.T) {
	law := USL{Lambda: 10, Sigma: 0.02, Kappa: 0.002}
	j, _ := swept(t, Sweep{1, 64}, 100, func(strategy string, atOnce int) float64 {
		switch {
		case strategy == "slow":
			return 50
		case strategy != "pool" || atOnce == 0:
			return 10
		}
		return 100 / law.At(float64(atOnce))
	})
	s := j.Scaling[0]
	if s.Law == nil || s.Law.Peak == nil || *s.Law.Peak < 20 || *s.Law.Peak > 25 || s.Best != 16 && s.Best != 32 {
		t.Errorf("%+v of %+v", s, s.Law)
	}
	if !strings.Contains(s.Sentence, "; 64 take 1.") {
		t.Error(s.Sentence)
	}
}
