// Command auto measures overlap.Auto beside the best number of calls in flight that one could have chosen beforehand, for
// workloads whose best number is known from theory, and prints a Markdown table.
//
// The best number is searched in octaves around the theory, as far as a level takes no more than 1.5 times the best so
// far. Then the best three levels and Auto are measured in turns, and the medians are compared. Auto is to take at most
// 1.05 times as long as the best, or 2 ms longer.
//
// A second table has jobs of a few tiny calls, which are over before anything could be found out. There, Auto is to take
// at most 1.5 times as long as Sync, or 5 µs longer. A third one has what CPU time Auto takes, of which a job of a tenth of a
// second is to have 0.5 per cent at most.
//
//	go run ./auto
//	go run ./auto -quick -only W3,W5
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"

	"example.com/overlap/bench/markdown"
)

func main() {
	if os.Getenv(neighbour) != "" {
		beNeighbour()
	}
	quick := flag.Bool("quick", false, "3 rounds instead of 10")
	only := flag.String("only", "", "comma-separated `names` of workloads")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "auto: there are no arguments, only flags")
		os.Exit(2)
	}
	rounds := 10
	if *quick {
		rounds = 3
	}
	fmt.Printf("%s, %s/%s, GOMAXPROCS %d, %d rounds; times are medians, least..most\n\n", runtime.Version(), runtime.GOOS,
		runtime.GOARCH, runtime.GOMAXPROCS(0), rounds)
	if err := errors.Join(besideTheBest(*only, rounds), besideSync(*only, rounds), besidePool(*only, rounds)); err != nil {
		fmt.Fprintln(os.Stderr, "auto:", err)
		os.Exit(1)
	}
}

// besideTheBest prints how long the workloads take that only names, all if it is empty.
func besideTheBest(only string, rounds int) error {
	var rows [][]string
	var reasons []string
	for _, w := range workloads() {
		if only != "" && !contains(only, w.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", w.name, w.what)
		row := w.row(rounds)
		fmt.Fprintln(os.Stderr, "\t"+strings.Join(row[1:], " | ")) // so that an interrupt loses only what is being measured
		rows = append(rows, row)
		if row[withinColumn] == "NO" && w.why != "" {
			reasons = append(reasons, w.name+": "+w.why)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	heading := []string{"workload", "calls", "theory", "best level", "its time", "Auto", "Auto / best", "within", "found", "right"}
	if err := markdown.Table(os.Stdout, heading, rows); err != nil {
		return err
	}
	if len(reasons) > 0 {
		fmt.Println("\nWhere it takes longer than 5 per cent more:")
	}
	for _, reason := range reasons {
		fmt.Println("-", reason)
	}
	fmt.Println()
	return nil
}

// besideSync prints how long the jobs of a few tiny calls take that only names, all if it is empty.
func besideSync(only string, rounds int) error {
	rows, err := tinyRows(only, rounds)
	if err != nil || len(rows) == 0 {
		return err
	}
	return markdown.Table(os.Stdout, []string{"job", "Sync", "Pool(1)", "Auto", "may take", "within"}, rows)
}

func contains(list, name string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(one, name) {
			return true
		}
	}
	return false
}
