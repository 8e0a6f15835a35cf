// Command inflight measures what a call costs in memory while it waits: it starts a million calls that all wait on one
// channel, under overlap.Async and as bare goroutines, and prints a Markdown table. Each measurement runs in a fresh
// process of this binary, in turn, since a process does not give stacks back to the system at once.
//
//	go run ./cmd/inflight
//	go run ./cmd/inflight -calls 100000 -rounds 5
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
)

func main() {
	calls := flag.Int("calls", 1_000_000, "calls in flight at once")
	rounds := flag.Int("rounds", 3, "measured rounds of each contender")
	contender := flag.String("measure", "", "measure one `contender` in this process and print it as JSON")
	flag.Parse()
	if *calls < 1 || *rounds < 1 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "inflight: -calls and -rounds must be at least 1, and there are no arguments")
		os.Exit(2)
	}
	if err := run(*contender, *calls, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "inflight:", err)
		os.Exit(1)
	}
}

func run(contender string, calls, rounds int) error {
	if contender != "" {
		cost, err := measure(contender, calls)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(cost)
	}
	costs := make([][]Cost, len(contenders))
	for range rounds {
		for i, contender := range contenders {
			cost, err := measureApart(contender.name, calls)
			if err != nil {
				return fmt.Errorf("%s: %w", contender.name, err)
			}
			costs[i] = append(costs[i], cost)
		}
	}
	fmt.Printf("%s, %s/%s, %d calls in flight, %d rounds: median (lowest..highest)\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, calls, rounds)
	var rows [][]string
	for i, contender := range contenders {
		rows = append(rows, row(contender.name, costs[i], calls))
	}
	return markdown.Table(os.Stdout, heading, rows)
}

var heading = []string{"calls in flight as", "heap and stacks, B a call", "resident, B a call", "all started after"}

func row(name string, costs []Cost, calls int) []string {
	var taken, resident, seconds []float64
	for _, cost := range costs {
		taken = append(taken, float64(cost.TakenBytes)/float64(calls))
		resident = append(resident, float64(cost.ResidentBytes)/float64(calls))
		seconds = append(seconds, cost.StartedSeconds*1e9)
	}
	shown := "not known here"
	if costs[0].ResidentKnown {
		shown = spread.Of(resident).Text(spread.Number)
	}
	return []string{name, spread.Of(taken).Text(spread.Number), shown, spread.Of(seconds).Text(spread.Duration)}
}

// measureApart measures in a process of its own.
func measureApart(contender string, calls int) (cost Cost, err error) {
	binary, err := os.Executable()
	if err != nil {
		return cost, err
	}
	child := exec.Command(binary, "-measure", contender, "-calls", fmt.Sprint(calls))
	child.Stderr = os.Stderr
	line, err := child.Output()
	if err != nil {
		return cost, err
	}
	return cost, json.Unmarshal(line, &cost)
}
