// Command luck counts how often a comparison names a winner where there is none: it compares identical strategies again
// and again, as overlap compare does, on this machine as it is, and prints a Markdown table of what they came to.
// The share of false winners stands there with an interval of 95 %. 200 comparisons take about an hour.
//
//	go run ./cmd/luck
//	go run ./cmd/luck -comparisons 20 -strategies 3 -job wait
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/markdown"
	"example.com/overlap/compare"
)

// measuring is the argument by which this program is told to make one measurement.
const measuring = "-measuring-process"

// The jobs take some milliseconds, so that many comparisons fit into an hour.
var (
	_ = overlap.Define("compute", func(_ context.Context, n int) (int, error) {
		sum := 0
		for i := range n {
			sum += i * i % 7
		}
		return sum, nil
	})
	_ = overlap.Define("wait", func(ctx context.Context, _ int) (int, error) {
		select {
		case <-time.After(2 * time.Millisecond):
			return 0, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == measuring {
		if err := compare.Child(resolve); err != nil {
			fail(err)
		}
		return
	}
	comparisons := flag.Int("comparisons", 200, "how many comparisons to make")
	strategies := flag.Int("strategies", 2, "how many identical strategies each compares")
	job := flag.String("job", "compute", "what calls do: `compute` or wait")
	flag.Parse()
	if *comparisons < 1 || *strategies < 2 || flag.NArg() > 0 || *job != "compute" && *job != "wait" {
		fmt.Fprintln(os.Stderr, "luck: -comparisons must be at least 1, -strategies at least 2, and -job compute or wait")
		os.Exit(2)
	}
	counts, err := run(*comparisons, *strategies, *job)
	if err != nil {
		fail(err)
	}
	if err := show(counts); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "luck:", err)
	os.Exit(1)
}

// resolve makes the same executor for every strategy.
func resolve(string, int) (overlap.Executor, func(), error) { return overlap.Pool(2), nil, nil }

// run makes the comparisons, and counts what they come to.
func run(comparisons, strategies int, job string) (map[compare.Decision]int, error) {
	processes, err := compare.NewProcesses(measuring)
	if err != nil {
		return nil, err
	}
	plan := compare.Plan{
		Jobs:   []compare.Job{{Task: job, Inputs: compare.Integers(100_000, 100_059)}},
		Runner: processes, Budget: time.Minute,
	}
	for i := range strategies {
		plan.Strategies = append(plan.Strategies, compare.Strategy{Name: fmt.Sprintf("same-%d", i+1)})
	}
	counts := map[compare.Decision]int{}
	for i := range comparisons {
		report, err := compare.Run(context.Background(), plan)
		if err != nil {
			return nil, err
		}
		counts[report.Jobs[0].Decision]++
		fmt.Fprintf(os.Stderr, "\r%d of %d: %v", i+1, comparisons, counts)
	}
	fmt.Fprintln(os.Stderr)
	return counts, nil
}

// show prints what comparisons came to. Those that were withheld, as other programs used the machine, do not count.
func show(counts map[compare.Decision]int) error {
	all := 0
	for decision, count := range counts {
		if decision != compare.Withheld {
			all += count
		}
	}
	var rows [][]string
	for _, decision := range slices.Sorted(maps.Keys(counts)) {
		row := []string{string(decision), fmt.Sprint(counts[decision]), "", ""}
		if decision != compare.Withheld {
			low, high := interval(counts[decision], all)
			row[2] = fmt.Sprintf("%.1f %%", 100*float64(counts[decision])/float64(all))
			row[3] = fmt.Sprintf("%.1f..%.1f %%", 100*low, 100*high)
		}
		rows = append(rows, row)
	}
	if counts[compare.Won] == 0 && all > 0 {
		_, high := interval(0, all)
		rows = append(rows, []string{string(compare.Won), "0", "0 %", fmt.Sprintf("0.0..%.1f %%", 100*high)})
	}
	return markdown.Table(os.Stdout, []string{"decision", "comparisons", "share", "95 % interval"}, rows)
}
