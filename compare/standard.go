package compare

import (
	"fmt"
	"io"
	"math"
	"runtime"

	"example.com/overlap"
	"example.com/overlap/process"
)

// Standard is a strategy of Overlap's, and how its executor is made.
type Standard struct {
	Strategy

	// Make makes the executor for at most so many calls at once; 0 leaves that to the strategy. The options are for
	// those that have worker processes; such an executor is to be closed.
	Make func(atOnce int, options ...process.Option) overlap.Executor
}

// StandardStrategies is the table of Overlap's strategies, in the order in which they are shown: what [Measure]
// compares, and the command.
func StandardStrategies() []Standard {
	return []Standard{
		{Strategy{Name: "sync", Python: "the plain loop"}, func(int, ...process.Option) overlap.Executor {
			return overlap.Sync()
		}},
		{scaling("threads", "threading.Thread per item"), func(atOnce int, _ ...process.Option) overlap.Executor {
			if atOnce == 0 {
				return overlap.Threads()
			}
			return overlap.ThreadsAtMost(atOnce)
		}},
		{scaling("pool", "ThreadPoolExecutor"), func(atOnce int, _ ...process.Option) overlap.Executor {
			return overlap.Pool(orUsual(atOnce, overlap.DefaultWorkers()))
		}},
		{scaling("async", "asyncio.gather"), func(atOnce int, _ ...process.Option) overlap.Executor {
			if atOnce == 0 {
				return overlap.Async()
			}
			return overlap.AsyncAtMost(atOnce)
		}},
		{Strategy{Name: "loop", Python: "asyncio's event loop"}, func(int, ...process.Option) overlap.Executor {
			return overlap.Loop()
		}},
		{Strategy{Name: "auto", Python: "nothing has it"}, func(atOnce int, _ ...process.Option) overlap.Executor {
			return newExplained(atOnce)
		}},
		{scaling("processes", "multiprocessing.Pool"), func(atOnce int, options ...process.Option) overlap.Executor {
			return process.New(orUsual(atOnce, runtime.GOMAXPROCS(0)), options...)
		}},
		{scaling("processes-submit", "ProcessPoolExecutor.submit"),
			func(atOnce int, options ...process.Option) overlap.Executor {
				return Submitted{process.New(orUsual(atOnce, runtime.GOMAXPROCS(0)), options...)}
			}},
	}
}

// scaling is a strategy that takes a number of calls at once.
func scaling(name, python string) Strategy { return Strategy{Name: name, Python: python, Scales: name} }

// orUsual is a number of workers, and as many as are usual where none is given.
func orUsual(atOnce, usual int) int {
	if atOnce == 0 {
		return usual
	}
	return min(atOnce, math.MaxInt32)
}

// ResolveStandard makes the executor of one of [StandardStrategies]. It is a [Resolve].
func ResolveStandard(name string, atOnce int) (executor overlap.Executor, stop func(), err error) {
	for _, s := range StandardStrategies() {
		if s.Name == name {
			executor := s.Make(atOnce)
			return executor, func() { CloseExecutor(executor) }, nil
		}
	}
	return nil, nil, fmt.Errorf("there is no strategy %q", name)
}

// CloseExecutor ends what an executor has to end: its worker processes, if it has any.
func CloseExecutor(executor overlap.Executor) {
	if submitted, ok := executor.(Submitted); ok {
		executor = submitted.Executor
	}
	if closer, ok := executor.(io.Closer); ok {
		_ = closer.Close()
	}
}
