package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/spread"
	"example.com/overlap/durable"
)

// cost compares calls whose results are kept with those whose results are not.
func cost(rounds, calls int, dir string) ([][]string, error) {
	ctx, workers := context.Background(), overlap.Pool(overlap.DefaultWorkers())
	inputs := func(yield func(int) bool) {
		for i := 0; i < calls && yield(i); i++ {
		}
	}
	var times, processors [2][]float64 // kept, and not
	for round := range rounds + 1 {    // the first is not measured
		file := durable.File{Name: filepath.Join(dir, "cost.jsonl")}
		for i, results := range []iter.Seq[overlap.Result[int, int]]{
			durable.Stream(ctx, workers, busy, inputs, file), overlap.Stream(ctx, workers, busy, inputs),
		} {
			is, err := timed(results)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				times[i], processors[i] = append(times[i], is.seconds), append(processors[i], is.computed)
			}
			fmt.Fprintf(os.Stderr, "calls of %v: %.3f s, %.3f s of processors\n", lasts, is.seconds, is.computed)
		}
	}
	percent := func(ratio float64) string { return fmt.Sprintf("%+.1f %%", 100*(ratio-1)) }
	what := fmt.Sprintf("keeping the results of %d calls of %v: more ", calls, lasts)
	return [][]string{
		row(what+"time", spread.Ratios(times[0], times[1]), percent, 1.05),
		row(what+"processor time, which other programs hardly change",
			spread.Ratios(processors[0], processors[1]), percent, 1.05),
	}, nil
}

func timed(results iter.Seq[overlap.Result[int, int]]) (is taken, err error) {
	before, start := ownProcessorTime(), time.Now()
	for r := range results {
		err = r.Err
	}
	return taken{seconds: time.Since(start).Seconds(), computed: ownProcessorTime() - before}, err
}

// ownProcessorTime is what this process has taken of processors, in seconds.
func ownProcessorTime() float64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // it never fails
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// goingOn measures a run of the command that finds all results but one.
func goingOn(rounds, lines int, dir string) ([][]string, error) {
	inputs, output := filepath.Join(dir, "inputs.txt"), filepath.Join(dir, "out.jsonl")
	if err := writeNumbers(inputs, lines+100); err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "making %d results\n", lines)
	// The last hundred are left, since some calls are under way when the job ends.
	job := []string{"run", none.Name(), "--quiet", "--from", inputs, "-o", output}
	if _, err := command(append(job, "--halt", "soon,done="+strconv.Itoa(lines))...); err != nil {
		return nil, err
	}
	partial, saved := output+".part", filepath.Join(dir, "saved")
	if err := copyFile(saved, partial); err != nil {
		return nil, err
	}
	idle, err := command("strategies")
	if err != nil {
		return nil, err
	}
	var seconds, computed, memory []float64
	for range rounds {
		if err := copyFile(partial, saved); err != nil {
			return nil, err
		}
		_ = os.Remove(output)
		is, err := command(job...)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(output); err != nil {
			return nil, err
		}
		seconds, computed = append(seconds, is.seconds), append(computed, is.computed)
		memory = append(memory, is.peak-idle.peak)
		fmt.Fprintf(os.Stderr, "went on and made the file in %.2f s, %.2f s of them computing\n", is.seconds, is.computed)
	}
	return [][]string{
		row(fmt.Sprintf("going on from %d results, up to the finished file", lines), spread.Of(seconds),
			inSeconds, 15),
		row("processor time of that, which other programs do not change", spread.Of(computed), inSeconds, 15),
		row("memory for that, above that of the idle command", spread.Of(memory),
			func(b float64) string { return fmt.Sprintf("%.0f MB", b/1e6) }, 50e6),
	}, nil
}

func inSeconds(s float64) string { return fmt.Sprintf("%.1f s", s) }

func writeNumbers(name string, n int) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	for i := range n {
		fmt.Fprintln(out, i)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// copyFile copies, and waits until the disk has it all, so that it has nothing else to do when something is measured.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	return err
}

// taken is what a process has taken.
type taken struct {
	seconds  float64 // until it ended
	computed float64 // seconds of processors
	peak     float64 // bytes of memory
}

// command runs the command in a process of its own. That a job was ended early is no error.
func command(args ...string) (is taken, err error) {
	child := exec.Command(os.Args[0], args...)
	child.Env, child.Stderr = append(os.Environ(), asCommand+"=yes"), os.Stderr
	start := time.Now()
	err = child.Run()
	if err != nil && child.ProcessState != nil && child.ProcessState.ExitCode() == 1 {
		err = nil
	}
	if err != nil {
		return is, err
	}
	usage := child.ProcessState.SysUsage().(*syscall.Rusage)
	return taken{
		time.Since(start).Seconds(), (child.ProcessState.UserTime() + child.ProcessState.SystemTime()).Seconds(),
		float64(usage.Maxrss) * 1024, // Linux counts in KiB
	}, nil
}
