package overlap

import (
	"context"
	"time"
)

// Lend says that the work given to [Job.Serve] runs no task on its goroutine, but has it run elsewhere. A goroutine
// that waits for a single future may then do the work itself: waking another one costs more than sending a call to a
// process and reading the reply.
func (j *Job) Lend() { j.lends = true }

// lateness is how long a single submitted call waits for a goroutine that waits for it, before a worker is started.
const lateness = 50 * time.Microsecond

// offerLate has the only call of a group that lends its work started later, unless somebody waits for it meanwhile.
func (j *groupJob) offerLate() bool {
	if !j.lends || j.queued.Load() != 1 || j.workers.Load() != 1 {
		return false
	}
	j.queueing.Lock()
	defer j.queueing.Unlock()
	if j.late == nil {
		j.late = time.AfterFunc(lateness, j.kick)
	} else {
		j.late.Reset(lateness)
	}
	return true
}

// serve does the work for the future's call on this goroutine, which waits for it, if that is the only one to be done
// and there is a slot. ctx must not end before the call is to end.
func (f *future) serve(ctx context.Context) {
	j := f.job
	if !j.lends || ctx.Done() != nil && ctx != j.outer || frameOf(ctx) != nil || j.queued.Load() != 1 {
		return
	}
	w := j.borrow(f)
	if w == nil {
		return
	}
	returned := false
	defer func() { w.quit(returned) }()
	j.body(w)
	returned = true
}

// borrow returns a worker with a slot for the future's call alone, or nil.
func (j *groupJob) borrow(f *future) *Worker {
	j.queueing.Lock()
	mine := j.head < len(j.queue) && j.queue[j.head] == f
	if mine && j.late != nil {
		j.late.Stop()
	}
	j.queueing.Unlock()
	if !mine {
		return nil
	}
	w := j.slots.hireFor(f)
	if w == nil {
		j.kick() // in place of the alarm, which nobody else would set again
	}
	return w
}

// hireFor returns a worker of the future's job that is not working, with a slot, for that call alone; nil if there is
// no slot or no such worker.
func (s *Slots) hireFor(f *future) *Worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used >= s.limit {
		return nil
	}
	w := f.job.hireUnparked()
	if w == nil {
		return nil
	}
	s.used++
	w.hold.holding = true
	w.fresh, w.pulled, w.size, w.exact, w.only = false, false, 0, false, f
	return w
}
