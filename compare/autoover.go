package compare

import (
	"context"
	"runtime"

	"example.com/overlap"
	"example.com/overlap/process"
)

// AutoOver is the strategy auto for calls that run on worker processes, of which it decides how many there are: at most so
// many, 0 for any number. pool is to be [process.OnDemand]. As of every other pool, the workers with which it begins are ready
// before the clock begins, one a core. Those that it starts later are its own decision, and take a part of the time that
// is measured. It is for a [Resolve], which also closes pool.
func AutoOver(pool *process.Pool, most int) overlap.Executor {
	return &autoOver{explained: newExplained(most, overlap.Over(pool)), pool: pool, most: most}
}

type autoOver struct {
	explained
	pool   *process.Pool
	most   int
	before int // how many workers had been started when the clock began
}

// Ready waits until there are the workers with which it begins.
func (a *autoOver) Ready(ctx context.Context) error {
	first := runtime.GOMAXPROCS(0)
	if a.most > 0 {
		first = min(first, a.most)
	}
	err := a.pool.ReadyFor(ctx, first)
	a.before = a.pool.Info().Started
	return err
}

// PIDs are those of the workers that there are.
func (a *autoOver) PIDs() []int { return a.pool.PIDs() }

// Info is what its pool is at the moment.
func (a *autoOver) Info() process.Info { return a.pool.Info() }

// started is how many workers it has started since the clock began.
func (a *autoOver) started() int { return a.pool.Info().Started - a.before }

func (a *autoOver) found() *AutoFound {
	found := a.explained.found()
	if found != nil {
		found.Started = a.started()
	}
	return found
}
