package compare

import (
	"context"
	"fmt"
	"os"
	"slices"

	"example.com/overlap"
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

// pids are those of the processes that made the calls. One that has come up meanwhile is a spare, unless it has
// replaced another, or the executor has started more.
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

// add returns CPU seconds and peak memory of this process with those of the workers; nil is unknown.
func (w workers) add(cpu *float64, peak *int64) (*float64, *int64) {
	if w.processes == nil {
		return cpu, peak
	}
	for _, pid := range w.pids() {
		seconds, known := ProcessCPU(pid)
		if cpu != nil && known {
			cpu = new(*cpu + seconds - w.before[pid])
		} else {
			cpu = nil
		}
		if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil && peak != nil {
			if size := highWater(status); size != nil {
				peak = new(*peak + *size)
				continue
			}
		}
		peak = nil
	}
	return cpu, peak
}

// limit is how many calls can run at once, as far as the executor says; 0 where it does not.
func (w workers) limit(executor overlap.Executor) int {
	if limited, ok := executor.(interface{ Limit() int }); ok {
		return limited.Limit()
	}
	if w.grows != nil {
		return 0
	}
	return len(w.before)
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
