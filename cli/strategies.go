package cli

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/process"
)

// strategy is an executor under the name that --on takes.
type strategy struct {
	name   string
	python string            // the Python facility that it answers
	says   overlap.Describer // describes it without making one; nil where the executor itself does

	// make makes the executor for at most so many calls at once; 0 leaves that to the strategy.
	make func(atOnce int, options ...process.Option) overlap.Executor

	usual     int  // how many calls run makes at once where -j says nothing; 0 leaves it to the executor
	windowed  bool // nothing but the window of run keeps its calls to a number
	processes bool // its workers are processes, which some flags are for
}

// strategies is the one table of them: run, compare, the process that measures, the table of strategies and the
// completions all read it.
func strategies() []strategy {
	return []strategy{
		{name: "sync", python: "the plain loop", usual: 1, make: func(int, ...process.Option) overlap.Executor {
			return overlap.Sync()
		}},
		{name: "threads", python: "threading.Thread per item", make: func(atOnce int, _ ...process.Option) overlap.Executor {
			if atOnce == 0 {
				return overlap.Threads()
			}
			return overlap.ThreadsAtMost(atOnce)
		}},
		{name: "pool", python: "ThreadPoolExecutor", usual: overlap.DefaultWorkers(),
			make: func(atOnce int, _ ...process.Option) overlap.Executor { return overlap.Pool(poolSize(atOnce)) }},
		{name: "async", python: "asyncio.gather", usual: usualAsync,
			make: func(atOnce int, _ ...process.Option) overlap.Executor {
				if atOnce == 0 {
					return overlap.Async()
				}
				return overlap.AsyncAtMost(atOnce)
			}},
		{name: "loop", python: "asyncio's event loop", usual: usualAsync, windowed: true,
			make: func(int, ...process.Option) overlap.Executor { return overlap.Loop() }},
		{name: "processes", python: "multiprocessing.Pool", usual: runtime.GOMAXPROCS(0), processes: true,
			make: func(atOnce int, options ...process.Option) overlap.Executor {
				return process.New(processCount(atOnce), options...)
			}, says: &process.Pool{}},
		{name: "processes-submit", python: "ProcessPoolExecutor.submit", usual: runtime.GOMAXPROCS(0), processes: true,
			make: func(atOnce int, options ...process.Option) overlap.Executor {
				return compare.Submitted{Executor: process.New(processCount(atOnce), options...)}
			}, says: submitsToProcesses{}},
	}
}

const defaultStrategy = "pool"

// usualAsync is how many calls that cost no thread while they wait run at once where -j says nothing.
const usualAsync = 1024

func poolSize(atOnce int) int {
	if atOnce == 0 {
		return overlap.DefaultWorkers()
	}
	return times(atOnce, 1)
}

// processCount is how many worker processes there are: one a processor unless -j says, as Python's pools have.
func processCount(atOnce int) int {
	if atOnce == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return times(atOnce, 1)
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

// levelMark stands in the name of a row of compare between a strategy and how many calls it runs at once.
const levelMark = " -j "

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
	if base, level, ok := strings.Cut(name, levelMark); ok {
		if workers, err = strconv.Atoi(level); err != nil {
			return nil, nil, fmt.Errorf("there is no strategy %q", name)
		}
		name = base
	}
	for _, s := range strategies() {
		if s.name == name {
			executor := s.make(workers)
			return executor, func() { closeExecutor(executor) }, nil
		}
	}
	return nil, nil, fmt.Errorf("there is no strategy %q", name)
}
