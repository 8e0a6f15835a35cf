package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/python"
	"example.com/overlap/bench/spread"
	"example.com/overlap/target"
)

// path is what is asked for: always the same answer, of some 400 bytes.
const path = "/json"

// compare measures the tools in turn, rounds times over, and prints the table.
func compare(ctx context.Context, s settings, out, progress io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	server, err := target.Start(ctx, []string{program, asOverlap, "target"}, target.Config{Latency: s.latency})
	if err != nil {
		return err
	}
	defer server.Close()
	folder, err := os.MkdirTemp("", "fetchers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	j := job{
		url: server.URL() + path, requests: s.requests, atOnce: s.atOnce,
		program: program, python: s.python, folder: folder,
	}
	if err := os.CopyFS(folder, python.Scripts); err != nil {
		return err
	}
	if err := j.prepare(); err != nil {
		return err
	}
	chosen, missing := present(ctx, j, s.tools)
	for _, t := range missing {
		fmt.Fprintf(progress, "%s is not there, and left out: %s\n", t.name, t.hint)
	}
	taken := make([][]measurement, len(chosen))
	for round := range s.rounds + 1 { // the first is not measured
		if round == 0 {
			fmt.Fprintln(progress, "a round that is not measured")
		} else {
			fmt.Fprintf(progress, "round %d of %d\n", round, s.rounds)
		}
		for turn := range chosen {
			if round%2 == 1 { // backwards, so that none always follows the same one
				turn = len(chosen) - 1 - turn
			}
			m, err := j.measure(ctx, chosen[turn])
			if err != nil {
				return fmt.Errorf("%s: %w", chosen[turn].name, err)
			}
			if round > 0 {
				taken[turn] = append(taken[turn], m)
			}
		}
	}
	fmt.Fprintf(out, "%s, %s/%s, %d CPUs, %d requests, %d at once, server's latency %v, %d rounds: "+
		"median (lowest..highest)\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), s.requests, s.atOnce, s.latency, s.rounds)
	return markdown.Table(out, heading, rows(chosen, taken))
}

// present are the tools that can be used here, and those that cannot.
func present(ctx context.Context, j job, all []tool) (there, missing []tool) {
	for _, t := range all {
		_, err := exec.LookPath(t.command(j)[0])
		if err == nil && t.probe != nil {
			probe := t.probe(j)
			err = exec.CommandContext(ctx, probe[0], probe[1:]...).Run()
		}
		if err == nil {
			there = append(there, t)
		} else {
			missing = append(missing, t)
		}
	}
	return there, missing
}

// measure has a tool do the job in a process of its own.
func (j job) measure(ctx context.Context, t tool) (measurement, error) {
	argv := t.command(j)
	var said, complained bytes.Buffer
	child := exec.CommandContext(ctx, argv[0], argv[1:]...)
	child.Env = append(os.Environ(), "no_proxy=127.0.0.1")
	child.Stdout, child.Stderr = &said, &complained
	start := time.Now()
	if err := child.Run(); err != nil {
		return measurement{}, fmt.Errorf("%w: %s", err, complained.String())
	}
	m := measurement{
		requests: j.requests, took: time.Since(start),
		cpu: child.ProcessState.UserTime() + child.ProcessState.SystemTime(),
	}
	return m, t.read(&j, output{said.String(), &m})
}

var heading = []string{"by", "a request", "requests a second", "ours / theirs", "CPU time a request"}

func rows(chosen []tool, taken [][]measurement) [][]string {
	nanoseconds := func(all []measurement, of func(measurement) time.Duration) []float64 {
		var each []float64
		for _, m := range all {
			each = append(each, float64(of(m))/float64(m.requests))
		}
		return each
	}
	took := func(m measurement) time.Duration { return m.took }
	cpu := func(m measurement) time.Duration { return m.cpu }
	var table [][]string
	ours := nanoseconds(taken[0], took)
	for i, t := range chosen {
		theirs, ratio := nanoseconds(taken[i], took), ""
		if i > 0 {
			ratio = spread.Ratios(ours, theirs).Text(spread.Number)
		}
		table = append(table, []string{t.name, spread.Of(theirs).Text(spread.Duration),
			spread.Number(1e9 / spread.Of(theirs).Median), ratio,
			spread.Of(nanoseconds(taken[i], cpu)).Text(spread.Duration)})
	}
	return table
}
