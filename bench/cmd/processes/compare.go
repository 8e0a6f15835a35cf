package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/python"
	"example.com/overlap/bench/spread"
)

// series is what one contender took, round by round, in nanoseconds a call.
type series []float64

// compare measures the contenders of each contest in turn and prints the table.
func compare(ctx context.Context, s settings, out, progress io.Writer) error {
	version, err := exec.CommandContext(ctx, interpreter, "--version").Output()
	if err != nil {
		return fmt.Errorf("%s does not run (%w): install Python 3 or name it with -python", interpreter, err)
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "processes")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.CopyFS(folder, python.Scripts); err != nil {
		return err
	}
	p := programs{binary, interpreter, filepath.Join(folder, "pools.py")}
	var table [][]string
	var killed []float64
	for _, c := range s.contests {
		taken := make([]series, len(c.contenders))
		for round := range c.rounds(s.rounds) {
			fmt.Fprintf(progress, "%s: round %d of %d\n", c.name, round+1, c.rounds(s.rounds))
			for turn := range c.contenders {
				if round%2 == 1 { // backwards, so that none always follows the same one
					turn = len(c.contenders) - 1 - turn
				}
				m, err := p.measure(ctx, c, c.contenders[turn])
				if err != nil {
					return fmt.Errorf("contest %s: %s: %w", c.name, c.contenders[turn].name, err)
				}
				if m.Killed > 0 {
					killed = append(killed, float64(m.Killed))
				}
				taken[turn] = append(taken[turn], c.contenders[turn].aCall(m))
			}
		}
		table = append(table, c.rows(taken)...)
	}
	fmt.Fprintf(out, "%s, %s, %s/%s, %d CPUs%s, %d rounds: median (lowest..highest)\n\n", runtime.Version(),
		strings.TrimSpace(string(version)), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), load(), s.rounds)
	if err := markdown.Table(out, heading, table); err != nil || len(killed) == 0 {
		return err
	}
	_, err = fmt.Fprintf(out, "\nchaos: %s workers killed in a run\n", spread.Of(killed).Text(spread.Number))
	return err
}

// programs are what measurements start.
type programs struct{ binary, python, script string }

// measure has a contender measured in a process of its own and checks its answer.
func (p programs) measure(ctx context.Context, c contest, by contender) (m measurement, err error) {
	calls, runs := strconv.Itoa(by.calls), strconv.Itoa(by.runs)
	child := exec.CommandContext(ctx, p.binary, "-measure", c.name+"/"+by.name, "-calls", calls, "-runs", runs, "-python", p.python)
	if by.python {
		child = exec.CommandContext(ctx, p.python, p.script, c.name, by.name, calls, runs)
	}
	child.Stderr = os.Stderr
	line, err := child.Output()
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return m, fmt.Errorf("printed %q instead of a measurement: %w", line, err)
	}
	if want := c.answer(by.calls); m.Answer != want {
		return m, fmt.Errorf("its answer is %d, want %d", m.Answer, want)
	}
	if m.Seconds <= 0 {
		return m, errors.New("it took no time")
	}
	return m, nil
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

var heading = []string{"what", "by", "a call", "ours / theirs", "target", "met"}

// rows are a contest's part of the table, from what each contender took.
func (c contest) rows(taken []series) [][]string {
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
			target, met = c.mostText, yesNo(times.Median <= c.most)
		}
		all = append(all, []string{c.what, by.name, times.Text(spread.Duration), ratio, target, met})
	}
	return all
}

func (c contest) rounds(wanted int) int {
	if c.mostRounds > 0 {
		return min(wanted, c.mostRounds)
	}
	return wanted
}

// aCall is what a measurement says of one call, in nanoseconds.
func (by contender) aCall(m measurement) float64 {
	return m.Seconds * 1e9 / float64(by.calls*max(by.runs, m.Runs))
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
