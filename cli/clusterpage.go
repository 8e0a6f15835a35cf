//go:build !nocluster

package cli

import (
	"fmt"
	"strings"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
	"example.com/overlap/report/live"
)

// elsewhere says how many workers of a cluster make the job's calls, how many of the calls are under way, and how many of those
// are queued for a worker; nil for any other executor.
func elsewhere(executor overlap.Executor) func() (workers int, underWay, queued int64) {
	at, ok := executor.(workingPlace)
	if !ok {
		return nil
	}
	return func() (workers int, underWay, queued int64) {
		for _, w := range at.Workers() {
			if len(w.Makes) > 0 {
				workers++
			}
		}
		return workers, at.UnderWay(), at.Queued()
	}
}

// clusterWorkers is what says which workers of a cluster are there, for the page of --ui; nil for any other executor.
func clusterWorkers(executor overlap.Executor) func() []live.Worker {
	at, ok := executor.(workingPlace)
	if !ok {
		return nil
	}
	return func() []live.Worker {
		var all []live.Worker
		for _, w := range at.Workers() {
			runs := "no calls of this job"
			if len(w.Makes) > 0 {
				runs = fmt.Sprintf("%s, %s at once", strings.Join(w.Makes, ", "), figures.Count(w.Slots, "call"))
			}
			all = append(all, live.Worker{ID: w.ID, Name: "worker " + w.Name, Counted: true, Runs: runs, Made: w.Made})
		}
		return all
	}
}
