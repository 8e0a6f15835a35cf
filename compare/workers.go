package compare

import (
	"context"
	"fmt"
	"os"

	"example.com/overlap"
)

// workers are the processes that an executor has its calls run on, if it says which. What they use counts into a
// measurement; starting them does not.
type workers struct {
	processes interface{ PIDs() []int }
	before    map[int]float64 // CPU seconds by process
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
	if w.processes != nil {
		for _, pid := range w.processes.PIDs() {
			w.before[pid], _ = ProcessCPU(pid)
		}
	}
	return w, nil
}

// add returns CPU seconds and peak memory of this process with those of the workers; nil is unknown.
func (w workers) add(cpu *float64, peak *int64) (*float64, *int64) {
	if w.processes == nil {
		return cpu, peak
	}
	for _, pid := range w.processes.PIDs() {
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
