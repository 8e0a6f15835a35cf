package overlaptest_test

import (
	"fmt"

	"example.com/overlap"
)

// feeders runs calls on n goroutines of each job: the simplest executor with a limit that somebody can write.
type feeders struct{ n int }

func (f feeders) Start(job *overlap.Job) error {
	for range f.n {
		job.Go(func(w *overlap.Worker) {
			for c, ok := w.Next(); ok; c, ok = w.Next() {
				w.Run(c)
			}
		})
	}
	return nil
}

func (f feeders) String() string { return fmt.Sprintf("feeders(%d)", f.n) }
