package cluster

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// lacking says since when there are workers and none of them can make calls of a task, by the fingerprints of such tasks.
type lacking map[string]time.Time

// mostNamed is how many workers, and tasks of one, an error names.
const mostNamed = 3

// seekLacking finds the tasks that are lacking. x.mu is held.
func (x *Executor) seekLacking(now time.Time) {
	for fingerprint := range x.tasks {
		able := len(x.workers) == 0
		for _, w := range x.workers {
			able = able || hasMark(w.tasks, fingerprint)
		}
		if able {
			delete(x.lacking, fingerprint)
		} else if x.lacking[fingerprint].IsZero() {
			x.lacking[fingerprint] = now
		}
	}
}

// cannot says why no worker can make calls of a task for a job that began at a time. It is nil when one can, when none is
// there, and for as long as one that can may be about to join.
func (x *Executor) cannot(task mark, began time.Time) error {
	if err := x.engine.shutOut(); err != nil && !isClosed(x.stop) {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	since := x.lacking[task.fingerprint]
	if since.IsZero() || time.Since(since) < foundGone || time.Since(began) < foundGone {
		return nil
	}
	var others []string
	advice := "start a worker of this build of the program, by its sub-command worker or cluster.Work"
	for _, w := range x.workers {
		if hasMark(w.barred, task.fingerprint) {
			advice = "start a worker with another key, such as one that the sub-command engine keys add makes"
		}
		others = append(others, w.lacks(task))
	}
	slices.Sort(others)
	return fmt.Errorf("no worker can make calls of %s: %s; %s", task, named(others, "; "), advice)
}

// lacks says that a worker cannot make calls of a task, and what it can do instead.
func (w *workerInfo) lacks(task mark) string {
	if hasMark(w.barred, task.fingerprint) {
		return fmt.Sprintf("%s has it, but its key is not for calls of %s", w.name, task.name)
	}
	if other, ok := namesake(w.tasks, task); ok {
		return fmt.Sprintf("%s has a task %s that %s", w.name, task.name, differs(other, task))
	}
	var names []string
	for _, t := range w.tasks {
		names = append(names, t.String())
	}
	if len(names) == 0 {
		return fmt.Sprintf("%s has no task %s, nor any other", w.name, task.name)
	}
	slices.Sort(names)
	return fmt.Sprintf("%s has no task %s, but %s", w.name, task.name, named(names, ", "))
}

// named makes a text of the first few of some.
func named(all []string, between string) string {
	if more := len(all) - mostNamed; more > 0 {
		all = append(all[:mostNamed:mostNamed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, between)
}
