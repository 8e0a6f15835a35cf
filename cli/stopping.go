package cli

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
)

// drainCalls is what the first Ctrl-C does: only what runs is let end.
func (j *job) drainCalls(by os.Signal) {
	j.interrupted.Store(true)
	j.drain(errInterrupted)
	select {
	case <-time.After(settling): // until what does not run has ended
	case <-j.over:
		switch {
		case j.kept != nil && j.kept.run.IsFinishing():
			j.messages.sayf("all calls are over, and %s is being made of their results; %s leaves them in %s",
				j.kept.at.Name(), j.again(by), j.kept.run.Partial())
			return
		case j.ended.Load() > 0 || j.tally.left > 0:
			return // the summary says so
		}
	}
	running := j.running()
	if running == 0 {
		j.messages.sayf("interrupted: no more inputs are drawn")
		return
	}
	inTime := ""
	if by == syscall.SIGTERM {
		inTime = ", and so does the time in " + cancelAfter.String()
	}
	j.messages.sayf("interrupted: no more inputs are drawn, and %s; %s cancels them%s",
		figures.Counted(running, "call under way is let end", "calls under way are let end"), j.again(by), inTime)
}

// again is what takes the next step, after the one that by led to. A process that has taken a job over has no terminal.
func (j *job) again(by os.Signal) string {
	if by == os.Signal(byOrder{}) || j.handover != nil {
		return fmt.Sprintf("%s jobs cancel %s again", j.name, j.id)
	}
	return "Ctrl-C again"
}

const settling = 120 * time.Millisecond // longer than events take, see overlap.Observe

// endForNobody ends the job when the reader of its results has gone: no calls are made for nobody.
func (j *job) endForNobody() {
	j.readerGone.Store(true)
	j.drain(errReaderGone)
	j.cancel(errReaderGone)
}

var errReaderGone = errors.New("nobody reads the results any more")

// cancelCalls is what the second does.
func (j *job) cancelCalls(by os.Signal) {
	select {
	case <-j.over:
		if j.kept != nil {
			j.kept.run.Leave() // finish tells where the results are
			return
		}
	default:
	}
	late := ""
	if by == nil {
		late = cancelAfter.String() + " after the signal to end: "
	}
	next := "Ctrl-C again ends the command"
	if j.handover != nil {
		next = fmt.Sprintf("kill -QUIT %d ends the job", os.Getpid())
	}
	if running := j.running(); running > 0 {
		j.messages.sayf("%scanceling %s; %s without waiting for them", late, figures.Count(running, "call"), next)
	} else {
		j.messages.sayf("%sno call is under way; %s at once", late, next)
	}
	j.cancel(errInterrupted)
}

// exitNow is what the third does. The results that there are, are kept. It waits for nobody who does not read what is
// written, nor for a disk.
func (j *job) exitNow(os.Signal) {
	j.leaving.Store(true)
	var status atomic.Int32
	status.Store(exitInterrupted)
	within(time.Second, func() {
		j.messages.draw("")
		if !j.opened.Load() {
			return
		}
		_, _ = j.results.flush(), j.trace.close() // there is no later line that could tell
		how := "ended at once"
		if running := j.running(); running > 0 {
			how = "ended without waiting for " + figures.Count(running, "call")
		}
		switch {
		case j.kept != nil && j.kept.run.Leave(): // too late
			j.messages.sayf("all calls are over, and %s has their results", j.kept.at.Name())
			status.Store(int32(j.finishedStatus()))
		case j.kept != nil && j.kept.where() != "":
			j.messages.sayf("%s; %s", how, j.kept.where())
		case j.ended.Load() > 0:
			j.messages.sayf("%s", how)
		}
	})
	os.Exit(int(status.Load()))
}

// within waits for fn, but no longer than d.
func within(d time.Duration, fn func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-time.After(d):
	}
}

// running is how many calls run.
func (j *job) running() int64 {
	if j.underWay != nil {
		return j.underWay.count()
	}
	return max(0, j.drawn.Load()-j.ended.Load())
}

// underWay counts the calls that run, where drawn and ended do not tell: results wait for their turn, or thousands of
// requests for their hosts. It is safe for concurrent use.
type underWay struct {
	mu    sync.Mutex
	calls map[int]struct{}
}

func (u *underWay) observe(_ int, events []overlap.Event) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, e := range events {
		switch e.Kind {
		case overlap.EventStarted:
			u.calls[e.Index] = struct{}{}
		case overlap.EventFinished, overlap.EventRetried:
			delete(u.calls, e.Index)
		}
	}
}

func (u *underWay) count() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return int64(len(u.calls))
}
