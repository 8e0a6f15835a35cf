package overlap

// jobQueue are the jobs that want a worker from Slots, whose mutex guards it. Each is in one queue at most, and any of
// them can leave it at any time.
type jobQueue struct{ first, last *Job }

func (q *jobQueue) add(j *Job) {
	j.queued.Store(true)
	j.before = q.last
	if q.last == nil {
		q.first = j
	} else {
		q.last.after = j
	}
	q.last = j
}

func (q *jobQueue) remove(j *Job) {
	if j.before == nil {
		q.first = j.after
	} else {
		j.before.after = j.after
	}
	if j.after == nil {
		q.last = j.before
	} else {
		j.after.before = j.before
	}
	j.before, j.after = nil, nil
	j.queued.Store(false)
}
