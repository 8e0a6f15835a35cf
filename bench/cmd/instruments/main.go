// Command instruments measures what it costs that compare finds out why: the same job with what compare records of it, and
// with nothing but a clock, in turn, each in a process of its own. It prints a Markdown table.
//
//	go run ./cmd/instruments
//	go run ./cmd/instruments -rounds 21 -on pool,async
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"

	"example.com/overlap"
	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
	"example.com/overlap/compare"
	"example.com/overlap/process"
)

var result atomic.Uint64

// computing is a task whose calls compute for about so many nanoseconds.
func computing(name string, nanoseconds int) overlap.AnyTask {
	return overlap.Define(name, func(_ context.Context, n int) (int, error) {
		x := uint64(n)
		for range nanoseconds {
			x = x*0x5851f42d4c957f2d + 1
		}
		result.Store(x)
		return n, nil
	})
}

var jobs = []struct {
	task  overlap.AnyTask
	what  string
	calls int64
}{
	{computing("one", 1_000), "1 µs", 100_000},
	{computing("ten", 10_000), "10 µs", 20_000},
	{computing("hundred", 100_000), "100 µs", 3_000},
}

const child = "measure"

func main() {
	process.Main()
	if len(os.Args) > 1 && os.Args[1] == child {
		if err := compare.Child(compare.ResolveStandard); err != nil {
			fmt.Fprintln(os.Stderr, "instruments:", err)
			os.Exit(1)
		}
		return
	}
	rounds := flag.Int("rounds", 11, "how often each is measured")
	on := flag.String("on", "sync,pool,async,threads,processes", "the `strategies`, with commas between")
	flag.Parse()
	if *rounds < 1 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "instruments: -rounds is at least 1, and there are no arguments")
		os.Exit(2)
	}
	if err := measure(*rounds, strings.Split(*on, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "instruments:", err)
		os.Exit(1)
	}
}

func measure(rounds int, strategies []string) error {
	runner, err := compare.NewProcesses(child)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, job := range jobs {
		for _, strategy := range strategies {
			var times, processors [2][]float64 // without the instruments, and with them
			for round := range rounds + 1 {    // the first is not measured
				for turn := range times {
					with := (turn + round) % len(times)
					m, err := runner.Measure(context.Background(), compare.Order{
						Task: job.task.Name(), Strategy: strategy, Bare: with == 0,
						Inputs: compare.Integers(0, job.calls-1),
					})
					if err != nil {
						return fmt.Errorf("%s under %s: %w", job.task.Name(), strategy, err)
					}
					if round > 0 {
						times[with] = append(times[with], m.WallSeconds)
						if m.CPUSeconds != nil {
							processors[with] = append(processors[with], *m.CPUSeconds)
						}
					}
				}
			}
			fmt.Fprintf(os.Stderr, "%s under %s\n", job.task.Name(), strategy)
			percent := func(ratio float64) string { return fmt.Sprintf("%+.1f %%", 100*(ratio-1)) }
			computed := ""
			if len(processors[0]) > 0 {
				computed = spread.Ratios(processors[1], processors[0]).Text(percent)
			}
			rows = append(rows, []string{
				fmt.Sprintf("%d calls of about %s, %s", job.calls, job.what, strategy),
				spread.Of(times[0]).Text(func(s float64) string { return spread.Duration(s * 1e9) }),
				spread.Ratios(times[1], times[0]).Text(percent), computed,
			})
		}
	}
	fmt.Printf("%s, %s/%s, GOMAXPROCS %d, %d rounds\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.GOMAXPROCS(0), rounds)
	return markdown.Table(os.Stdout, []string{"job", "without instruments", "more time with them", "more processor time"}, rows)
}
