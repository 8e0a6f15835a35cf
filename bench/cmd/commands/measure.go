package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
)

// measurement is what one run of a tool took.
type measurement struct {
	took, cpu time.Duration
	memory    float64 // bytes: the most that the tool had, or one of its children that it waited for
}

// compare measures the contests one after another.
func compare(ctx context.Context, s sizes, only []string, out, progress io.Writer) error {
	folder, err := os.MkdirTemp("", "commands")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var chosen []contest
	for _, c := range contests {
		if slices.Contains(only, c.name) {
			chosen = append(chosen, c)
		}
	}
	p, err := prepare(s, folder, chosen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %s/%s, %d CPUs, %d rounds: median (lowest..highest)\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), s.rounds)
	for _, c := range chosen {
		if err := c.compare(ctx, p, out, progress); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// compare measures the tools of a contest in turn and prints their table.
func (c contest) compare(ctx context.Context, p place, out, progress io.Writer) error {
	var tools []tool
	for _, t := range c.tools {
		if argv := t.argv(p); !there(argv) {
			fmt.Fprintf(progress, "%s is not there, and left out\n", t.name)
			continue
		}
		tools = append(tools, t)
	}
	taken := make([][]measurement, len(tools))
	for round := range p.rounds + 1 { // the first is not measured
		fmt.Fprintf(progress, "%s: round %d of %d\n", c.name, round, p.rounds)
		for turn := range tools {
			if round%2 == 1 { // backwards, so that none always follows the same one
				turn = len(tools) - 1 - turn
			}
			m, err := c.measure(ctx, p, tools[turn])
			if err != nil {
				return fmt.Errorf("%s: %w", tools[turn].name, err)
			}
			if round > 0 {
				taken[turn] = append(taken[turn], m)
			}
		}
	}
	fmt.Fprintf(out, "\n%s: %d × %s\n\n", c.name, c.count(p.sizes), c.what)
	heading := []string{"by", "time a " + c.what, "ours / theirs", "CPU time a " + c.what, "peak MB"}
	return markdown.Table(out, heading, c.rows(p, tools, taken))
}

// there reports whether the programs of a command line are there. Where a shell runs them, parallel is the one that may
// not be.
func there(argv []string) bool {
	_, err := exec.LookPath(argv[0])
	if err == nil && strings.Contains(strings.Join(argv, " "), "parallel") {
		_, err = exec.LookPath("parallel")
	}
	return err == nil
}

func (c contest) measure(ctx context.Context, p place, t tool) (measurement, error) {
	argv := t.argv(p)
	var said, complained bytes.Buffer
	child := exec.CommandContext(ctx, argv[0], argv[1:]...)
	child.Dir, child.Stdout, child.Stderr = p.folder, &said, &complained
	if c.stdin != nil {
		child.Stdin = strings.NewReader(c.stdin(p))
	}
	start := time.Now()
	if err := child.Run(); err != nil {
		return measurement{}, fmt.Errorf("%w: %s", err, complained.String())
	}
	m := measurement{
		took: time.Since(start), cpu: child.ProcessState.UserTime() + child.ProcessState.SystemTime(),
		memory: float64(child.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) * 1024,
	}
	if c.read != nil {
		return m, c.read(p, said.String())
	}
	return m, nil
}

func (c contest) rows(p place, tools []tool, taken [][]measurement) (rows [][]string) {
	each := func(all []measurement, of func(measurement) float64) (values []float64) {
		for _, m := range all {
			values = append(values, of(m))
		}
		return values
	}
	count := float64(c.count(p.sizes))
	took := func(m measurement) float64 { return float64(m.took) / count }
	for i, t := range tools {
		ratio := ""
		if i > 0 {
			ratio = spread.Ratios(each(taken[0], took), each(taken[i], took)).Text(spread.Number)
		}
		rows = append(rows, []string{
			t.name, spread.Of(each(taken[i], took)).Text(spread.Duration), ratio,
			spread.Of(each(taken[i], func(m measurement) float64 { return float64(m.cpu) / count })).Text(spread.Duration),
			spread.Of(each(taken[i], func(m measurement) float64 { return m.memory / 1e6 })).Text(spread.Number),
		})
	}
	return rows
}
