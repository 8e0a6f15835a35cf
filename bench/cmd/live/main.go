// Command live measures what overlap run --ui costs: the same job without it, with it, and with somebody who looks, in
// turn, each in a process of its own. It prints a Markdown table.
//
//	go run ./cmd/live
//	go run ./cmd/live -rounds 21 -calls 300000
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
	"example.com/overlap/cli"
)

// asCommand has this program be the command, for the tasks below, in a process of its own.
const asCommand = "OVERLAP_BENCH_COMMAND"

var result atomic.Uint64

// computing is a task whose calls compute so many steps, of about a nanosecond each.
func computing(name string, steps int) *overlap.Task[int, int] {
	return overlap.Define(name, func(_ context.Context, n int) (int, error) {
		x := uint64(n)
		for range steps {
			x = x*0x5851f42d4c957f2d + 1
		}
		result.Store(x)
		return n, nil
	})
}

// The jobs, and by how much the calls of each are fewer than -calls says.
var jobs = []struct {
	task  overlap.AnyTask
	what  string
	fewer int
}{
	{computing("none", 0), "calls that do nothing", 1},
	{computing("short", 5_000), "calls of about 5 µs", 4},
	{computing("longer", 500_000), "calls of about 0.5 ms", 400},
}

func main() {
	if os.Getenv(asCommand) != "" {
		var tasks []overlap.AnyTask
		for _, job := range jobs {
			tasks = append(tasks, job.task)
		}
		cli.Main(tasks...)
	}
	rounds := flag.Int("rounds", 11, "how often each is measured")
	calls := flag.Int("calls", 1_000_000, "`number` of the calls that do nothing")
	flag.Parse()
	if *rounds < 1 || *calls < 1000 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "live: -rounds is at least 1, -calls at least 1000, and there are no arguments")
		os.Exit(2)
	}
	if err := measure(*rounds, *calls); err != nil {
		fmt.Fprintln(os.Stderr, "live:", err)
		os.Exit(1)
	}
}

func measure(rounds, calls int) error {
	var rows [][]string
	for _, job := range jobs {
		n := max(1, calls/job.fewer)
		args := []string{"run", job.task.Name(), "-o", os.DevNull, "--quiet", "0.." + strconv.Itoa(n-1)}
		var times, processors [len(ways)][]float64
		for round := range rounds + 1 { // the first is not measured
			for turn := range ways {
				way := (turn + round) % len(ways)
				is, err := ways[way].run(args)
				if err != nil {
					return err
				}
				if round > 0 {
					times[way] = append(times[way], is.seconds)
					processors[way] = append(processors[way], is.computed)
				}
			}
			fmt.Fprintf(os.Stderr, "%s: round %d of %d\n", job.task.Name(), round, rounds)
		}
		percent := func(ratio float64) string { return fmt.Sprintf("%+.1f %%", 100*(ratio-1)) }
		for way := 1; way < len(ways); way++ {
			rows = append(rows, []string{
				fmt.Sprintf("%d %s, %s", n, job.what, ways[way].name),
				spread.Of(times[0]).Text(func(s float64) string { return spread.Duration(s * 1e9) }),
				spread.Ratios(times[way], times[0]).Text(percent), spread.Ratios(processors[way], processors[0]).Text(percent),
			})
		}
	}
	fmt.Printf("%s, %s/%s, GOMAXPROCS %d, %d rounds, %v\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.GOMAXPROCS(0), rounds, time.Now().Format(time.DateOnly))
	return markdown.Table(os.Stdout, []string{"job", "without --ui", "more time", "more processor time"}, rows)
}
