package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/spread"
)

// run makes all calls of a workload on executors that it has made, and returns how long that took.
func (w workload) run(newExecutor func() overlap.Executor) (time.Duration, error) {
	if w.jobs != nil {
		begun := time.Now()
		err := w.jobs(newExecutor)
		return time.Since(begun), err
	}
	call, stop, err := w.start()
	if err != nil {
		return 0, err
	}
	defer stop()
	inputs := make([]int, w.calls)
	for i := range inputs {
		inputs[i] = i
	}
	task := overlap.Func(func(ctx context.Context, i int) (struct{}, error) { return struct{}{}, call(ctx, i) })
	runtime.GC()
	begun := time.Now()
	_, err = overlap.Map(context.Background(), newExecutor(), task, inputs, overlap.KeepGoing())
	took := time.Since(begun)
	return took, err
}

// at is how long the workload takes with that many calls in flight; an hour if it loses calls then.
func (w workload) at(level int) time.Duration {
	took, err := w.run(func() overlap.Executor { return overlap.Pool(level) })
	if err != nil {
		return time.Hour // it loses calls, so it is not to be had
	}
	return took
}

// best returns the best three levels, in octaves around the theory.
func (w workload) best() []int {
	if w.only {
		return []int{w.theory}
	}
	tried := map[int]time.Duration{}
	least := time.Hour
	try := func(level int) bool {
		if level < 1 || level > max(w.calls, 1) || tried[level] > 0 {
			return tried[level] > 0
		}
		tried[level] = w.at(level)
		least = min(least, tried[level])
		return float64(tried[level]) <= 1.5*float64(least)
	}
	try(w.theory)
	for level := w.theory * 2; try(level); level *= 2 {
	}
	for level := w.theory / 2; try(level); level /= 2 {
	}
	try(w.theory * 3 / 4)
	try(w.theory * 3 / 2)
	levels := make([]int, 0, len(tried))
	for level := range tried {
		levels = append(levels, level)
	}
	slices.SortFunc(levels, func(a, b int) int { return int(tried[a] - tried[b]) })
	return levels[:min(3, len(levels))]
}

// withinColumn is which one of a row says whether Auto takes at most 5 per cent longer.
const withinColumn = 7

// row measures the workload.
func (w workload) row(rounds int) []string {
	levels := w.best()
	times := make([][]float64, len(levels)+1)
	var last atomic.Pointer[overlap.AutoReport] // of the job that ended last
	for range rounds {
		for i, level := range levels {
			times[i] = append(times[i], float64(w.at(level)))
		}
		took, err := w.run(func() overlap.Executor {
			return overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { last.Store(&r) }))
		})
		if err != nil {
			fmt.Fprintf(os.Stderr, "auto: %s: Auto: %v\n", w.name, err)
		}
		times[len(levels)] = append(times[len(levels)], float64(took))
	}
	found := last.Load()
	best := 0
	for i := range levels {
		if spread.Of(times[i]).Median < spread.Of(times[best]).Median {
			best = i
		}
	}
	theirs, ours := spread.Of(times[best]), spread.Of(times[len(levels)])
	within := "yes"
	if ours.Median > max(1.05*theirs.Median, theirs.Median+float64(2*time.Millisecond)) {
		within = "NO"
	}
	return []string{
		w.name + ": " + w.what, fmt.Sprint(w.calls), fmt.Sprint(w.theory), fmt.Sprint(levels[best]), theirs.Text(spread.Duration),
		ours.Text(spread.Duration), spread.Ratios(times[len(levels)], times[best]).Text(spread.Number), within,
		fmt.Sprintf("%s, up to %d", found.Class, found.Peak), w.judged(found.Class),
	}
}

// judged says whether the class is the one that the workload has.
func (w workload) judged(class overlap.Class) string {
	if w.classes == nil {
		return "–" // it has several jobs
	}
	if slices.Contains(w.classes, class) {
		return "yes"
	}
	return "NO"
}
