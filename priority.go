package overlap

import "fmt"

// Priority is an [Option] of a job that shares an executor's limit with others, such as those on one [Pool], on worker
// processes, or on one [Slots]: while jobs of a higher priority have calls ready, they get seven of eight turns, and those of
// a lower one the eighth, so that nothing starves. Calls that run are not disturbed, and calls within a job have no
// priorities: urgent calls are a job of their own. Jobs are Normal unless said otherwise. Under an executor that has no
// limit, or one for each job ([Async], [Auto], [Sync], [Threads]), it changes nothing.
type Priority int8

const (
	Low Priority = iota - 1
	Normal
	High
)

// levels is how many priorities there are.
const levels = 3

// lowerTurn is which turn of so many goes to jobs of a lower priority.
const lowerTurn = 8

// level is the place of the priority, the highest first.
func (p Priority) level() int { return int(High - p) }

func (p Priority) applyToJob(to *options) {
	if p < Low || p > High {
		panic(fmt.Sprintf("overlap: Priority: there are Low, Normal and High, got %d", p))
	}
	to.priority = p
}
