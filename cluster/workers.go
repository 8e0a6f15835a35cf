package cluster

import (
	"cmp"
	"slices"
	"time"
)

// queuedAfter is how long nothing is heard of a chunk before its calls count as queued.
const queuedAfter = time.Second

// WorkerInfo is a worker that is there.
type WorkerInfo struct {
	ID    string   // tells it from others, of the same name too
	Name  string   // its machine and process
	Slots int      // how many calls it makes at once
	Tasks []string // the names of its tasks, each with its version if it has one: "resize (version 2)"

	Runs      []string // the names of those that it makes calls of now, of any job
	PerSecond float64  // how many calls have ended there a second, lately

	Makes []string // those of its tasks that this executor has had calls of, which are for it
	Made  int64    // calls of this executor that it has answered, since it was first heard
}

// Workers are the workers that are there, by their names. A worker says twice a second that it is there, apart from its
// answers, so the first call that it makes may have ended before it is among them.
func (x *Executor) Workers() []WorkerInfo {
	x.mu.Lock()
	defer x.mu.Unlock()
	var all []WorkerInfo
	for id, w := range x.workers {
		info := WorkerInfo{ID: id, Name: w.name, Slots: w.slots, Made: w.made, PerSecond: w.perSecond()}
		for _, t := range w.runs {
			info.Runs = append(info.Runs, t.String())
		}
		for _, t := range w.tasks {
			info.Tasks = append(info.Tasks, t.String())
			if x.wants(t) {
				info.Makes = append(info.Makes, t.String())
			}
		}
		slices.Sort(info.Runs)
		slices.Sort(info.Tasks)
		slices.Sort(info.Makes)
		all = append(all, info)
	}
	slices.SortFunc(all, func(a, b WorkerInfo) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all
}

// UnderWay is how many calls of this executor are under way: those that have been submitted and have not ended. More may have
// been drawn by their jobs.
func (x *Executor) UnderWay() int64 { return x.underWay.Load() }

// Queued is how many calls of this executor wait for a worker: those that have been submitted and that no worker has said to
// have for a second. A worker says twice a second which calls it has, so one that has begun can count for half a second
// more.
func (x *Executor) Queued() (queued int64) {
	now := time.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range x.parcels {
		if now.Sub(p.sentAt) >= queuedAfter && !p.lost.Load() && p.lastHeard().IsZero() {
			queued += int64(len(p.calls))
		}
	}
	return queued
}

// countMade counts calls that a worker has answered.
func (x *Executor) countMade(worker string, calls int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if w := x.workers[worker]; w != nil {
		w.made += int64(calls)
	}
}
