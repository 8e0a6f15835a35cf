package bench

import (
	"fmt"
	"runtime"
	"time"
)

// Series is what one contender took, round by round, each value for one call of the contest.
type Series struct {
	Nanoseconds, Bytes, Allocations []float64
}

// Measure runs the contenders in turn, rounds times over, in this process, and returns a series for each, in order.
// Every other round goes through them backwards, so that none always follows the same one. Before the first round each
// runs once unmeasured; before each measurement the garbage of the one before is collected. It stops at the first
// error.
func (c Contest) Measure(rounds int) ([]Series, error) {
	all := make([]Series, len(c.Contenders))
	for _, contender := range c.Contenders {
		if err := contender.Run(); err != nil {
			return nil, c.failed(contender, err)
		}
	}
	for round := range rounds {
		for turn := range c.Contenders {
			if round%2 == 1 {
				turn = len(c.Contenders) - 1 - turn
			}
			if err := c.measure(c.Contenders[turn], &all[turn]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func (c Contest) measure(contender Contender, series *Series) error {
	runtime.GC()
	before := Allocated()
	start := time.Now()
	for range c.Runs {
		if err := contender.Run(); err != nil {
			return c.failed(contender, err)
		}
	}
	took := time.Since(start)
	allocated := Allocated().Since(before)
	made := float64(c.Runs) * float64(c.Calls)
	series.Nanoseconds = append(series.Nanoseconds, float64(took.Nanoseconds())/made)
	series.Bytes = append(series.Bytes, float64(allocated.Bytes)/made)
	series.Allocations = append(series.Allocations, float64(allocated.Objects)/made)
	return nil
}

func (c Contest) failed(contender Contender, err error) error {
	return fmt.Errorf("contest %s: %s gave a wrong answer or none: %w", c.Name, contender.Name, err)
}
