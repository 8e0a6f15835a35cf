// Command durable measures what it costs to keep results safe while they come, and how long a run takes to go on: calls of
// 100 µs by durable.Stream beside overlap.Stream, and the command on a file of ten million results of which one is
// missing. It prints a Markdown table.
//
//	go run ./cmd/durable
//	go run ./cmd/durable -lines 1000000 -rounds 3
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
	"example.com/overlap/cli"
)

// asCommand has this program be the command, for the task none, in a process of its own.
const asCommand = "OVERLAP_BENCH_COMMAND"

// none is a call that does nothing.
var none = overlap.Define("none", func(_ context.Context, n int) (int, error) { return n, nil })

// busy computes, always the same, which takes about as long as lasts says where nothing else runs.
var busy = overlap.Define("busy", func(_ context.Context, n int) (int, error) {
	result.Store(compute(steps))
	return n, nil
})

const lasts = 100 * time.Microsecond

var steps = stepsOf(lasts)

// stepsOf is how many steps take a time.
func stepsOf(d time.Duration) int {
	best := time.Hour
	const tried = 100_000
	for range 50 {
		start := time.Now()
		result.Store(compute(tried))
		best = min(best, time.Since(start))
	}
	return int(tried * d / best)
}

// result is where what was computed goes, so that the compiler leaves nothing out.
var result atomic.Uint64

//go:noinline
func compute(steps int) (x uint64) {
	for range steps {
		x = x*0x5851f42d4c957f2d + 1
	}
	return x
}

func main() {
	if os.Getenv(asCommand) != "" {
		cli.Main(none)
	}
	rounds := flag.Int("rounds", 5, "how often each is measured")
	calls := flag.Int("calls", 20_000, "`number` of calls of 100 µs")
	lines := flag.Int("lines", 10_000_000, "`number` of results that are there when a run goes on; 0 leaves that out")
	dir := flag.String("dir", "", "a `folder` for the files, about 4 GB (default the temporary one)")
	flag.Parse()
	if *rounds < 1 || *calls < 1 || *lines < 0 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "durable: -rounds and -calls are at least 1, and there are no arguments")
		os.Exit(2)
	}
	if err := measure(*rounds, *calls, *lines, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "durable:", err)
		os.Exit(1)
	}
}

func measure(rounds, calls, lines int, dir string) error {
	dir, err := os.MkdirTemp(dir, "durable")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rows, err := cost(rounds, calls, dir)
	if err == nil && lines > 0 {
		var more [][]string
		more, err = goingOn(rounds, lines, dir)
		rows = append(rows, more...)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s, %s/%s, GOMAXPROCS %d, %d rounds\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.GOMAXPROCS(0), rounds)
	return markdown.Table(os.Stdout, []string{"what", "measured", "target", "met"}, rows)
}

// row is one of the table; the median is what is to meet the target.
func row(what string, measured spread.Spread, format func(float64) string, most float64) []string {
	met := "yes"
	if measured.Median > most {
		met = "no"
	}
	return []string{what, measured.Text(format), "≤ " + format(most), met}
}
