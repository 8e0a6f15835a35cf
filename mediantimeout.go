package overlap

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// MedianTimeout is a [Timeout] that a job finds by itself: an attempt may take factor times as long as the median of
// the attempts that have succeeded in this job, once five have. Until then nothing is bounded; from then on those
// attempts are as well that run already. The limit follows the median, and is never below 10 ms, as shorter times say
// more about the machine than about calls. Of a [Group], the calls of each task, by its name, have their own.
//
// What becomes of an attempt that outlasts the limit is what [Timeout] and [Grace] say. But since the limit may change,
// the attempt's context has no deadline: it is canceled, with the *[TimeoutError] as its cause. A Timeout that is given
// as well, or that the task has, holds besides. An executor that makes calls elsewhere keeps to the limit if it says
// [Call.Started] and heeds the end of [Call.Context], as worker processes do, which see it some 10 ms late.
//
// The limit is right to within 2 %, and takes 60 KB for any number of calls. It costs about a microsecond a call.
// MedianTimeout panics when factor is not a positive number.
func MedianTimeout(factor float64) Option {
	if !(factor > 0) || math.IsInf(factor, 1) {
		panic(fmt.Sprintf("overlap: MedianTimeout: must be a positive number, got %v", factor))
	}
	return jobOption(func(o *options) { o.medianTimeout = factor })
}

const (
	leastForMedian     = 5 // how many attempts must have succeeded
	leastMedianTimeout = 10 * time.Millisecond
)

// medianTimeouts bound the attempts of a job by how long others took.
type medianTimeouts struct {
	factor float64
	job    *Job

	mu        sync.Mutex // guards all that follows, and what it leads to
	byTask    map[string]*attemptTimes
	elsewhere map[callKey]*timedAttempt // those that executors make elsewhere and have said to be started
}

// callKey tells the calls of a job apart that are running.
type callKey struct {
	place  int64
	future *future
}

// attemptTimes are how long the attempts at calls of a task took, and those that run, in the order of their starts.
type attemptTimes struct {
	*medianTimeouts
	median median        // of the attempts that succeeded
	limit  time.Duration // 0: none yet

	oldest, newest *timedAttempt
	timer          *time.Timer // nil: no alarm is set
	alarmAt        time.Duration
}

// timedAttempt is an attempt that runs.
type timedAttempt struct {
	times       *attemptTimes
	began       time.Duration
	ctx         context.Context // the attempt's
	cancel      context.CancelCauseFunc
	timeout     *TimeoutError   // the cause of ctx, if the attempt has outlasted the limit
	onOutlasted func(why error) // called when it has

	before, after *timedAttempt
	listed        bool // it is among those that run
	outlasted     bool
}

func newMedianTimeouts(j *Job) *medianTimeouts {
	if j.options.medianTimeout == 0 {
		return nil
	}
	return &medianTimeouts{factor: j.options.medianTimeout, job: j,
		byTask: map[string]*attemptTimes{}, elsewhere: map[callKey]*timedAttempt{}}
}

// start bounds an attempt that begins, whose context becomes that of what it returns.
func (m *medianTimeouts) start(
	c Call, ctx context.Context, at, grace time.Duration, onOutlasted func(error),
) *timedAttempt {
	a := &timedAttempt{began: at, onOutlasted: onOutlasted, timeout: &TimeoutError{Grace: grace}}
	a.ctx, a.cancel = context.WithCancelCause(ctx)
	name := ""
	if m.job.task == nil {
		name = m.job.callSet.taskOf(c).Name()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	a.times = m.byTask[name]
	if a.times == nil {
		a.times = &attemptTimes{medianTimeouts: m}
		m.byTask[name] = a.times
	}
	a.times.add(a)
	a.times.setAlarm()
	return a
}

// end is when the attempt has ended, and reports whether it had outlasted the limit. Its time counts if it succeeded.
func (a *timedAttempt) end(at time.Duration, succeeded bool) (outlasted bool) {
	defer a.cancel(nil)
	t := a.times
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(a)
	if succeeded {
		t.median.add(max(0, at-a.began))
		if t.median.total >= leastForMedian {
			t.limit = timesFactor(t.median.value(), t.factor)
			t.setAlarm()
		}
	}
	return a.outlasted
}

// timesFactor is the limit for a median, without digits that say nothing.
func timesFactor(median time.Duration, factor float64) time.Duration {
	const unit = float64(100 * time.Microsecond)
	limit := math.Ceil(float64(median)*factor/unit) * unit
	if limit >= math.MaxInt64 {
		return math.MaxInt64
	}
	return max(leastMedianTimeout, time.Duration(limit))
}

// stop is when the job is over.
func (m *medianTimeouts) stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, times := range m.byTask {
		if times.timer != nil {
			times.timer.Stop()
		}
	}
}

