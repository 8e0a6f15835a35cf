package cli

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/process"
)

// strategy is an executor under the name that --on takes.
type strategy struct {
	name   string
	python string                                                   // what it answers in Python
	make   func(workers int, of ...process.Option) overlap.Executor // workers is what -j says, 0 if it says nothing
	says   overlap.Describer                                        // what it is, without making one

	// What -j says where the executor itself has no such limit: how many inputs may be drawn whose results are not out.
	windowed bool

	processes bool // its workers are, so that their options say something
}

// strategies is the one table of them: run, compare, the process that measures, the table of strategies and the
// completions all read it.
func strategies() []strategy {
	return []strategy{
		{name: "sync", python: "the plain loop", make: func(int, ...process.Option) overlap.Executor {
			return overlap.Sync()
		}},
		{name: "threads", python: "threading.Thread per item", make: func(int, ...process.Option) overlap.Executor {
			return overlap.Threads()
		}, windowed: true},
		{name: "pool", python: "ThreadPoolExecutor", make: func(workers int, _ ...process.Option) overlap.Executor {
			return overlap.Pool(poolSize(workers))
		}},
		{name: "async", python: "asyncio.gather", make: func(int, ...process.Option) overlap.Executor {
			return overlap.Async()
		}, windowed: true},
		{name: "loop", python: "asyncio's event loop", make: func(int, ...process.Option) overlap.Executor {
			return overlap.Loop()
		}, windowed: true},
		{name: "processes", python: "multiprocessing.Pool", make: func(workers int, of ...process.Option) overlap.Executor {
			return process.New(processCount(workers), of...)
		}, says: &process.Pool{}, processes: true},
		{name: "processes-submit", python: "ProcessPoolExecutor.submit", make: func(workers int, of ...process.Option) overlap.Executor {
			return compare.Submitted{Executor: process.New(processCount(workers), of...)}
		}, says: submitsToProcesses{}, processes: true},
	}
}

const defaultStrategy = "pool"

func poolSize(workers int) int {
	if workers == 0 {
		return overlap.DefaultWorkers()
	}
	return times(workers, 1)
}

// processCount is how many worker processes there are: one a processor unless -j says, as Python's pools have.
func processCount(workers int) int {
	if workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return times(workers, 1)
}

// submitsToProcesses describes the row of futures on processes.
type submitsToProcesses struct{}

func (submitsToProcesses) Describe() overlap.Description {
	return overlap.Description{
		What: "worker processes, with a future for each call",
		For:  "calls that come one by one",
	}
}

// closeExecutor ends an executor that has something to end.
func closeExecutor(executor overlap.Executor) {
	if submitted, ok := executor.(compare.Submitted); ok {
		executor = submitted.Executor
	}
	if closer, ok := executor.(io.Closer); ok {
		_ = closer.Close()
	}
}

// description is what the strategy's executor says of itself.
func (s strategy) description() overlap.Description {
	says := s.says
	if says == nil {
		says, _ = s.make(0).(overlap.Describer)
	}
	if says == nil {
		return overlap.Description{}
	}
	return says.Describe()
}

func strategyNames() []string {
	var names []string
	for _, s := range strategies() {
		names = append(names, s.name)
	}
	return names
}

// strategy finds a strategy by its name.
func (p *program) strategy(name string) (strategy, error) {
	for _, s := range strategies() {
		if s.name == name {
			return s, nil
		}
	}
	err := usageErrorf("there is no strategy %q: choose from %s", name, strings.Join(strategyNames(), ", "))
	if near, ok := closest(name, strategyNames()); ok {
		err = err.withHint("did you mean: " + p.corrected(name, near))
	}
	return strategy{}, err
}

// resolve makes a strategy's executor in the process that measures it.
func resolve(name string, workers int) (executor overlap.Executor, stop func(), err error) {
	for _, s := range strategies() {
		if s.name == name {
			executor := s.make(workers)
			return executor, func() { closeExecutor(executor) }, nil
		}
	}
	return nil, nil, fmt.Errorf("there is no strategy %q", name)
}
