package cli

import (
	"fmt"
	"strings"

	"example.com/overlap"
)

// strategy is an executor under the name that --on takes.
type strategy struct {
	name string
	make func(workers int) overlap.Executor // workers is what -j says, 0 if it says nothing

	// What -j says where the executor itself has no such limit: how many inputs may be drawn whose results are not out.
	windowed bool
}

// strategies is the one table of them: run, compare, the process that measures, the table of strategies and the
// completions all read it.
func strategies() []strategy {
	return []strategy{
		{name: "sync", make: func(int) overlap.Executor { return overlap.Sync() }},
		{name: "threads", make: func(int) overlap.Executor { return overlap.Threads() }, windowed: true},
		{name: "pool", make: func(workers int) overlap.Executor { return overlap.Pool(poolSize(workers)) }},
		{name: "async", make: func(int) overlap.Executor { return overlap.Async() }, windowed: true},
		{name: "loop", make: func(int) overlap.Executor { return overlap.Loop() }, windowed: true},
	}
}

const defaultStrategy = "pool"

func poolSize(workers int) int {
	if workers == 0 {
		return overlap.DefaultWorkers()
	}
	return workers
}

// description is what the strategy's executor says of itself.
func (s strategy) description() overlap.Description {
	if describer, ok := s.make(0).(overlap.Describer); ok {
		return describer.Describe()
	}
	return overlap.Description{}
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
			return s.make(workers), nil, nil
		}
	}
	return nil, nil, fmt.Errorf("there is no strategy %q", name)
}
