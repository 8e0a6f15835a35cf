package overlaptest_test

import (
	"fmt"
	"time"

	"example.com/overlap"
)

// bulk is elsewhere with workers that pull several calls at once, and end them on their own goroutine.
type bulk struct{ slots *overlap.Slots }

func newBulk(n int) bulk { return bulk{overlap.NewSlots(n)} }

func (b bulk) Start(job *overlap.Job) error {
	job.Serve(b.slots, func(w *overlap.Worker) {
		messages := make(chan message)
		defer close(messages)
		go place(messages)
		calls := make([]overlap.Call, 8)
		for n := 1; n > 0; {
			n = w.NextBatch(calls[:n])
			start := time.Now()
			for _, c := range calls[:n] {
				if job.Context().Err() != nil {
					c.Requeue()
					continue
				}
				c.Started(time.Now())
				r := ask(messages, c)
				w.End(c, r.output, r.outcome, r.err)
			}
			if time.Since(start) > time.Millisecond { // none is to wait behind a slow one
				n = min(n, 1)
			} else {
				n = min(2*n, len(calls))
			}
		}
	})
	return nil
}

func (b bulk) String() string { return fmt.Sprintf("bulk(%d)", b.slots.Limit()) }
