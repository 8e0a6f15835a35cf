package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
	"example.com/overlap/internal/tune"
)

// waitingJob is a job of calls that only wait, with so many in flight from the first to the last. It is measured on an Auto that
// begins with that number and may have no more, beside a Pool of as many: what CPU time it takes more is that of readings and
// of what follows from them.
type waitingJob struct {
	name        string
	calls       int
	each        time.Duration
	inFlight    int
	pool, extra []float64 // the shares that the pool took, and Auto more than that
}

// affordable is the share of the cores' time that Auto may take of a job of a tenth of a second or longer.
const affordable = 0.005

func waitingJobs() []*waitingJob {
	return []*waitingJob{
		{name: "C1", calls: 100, each: 160 * time.Millisecond, inFlight: 100},
		{name: "C2", calls: 30, each: 160 * time.Millisecond, inFlight: 1},
		{name: "C3", calls: 1000, each: 160 * time.Millisecond, inFlight: 40},
		{name: "C4", calls: 20_000, each: 20 * time.Millisecond, inFlight: 128},
	}
}

// besidePool prints what CPU time the jobs take that only names, all if it is empty.
func besidePool(only string, rounds int) error {
	var rows [][]string
	for _, j := range waitingJobs() {
		if only != "" && !contains(only, j.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %d calls that wait %v, %d in flight\n", j.name, j.calls, j.each, j.inFlight)
		for range rounds {
			pool, err := j.share(overlap.Pool(j.inFlight))
			if err != nil {
				return fmt.Errorf("%s: %w", j.name, err)
			}
			auto, err := j.share(overlap.Auto(overlap.StartWith(j.inFlight), overlap.Max(j.inFlight)))
			if err != nil {
				return fmt.Errorf("%s: %w", j.name, err)
			}
			j.pool, j.extra = append(j.pool, pool), append(j.extra, auto-pool)
		}
		rows = append(rows, j.row())
	}
	if len(rows) == 0 {
		return nil
	}
	fmt.Println("\nWhat CPU time it takes, as a share of all cores' time:")
	fmt.Println()
	return markdown.Table(os.Stdout, []string{"job", "Pool", "Auto takes more", "may take", "within"}, rows)
}

// share makes the calls and returns what share of the cores' time that took.
func (j *waitingJob) share(on overlap.Executor) (float64, error) {
	sensor := tune.NewSensor()
	var before, after tune.Reading
	waits := overlap.Func(func(_ context.Context, i int) (int, error) { time.Sleep(j.each); return i, nil })
	begun := time.Now()
	sensor.Measure(&before)
	_, err := overlap.Map(context.Background(), on, waits, make([]int, j.calls))
	sensor.Measure(&after)
	return float64(after.CPU-before.CPU) / float64(time.Since(begun)) / float64(runtime.GOMAXPROCS(0)), err
}

func (j *waitingJob) row() []string {
	extra := spread.Of(j.extra)
	within := "yes"
	if extra.Median > affordable {
		within = "NO"
	}
	return []string{
		fmt.Sprintf("%s: %d calls that wait %v, %d in flight", j.name, j.calls, j.each, j.inFlight),
		spread.Of(j.pool).Text(percent), extra.Text(percent), percent(affordable), within,
	}
}

func percent(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }
