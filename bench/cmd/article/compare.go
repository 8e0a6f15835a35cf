package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
)

// seconds are the measurements of each facility, round by round.
type seconds map[facility][]float64

// compare measures the chosen facilities in turn, rounds times over, and prints the table.
func compare(ctx context.Context, s settings, chosen []facility, out, progress io.Writer) error {
	programs, err := newPrograms(ctx, s)
	if err != nil {
		return err
	}
	defer programs.close()
	chosen, missing := programs.withModules(ctx, chosen)
	for _, module := range missing {
		fmt.Fprintf(progress, "left out: what needs the Python module %s, which %s does not have; "+
			"Debian has it as python3-%s, and -python names another interpreter\n", module, s.python, module)
	}
	if len(chosen) == 0 {
		return errors.New("nothing is left to measure")
	}
	taken, answers := seconds{}, map[string]measurement{}
	for round := range s.rounds {
		for _, f := range chosen {
			fmt.Fprintf(progress, "round %d of %d: %s\n", round+1, s.rounds, f)
			m, err := programs.measure(ctx, f)
			if err != nil {
				return fmt.Errorf("%s: %w", f, err)
			}
			if first, done := answers[f.job]; !done {
				answers[f.job] = m
			} else if m.Answer != first.Answer {
				return fmt.Errorf("%s: its answer is %d, that of %s is %d", f, m.Answer, first.Facility, first.Answer)
			}
			taken[f] = append(taken[f], m.Seconds)
		}
	}
	fmt.Fprintf(out, "%s, %s, %s/%s, %d CPUs, server's latency %v, %d rounds: median (lowest..highest)\n\n",
		runtime.Version(), programs.pythonVersion, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), s.latency, s.rounds)
	if err := markdown.Table(out, heading, rows(chosen, taken)); err != nil {
		return err
	}
	return promise(out, s.latency, taken)
}

var heading = []string{"job", "by", "facility", "seconds", "speed-up over Python in order", "Python's counterpart",
	"ours / theirs", "ours / theirs by requests or httpx"}

func rows(chosen []facility, taken seconds) [][]string {
	var all [][]string
	for _, f := range chosen {
		speedup, ratio, byModule := "", "", ""
		if base := taken[facility{f.job, byPython, baseline, ""}]; base != nil {
			speedup = spread.Number(spread.Ratios(base, taken[f]).Median)
		}
		if theirs := taken[facility{f.job, byPython, f.counterpart, ""}]; f.by == byOverlap && theirs != nil {
			ratio = spread.Ratios(taken[f], theirs).Text(spread.Number)
		}
		for _, module := range modules {
			theirs := taken[facility{f.job, byPython, f.counterpart + ", " + module, ""}]
			if f.by == byOverlap && theirs != nil {
				byModule = spread.Ratios(taken[f], theirs).Text(spread.Number)
			}
		}
		took := spread.Of(taken[f]).Text(spread.Number)
		all = append(all, []string{f.job, f.by, f.name, took, speedup, f.counterpart, ratio, byModule})
	}
	return all
}

// promise says whether requests that all wait at once take hardly longer than one.
func promise(out io.Writer, latency time.Duration, taken seconds) error {
	const most = 1.1
	async := taken[facility{fetch, byOverlap, "async", "asyncio"}]
	if async == nil || latency == 0 {
		return nil
	}
	median, met := spread.Of(async).Median, "no"
	if median <= most*latency.Seconds() {
		met = "yes"
	}
	_, err := fmt.Fprintf(out, "\nfetch under async takes at most %g × %v: %s (%.3f ×)\n",
		most, latency, met, median/latency.Seconds())
	return err
}
