package compare

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"example.com/overlap"
	"example.com/overlap/process"
)

// A worker process that is still starting when calls could already be made, such as the spare, is waited for this long:
// what it uses for its start would otherwise count into the measurement.
const (
	longestSettling = 10 * time.Second
	settlingPause   = time.Millisecond
)

// workers are the processes that an executor has its calls run on, if it says which. What they use counts into a
// measurement; starting them does not.
type workers struct {
	processes interface{ PIDs() []int }
	before    map[int]float64            // CPU seconds by process
	grows     interface{ started() int } // nil: those that come up meanwhile have no calls
}

// startWorkers waits until the executor's processes are ready.
func startWorkers(ctx context.Context, executor overlap.Executor) (workers, error) {
	if submitted, ok := executor.(Submitted); ok {
		executor = submitted.Executor
	}
	if lazy, ok := executor.(interface{ Ready(context.Context) error }); ok {
		if err := lazy.Ready(ctx); err != nil {
			return workers{}, err
		}
	}
	if err := settle(ctx, executor); err != nil {
		return workers{}, err
	}
	w := workers{before: map[int]float64{}}
	w.processes, _ = executor.(interface{ PIDs() []int })
	w.grows, _ = executor.(interface{ started() int })
	if w.processes != nil {
		for _, pid := range w.processes.PIDs() {
			w.before[pid], _ = ProcessCPU(pid)
		}
	}
	return w, nil
}

// settle waits until no worker process is starting any more.
func settle(ctx context.Context, executor overlap.Executor) error {
	pool, ok := executor.(interface{ Info() process.Info })
	if !ok {
		return nil
	}
	for until := time.Now().Add(longestSettling); pool.Info().Starting > 0 && time.Now().Before(until); {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(settlingPause):
		}
	}
	return nil
}

// pids are those of the processes that may have made the calls: any of those that were there when the clock began, the
// spare too, as calls go to the worker that has been free for the longest time. One that has come up meanwhile is not
// needed, unless it has replaced another, or the executor has started more.
func (w workers) pids() []int {
	if w.processes == nil {
		return nil
	}
	now := w.processes.PIDs()
	if w.grows != nil && w.grows.started() > 0 {
		return now
	}
	known := slices.DeleteFunc(slices.Clone(now), func(pid int) bool { _, known := w.before[pid]; return !known })
	if len(known) == len(w.before) {
		return known
	}
	return now
}

// add returns CPU seconds and peak memory of this process with those of the workers; nil is unknown. Memory is that of as
// many workers as made calls, those that computed most; made is 0 where it is not known.
func (w workers) add(cpu *float64, peak *int64, made int) (*float64, *int64) {
	type worker struct {
		cpu    float64
		memory *int64
	}
	var all []worker
	for _, pid := range w.pids() {
		seconds, known := ProcessCPU(pid)
		seconds -= w.before[pid]
		if cpu != nil && known {
			cpu = new(*cpu + seconds)
		} else {
			cpu = nil
		}
		all = append(all, worker{seconds, highWaterOf(pid)})
	}
	slices.SortFunc(all, func(a, b worker) int { return cmp.Compare(b.cpu, a.cpu) })
	for _, worker := range all[:min(cmp.Or(made, len(w.before)), len(all))] {
		if worker.memory == nil {
			return cpu, nil
		}
		if peak != nil {
			peak = new(*peak + *worker.memory)
		}
	}
	return cpu, peak
}

func highWaterOf(pid int) *int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return nil
	}
	return highWater(status)
}

// limit is how many calls can run at once, as far as the executor says; 0 where it does not.
func (w workers) limit(executor overlap.Executor) int {
	if limited, ok := executor.(interface{ Limit() int }); ok {
		return limited.Limit()
	}
	return 0
}

// used is what the calls used: all that this process did, or its workers where they made the calls.
func (w workers) used(own, total *float64, waited waited, runnable float64) used {
	if w.processes == nil {
		if waited.own != nil {
			runnable += *waited.own
		}
		return used{own, runnable}
	}
	made := used{}
	if own != nil && total != nil {
		made.cpu = new(*total - *own)
	}
	if waited.workers != nil {
		made.coreWait = *waited.workers
	}
	return made
}

// counted is how many processes made the calls, by the numbers of the workers that did; 0 where that was this process.
func (w workers) counted(made map[int]struct{}) int {
	if w.processes == nil {
		return 0
	}
	return min(len(made), len(w.pids()))
}
