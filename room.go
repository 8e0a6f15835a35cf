package overlap

// TrySubmit is [Submit] for a group with a [Window] that is full: where Submit would wait for room, TrySubmit returns nil
// and false, and nothing has been submitted. It refuses for no other reason: without a Window there always is room, and
// a group that is over gives a future that fails with [ErrGroupOver], as Submit does. Under [Sync] it runs the call
// first. Safe for concurrent use, also from calls of the group.
func TrySubmit[In, Out any](g *Group, task *Task[In, Out], in In) (*Future[Out], bool) {
	g.mustBeMade("TrySubmit")
	task.mustBeMade("TrySubmit")
	j := &g.job
	if j.room != nil {
		select {
		case j.room <- struct{}{}:
		default:
			if !j.stopped.Load() {
				return nil, false
			}
			return newSubmission(j, task, in).submit(), true // which refuses it
		}
	}
	s := newSubmission(j, task, in)
	s.future.inWindow = j.room != nil
	return s.submit(), true
}

// waitForRoom waits until the group's window has a free place, and takes that for the future, unless the group ends
// before. A call of the group does not wait: were all that are in the window to submit, none would ever end.
func (j *groupJob) waitForRoom(f *future) {
	select {
	case j.room <- struct{}{}:
		f.inWindow = true
		return
	default:
	}
	if j.stopped.Load() || j.runsHere() {
		return
	}
	whileWaiting(j.callerCtx, &j.Job, func() {
		select {
		case j.room <- struct{}{}:
			f.inWindow = true
		case <-j.ctx.Done():
		case <-j.drained:
		}
	})
}

// leaveRoom frees the place in its group's window that a future has taken, if it has taken one.
func (f *future) leaveRoom() {
	if f.inWindow {
		f.inWindow = false
		<-f.job.room
	}
}
