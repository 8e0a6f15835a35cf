package overlap

import "sync/atomic"

// jobQueue are the jobs that want a worker from Slots, whose mutex guards it. Each is in one queue at most, and any of
// them can leave it at any time.
type jobQueue struct {
	levels   [levels]struct{ first, last *Job } // by priority, the highest first; each longest first
	taken    int                                // how many times next had more than one level to choose from
	lowerDue atomic.Bool                        // the next slot is for a job of a lower priority
}

// severalWant stands for several jobs of a priority that want a slot; for the highest, also for calls that want theirs
// back, and for slots above the limit.
var severalWant = [levels]*Job{{level: 0}, {level: 1}, {level: 2}}

func (q *jobQueue) add(j *Job) {
	at := &q.levels[j.level]
	j.queued.Store(true)
	j.queuedBefore = at.last
	if at.last == nil {
		at.first = j
	} else {
		at.last.queuedAfter = j
	}
	at.last = j
}

func (q *jobQueue) remove(j *Job) {
	at := &q.levels[j.level]
	if j.queuedBefore == nil {
		at.first = j.queuedAfter
	} else {
		j.queuedBefore.queuedAfter = j.queuedAfter
	}
	if j.queuedAfter == nil {
		at.last = j.queuedBefore
	} else {
		j.queuedAfter.queuedBefore = j.queuedBefore
	}
	j.queuedBefore, j.queuedAfter = nil, nil
	j.queued.Store(false)
}

// next is the job whose turn it is to get a slot, or nil: the longest of the highest priority. In one turn of eight it is one
// of the next lower priority, and in one of eight of these one of the lowest.
func (q *jobQueue) next() *Job {
	var wanting [levels]*Job
	n := 0
	for i := range q.levels {
		if j := q.levels[i].first; j != nil {
			wanting[n] = j
			n++
		}
	}
	if n < 2 {
		return wanting[0]
	}
	q.taken++
	skip := 0
	if q.lowerDue.Swap(false) || q.taken%lowerTurn == 0 {
		skip = 1
		if q.taken/lowerTurn%lowerTurn == 0 {
			skip = 2
		}
	}
	return wanting[min(skip, n-1)]
}

// all are the jobs in the queue, those of the highest priority first.
func (q *jobQueue) all(yield func(*Job) bool) {
	for i := range q.levels {
		for j := q.levels[i].first; j != nil; j = j.queuedAfter {
			if !yield(j) {
				return
			}
		}
	}
}

// wanting is the job of the highest priority, or severalWant, and whether there are any of a lower one.
func (q *jobQueue) wanting() (top *Job, lower bool) {
	for i := range q.levels {
		switch at := &q.levels[i]; {
		case at.first == nil:
		case top != nil:
			return top, true
		case at.first == at.last:
			top = at.first
		default:
			top = severalWant[i]
		}
	}
	return top, false
}
