package cli

import (
	"fmt"
	"time"

	"example.com/overlap/internal/traceevents"
)

// traceRows are the rows of a trace: one for each worker, and more of a worker whose calls overlap, whatever its executor
// calls a worker: Perfetto drops spans that overlap others of their row. Where workers have no numbers, the rows are places
// for one call at a time.
type traceRows struct {
	unnumbered bool
	workers    map[int]*traceevents.Rows
	named      map[int]bool
}

func newTraceRows(unnumbered bool) traceRows {
	return traceRows{unnumbered, map[int]*traceevents.Rows{}, map[int]bool{}}
}

// workersApart is how far apart the numbers of rows are that one worker has, so that those of all workers come by their
// numbers. A number may have 32 bits.
const workersApart = 1 << 20

// take is the row for a call, and what it is called.
func (t *traceRows) take(worker int, start, end time.Duration) (row int, name string) {
	if t.unnumbered {
		worker = 0
	}
	rows := t.workers[worker]
	if rows == nil {
		rows = &traceevents.Rows{}
		t.workers[worker] = rows
	}
	place := rows.Take(start, end)
	switch {
	case t.unnumbered:
		return place, fmt.Sprintf("slot %d", place)
	case place == 1:
		return worker + 1, fmt.Sprintf("worker %d", worker)
	}
	return (place-1)*workersApart + worker + 1, fmt.Sprintf("worker %d (%d)", worker, place)
}
