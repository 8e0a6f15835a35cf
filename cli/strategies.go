package cli

import (
	"runtime"
	"strings"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/process"
)

// strategy is an executor under the name that --on takes.
type strategy struct {
	name   string
	python string // the Python facility that it answers
	scales bool   // it takes a number of calls at once

	// make makes the executor for at most so many calls at once; 0 leaves that to the strategy.
	make func(atOnce int, options ...process.Option) overlap.Executor

	traits
}

// traits are what the command knows of a strategy beside what compare does.
type traits struct {
	says      overlap.Describer // describes it without making one; nil where the executor itself does
	usual     int               // how many calls run makes at once where -j says nothing; 0 leaves it to the executor
	windowed  bool              // nothing but the window of run keeps its calls to a number
	processes bool              // its workers are processes, which some flags are for
	elastic   bool              // its workers come and go: how many calls run at once is for them to say
}

// strategies are all: run, compare, the process that measures, the table of strategies and the completions read them.
func strategies() []strategy { return append(localStrategies(), clusterStrategies()...) }

// localStrategies are those of compare.StandardStrategies, which need nothing but this machine; compare measures them
// where nobody says which.
func localStrategies() []strategy {
	known := map[string]traits{
		"sync":             {usual: 1},
		poolStrategy:       {usual: overlap.DefaultWorkers()},
		"async":            {usual: usualAsync},
		"loop":             {usual: usualAsync, windowed: true},
		"processes":        {usual: runtime.GOMAXPROCS(0), processes: true, says: &process.Pool{}},
		"processes-submit": {usual: runtime.GOMAXPROCS(0), processes: true, says: submitsToProcesses{}},
	}
	var all []strategy
	for _, s := range compare.StandardStrategies() {
		all = append(all, strategy{s.Name, s.Python, s.Scales != "", s.Make, known[s.Name]})
	}
	return all
}

// defaultStrategy is that of run: with -j, which says how many calls run at once, it is the pool.
const (
	defaultStrategy = autoStrategy
	autoStrategy    = "auto"
	poolStrategy    = "pool"
)

// newAuto has at most so many calls in flight, 0 for any number.
func newAuto(most int, options ...overlap.AutoOption) overlap.Executor {
	if most > 0 {
		options = append(options, overlap.Max(most))
	}
	return overlap.Auto(options...)
}

// usualAsync is how many calls that cost no thread while they wait run at once where -j says nothing.
const usualAsync = 1024

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

func strategyNames() []string { return strategyNamesOf(strategies()) }

func strategyNamesOf(strategies []strategy) []string {
	var names []string
	for _, s := range strategies {
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
	base, level, err := splitLevel(name)
	if err != nil {
		return nil, nil, err
	}
	if level > 0 {
		workers = level
	}
	for _, s := range clusterStrategies() {
		if s.name == base {
			executor := s.make(workers)
			return executor, func() { compare.CloseExecutor(executor) }, nil
		}
	}
	return compare.ResolveStandard(base, workers)
}