// add adds an attempt to those that run: nearly always as the last.
func (t *attemptTimes) add(a *timedAttempt) {
	a.listed = true
	a.before = t.newest
	for a.before != nil && a.before.began > a.began {
		a.before = a.before.before
	}
	if a.before == nil {
		a.after, t.oldest = t.oldest, a
	} else {
		a.after, a.before.after = a.before.after, a
	}
	if a.after == nil {
		t.newest = a
	} else {
		a.after.before = a
	}
}

func (t *attemptTimes) remove(a *timedAttempt) {
	if !a.listed {
		return
	}
	if a.before == nil {
		t.oldest = a.after
	} else {
		a.before.after = a.after
	}
	if a.after == nil {
		t.newest = a.before
	} else {
		a.after.before = a.before
	}
	a.before, a.after, a.listed = nil, nil, false
}

// setAlarm has the oldest attempt looked at when its time is over. The mutex is held.
func (t *attemptTimes) setAlarm() {
	if t.limit == 0 || t.oldest == nil {
		return
	}
	at := later(t.oldest.began, t.limit)
	if t.timer != nil && (t.alarmAt <= at || !t.timer.Stop()) {
		return
	}
	t.alarmAt = at
	t.timer = time.AfterFunc(at-t.job.now(), t.wake)
}

// wake ends the contexts of the attempts that have outlasted the limit.
func (t *attemptTimes) wake() {
	var late []*timedAttempt
	t.mu.Lock()
	t.timer = nil
	for now := t.job.now(); t.oldest != nil && later(t.oldest.began, t.limit) <= now; {
		a := t.oldest
		t.remove(a)
		a.outlasted, a.timeout.Timeout = true, t.limit
		late = append(late, a)
	}
	t.setAlarm()
	t.mu.Unlock()
	for _, a := range late {
		a.cancel(a.timeout)
		a.onOutlasted(a.timeout)
	}
}

func (c Call) key() callKey { return callKey{c.place, c.future} }

// started bounds an attempt that is made elsewhere.
func (m *medianTimeouts) started(c Call, at time.Duration) {
	_, grace := c.Timeout()
	a := m.start(c, c.Context(), at, grace, func(error) {})
	m.mu.Lock()
	before := m.elsewhere[c.key()]
	m.elsewhere[c.key()] = a
	m.mu.Unlock()
	if before != nil { // it was said twice
		before.end(0, false)
	}
}

// context is that of an attempt that is made elsewhere; nil before it has been started.
func (m *medianTimeouts) context(c Call) context.Context {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.elsewhere[c.key()]; a != nil {
		return a.ctx
	}
	return nil
}

// take takes an attempt that was made elsewhere; nil if it has not been started.
func (m *medianTimeouts) take(c Call) *timedAttempt {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.elsewhere[c.key()]
	delete(m.elsewhere, c.key())
	return a
}

// forget is when it turns out not to have been made.
func (m *medianTimeouts) forget(c Call) {
	if a := m.take(c); a != nil {
		a.end(0, false)
	}
}

// ended is how an attempt ended that was made elsewhere, where it ended so: one that was canceled for the limit has
// timed out.
func (m *medianTimeouts) ended(c Call, o Outcome, err error) (Outcome, error) {
	a := m.take(c)
	if a == nil || !a.end(c.worker.readClockAtEnd(), o == Succeeded) || o != Canceled && o != Failed {
		return o, err
	}
	return TimedOut, &TimeoutError{Timeout: a.timeout.Timeout, Grace: a.timeout.Grace, Err: withoutCause(err, a.timeout)}
}

// withoutCause is an error without the cause of the cancel that an executor may have joined to it.
func withoutCause(err error, cause *TimeoutError) error {
	if err == error(cause) {
		return context.Canceled
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var parts []error
	if guarded(func() { parts = joined.Unwrap() }) != nil || !slices.Contains(parts, error(cause)) {
		return err
	}
	parts = slices.DeleteFunc(slices.Clone(parts), func(part error) bool { return part == error(cause) })
	switch len(parts) {
	case 0:
		return context.Canceled
	case 1:
		return parts[0]
	}
	return errors.Join(parts...)
}
