package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
)

// compare measures the contenders of each contest in turn and prints the table.
func compare(ctx context.Context, chosen []contest, rounds int, out, progress io.Writer) error {
	var table [][]string
	for _, c := range chosen {
		c.contenders = present(c.contenders, progress)
		n := rounds
		if c.mostRounds > 0 {
			n = min(n, c.mostRounds)
		}
		taken := make([][]float64, len(c.contenders)) // nanoseconds a call, round by round
		for round := range n {
			fmt.Fprintf(progress, "%s: round %d of %d\n", c.name, round+1, n)
			for turn := range c.contenders {
				if round%2 == 1 { // backwards, so that none always follows the same one
					turn = len(c.contenders) - 1 - turn
				}
				by := c.contenders[turn]
				runtime.GC()
				took, err := by.measure(ctx, by.calls)
				if err == nil && took <= 0 {
					err = errors.New("it took no time")
				}
				if err != nil {
					return fmt.Errorf("contest %s: %s: %w", c.name, by.name, err)
				}
				taken[turn] = append(taken[turn], float64(took)/float64(by.calls))
			}
		}
		table = append(table, c.rows(taken)...)
	}
	fmt.Fprintf(out, "%s, %s/%s, %d CPUs%s, %d rounds: median (lowest..highest)\n\n", runtime.Version(), runtime.GOOS,
		runtime.GOARCH, runtime.NumCPU(), load(), rounds)
	return markdown.Table(out, []string{"what", "by", "a call", "ours / theirs", "target", "met"}, table)
}

// present leaves out the contenders that are not installed, and says so.
func present(all []contender, progress io.Writer) []contender {
	var there []contender
	for _, by := range all {
		if by.missing != nil {
			if what := by.missing(); what != "" {
				fmt.Fprintf(progress, "%s is left out: %s\n", by.name, what)
				continue
			}
		}
		there = append(there, by)
	}
	return there
}

// rows are a contest's part of the table, from what each contender took.
func (c contest) rows(taken [][]float64) [][]string {
	var all [][]string
	for i, by := range c.contenders {
		times := spread.Of(taken[i])
		ratio, target, met := "", "", ""
		switch {
		case i > 0:
			ours := spread.Ratios(taken[0], taken[i])
			ratio = ours.Text(spread.Number)
			if by.most > 0 {
				target, met = "≤ "+spread.Number(by.most), yesNo(ours.Median <= by.most)
			}
		case c.most > 0:
			target, met = "≤ "+spread.Duration(float64(c.most)), yesNo(times.Median <= float64(c.most))
		}
		all = append(all, []string{c.what, by.name, times.Text(spread.Duration), ratio, target, met})
	}
	return all
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// load is the load average of the last minute, where the system says it: others' work slows all of this down.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	minute, _, _ := strings.Cut(string(text), " ")
	return ", load average " + minute
}
