package overlap

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"syscall"
	"time"
)

// OnLocalLimit has fn told when the machine lacks something that calls of the job need, such as file descriptors, so
// that fewer of them run at once: once a job, with the error of the first call that met the limit.
//
// Such a call has not failed. It is held back, with its worker, until another call of the job has ended, and then made
// again; that was no attempt. Only a call that meets the limit while no other call of its job runs fails, when it has
// tried twice. That holds for calls in this process, with or without OnLocalLimit. What counts are the errors EMFILE,
// ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL, and EAGAIN and EBADF where a program could not be started, anywhere in the tree
// of the error. On [Auto], no more calls are in flight from then on than have found what they need, until more do.
//
// fn runs on the goroutine of the call and must not wait for calls of the job. Several OnLocalLimits in the options of
// one job are all told. OnLocalLimit panics when fn is nil.
func OnLocalLimit(fn func(err error)) Option {
	if fn == nil {
		panic("overlap: OnLocalLimit: the function is nil")
	}
	return jobOption(func(o *options) { o.onLocalLimit = append(o.onLocalLimit, fn) })
}

// localLimits are what this machine, rather than the call, is in want of.
var localLimits = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL}

// localLimit is which of them err tells of, or nil.
func localLimit(err error) error {
	for _, limit := range localLimits {
		if errors.Is(err, limit) {
			return limit
		}
	}
	start, ok := errors.AsType[*fs.PathError](err)
	switch {
	case !ok || start.Op != "fork/exec":
	case errors.Is(err, syscall.EAGAIN):
		return syscall.EAGAIN
	case errors.Is(err, syscall.EBADF): // what dup3 says of a number that the limit of descriptors does not allow
		return syscall.EMFILE
	}
	return nil
}

// heldBackCalls are a job's calls that wait for others to give back what the machine lacks. They are guarded by the
// job's mutex.
type heldBackCalls struct {
	resumes    []chan struct{} // one for each such call, closed when another call has ended; longest first
	triedAlone int             // the index + 1 of the last call that was held back while no other ran
	aloneWaits bool            // that one still waits
	announced  bool            // OnLocalLimit was told
	noAddress  bool            // a call alone met EADDRNOTAVAIL: the address is at fault (::1 without IPv6), not the ports
}

const (
	aloneWait = 20 * time.Millisecond  // before a call that met a limit alone tries again
	mostWait  = 100 * time.Millisecond // what others than our calls hold may be given back without our hearing of it
)

// holdBackFor makes a call that met a local limit wait with its goroutine and puts it back, to be made again. It
// reports false when the call has failed, since no other call runs that could give back what is lacking.
func (c Call) holdBackFor(ctx context.Context, limit, err error) bool {
	if limit == nil {
		return false
	}
	j := c.worker.job
	index := c.Index() + 1
	j.mu.Lock()
	others := j.inFlight() - len(j.resumes) - 1
	alone := others <= 0 && !j.aloneWaits
	hopeless := alone && j.triedAlone == index
	if limit == syscall.EADDRNOTAVAIL {
		hopeless = hopeless || j.noAddress
		j.noAddress = hopeless
	}
	notThere := limit == syscall.EADDRNOTAVAIL && j.noAddress
	if hopeless || j.stopped.Load() {
		j.mu.Unlock()
		if t := j.tuner; t != nil && notThere {
			t.lacksNothing()
		}
		return false
	}
	if alone {
		j.triedAlone, j.aloneWaits = index, true
	}
	room := make(chan struct{})
	j.resumes = append(j.resumes, room)
	j.heldBack.Store(int32(len(j.resumes)))
	announce := !j.announced
	j.announced = true
	j.mu.Unlock()

	if j.tuner != nil {
		j.tuner.lacks(c, limit, others)
	}
	if announce {
		for _, fn := range j.options.onLocalLimit {
			fn(err)
		}
	}
	wait := mostWait
	if alone {
		wait = aloneWait
	}
	_, _ = Await(ctx, func() (struct{}, error) { // a Loop's turn goes to others meanwhile
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-room:
		case <-timer.C:
		case <-ctx.Done():
		case <-j.drained:
		}
		return struct{}{}, nil
	})
	j.mu.Lock()
	j.resumes = slices.DeleteFunc(j.resumes, func(r chan struct{}) bool { return r == room })
	j.heldBack.Store(int32(len(j.resumes)))
	j.aloneWaits = j.aloneWaits && !alone
	j.mu.Unlock()
	c.giveBack(0)
	return true
}

// letOneTryAgain lets one call try again that was held back, since another has ended.
func (j *Job) letOneTryAgain() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.resumes) > 0 {
		close(j.resumes[0])
		j.resumes = j.resumes[1:]
		j.heldBack.Store(int32(len(j.resumes)))
	}
}

// inFlight is how many calls of the job are with its workers at most, those that are held back included. The job's
// mutex is held.
func (j *Job) inFlight() int {
	if j.inline != nil {
		return 1
	}
	if j.offer == nil {
		return j.countBusy()
	}
	n := int(j.openCalls.Load()) - j.callSet.ready() - len(j.requeued)
	if keys := j.keys(); keys != nil {
		n -= int(keys.waiting.Load())
	}
	if j.policies() == nil { // else those that sleep wait for their keys
		n -= len(j.sleeping)
	}
	if !j.closed.Load() {
		n--
	}
	return n
}
