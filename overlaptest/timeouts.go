package overlaptest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
)

var timeouts = []behaviour{
	{"an attempt that outlasts its timeout has timed out, and it alone", []int{76}, timeout, timesOut},
	{"the clock starts with the attempt", []int{77}, timeout, clockStartsWithAttempt},
	{"it ends only when the task has stopped", []int{89}, timeout | told | bubble, timeoutWaitsForTask},
	{"a value returned after the timeout is kept", []int{89}, timeout | told, lateValueIsKept},
	{"a foreign cancel is no timeout", []int{90}, timeout, foreignCancel},
	{"of nested timeouts only the one that expired reports", []int{90}, timeout | memory | bubble, nestedTimeouts},
	{"a job's timeout wins over its task's", []int{76}, timeout | bubble, jobsTimeoutWins},
	{"the task's context knows its deadline", []int{76}, timeout | memory | bubble, deadlineIsKnown},
	{"a timed-out attempt may be made again", []int{76}, timeout | bubble, timeoutThenRetry},
	{"a limit by the median of those that succeeded holds", nil, timeout, medianHolds},
	{"a limit by the median holds for those that run when it is found", nil, timeout | several, medianHoldsForRunning},
	{"there is no median before five have succeeded", nil, timeout, medianOfFew},
	{"an attempt that outlasts the median may be made again", nil, timeout | bubble, medianThenRetry},
}

func timesOut(t *testing.T, s *suite) {
	executor := s.newExecutor()
	d := s.moment()
	got, err := overlap.Map(t.Context(), executor, waits, []time.Duration{0, time.Hour, 0},
		overlap.Timeout(d), overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	equal(t, "failures", len(failed), 1)
	check := func(err error, o overlap.Outcome) {
		t.Helper()
		equal(t, "outcome", o, overlap.TimedOut)
		is(t, "error", err, context.DeadlineExceeded)
		e := as[*overlap.TimeoutError](t, "error", err)
		equal(t, "timeout", e.Timeout, d)
		equal(t, "grace", e.Grace, time.Second)
	}
	check(failed[0], failed[0].Outcome)
	equal(t, "index", failed[0].Index, 1)
	equal(t, "values", got, []time.Duration{0, 0, 0})
	for r := range overlap.Stream(t.Context(), executor, waits,
		func(yield func(time.Duration) bool) { yield(time.Hour) }, overlap.Timeout(d)) {
		check(r.Err, r.Outcome)
	}
	g := overlap.NewGroup(t.Context(), executor, overlap.Timeout(d), overlap.KeepGoing())
	f, sibling := overlap.Submit(g, waits, time.Hour), overlap.Submit(g, waits, 0)
	<-f.Done()
	check(f.Err(), f.Outcome())
	<-sibling.Done()
	equal(t, "outcome of a sibling", sibling.Outcome(), overlap.Succeeded)
	equal(t, "failures", len(failedCalls(t, "Group.Wait", g.Wait())), 1)
	works(t, executor)
}

func clockStartsWithAttempt(t *testing.T, s *suite) {
	in := make([]time.Duration, 20)
	for i := range in {
		in[i] = s.moment() / 5
	}
	_, err := overlap.Map(t.Context(), s.newExecutor(), holds, in, overlap.Timeout(s.moment()))
	succeeds(t, "Map of calls that wait longer than they run", err)
}

func timeoutWaitsForTask(t *testing.T, s *suite) {
	start := time.Now()
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Timeout(time.Second), overlap.Grace(time.Minute))
	f := overlap.Submit(g, outlastsWithError, 10*time.Second)
	<-f.Done()
	s.took(t, start, 11*time.Second)
	equal(t, "outcome", f.Outcome(), overlap.TimedOut)
	s.says(t, "what the task returned", as[*overlap.TimeoutError](t, "error", f.Err()).Err, errStopped.Error())
	is(t, "Group.Wait", g.Wait(), context.DeadlineExceeded)
}

func lateValueIsKept(t *testing.T, s *suite) {
	got, err := overlap.Map(t.Context(), s.newExecutor(), outlastsWithValue, []time.Duration{0},
		overlap.Timeout(s.moment()))
	succeeds(t, "Map", err)
	equal(t, "values", got, []int{42})
}

func foreignCancel(t *testing.T, s *suite) {
	ctx, cancel := context.WithTimeout(t.Context(), s.moment())
	defer cancel()
	_, err := overlap.Map(ctx, s.newExecutor(), waits, []time.Duration{time.Hour}, overlap.Timeout(time.Minute))
	is(t, "Map", err, context.DeadlineExceeded)
	if _, timedOut := errors.AsType[*overlap.TimeoutError](err); timedOut {
		t.Errorf("the caller's deadline is reported as the attempt's: %v", err)
	}
}

func nestedTimeouts(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, inner := range []time.Duration{time.Second, time.Minute} {
		var innerErr error
		task := overlap.Func(func(ctx context.Context, n int) (int, error) {
			_, innerErr = overlap.Map(ctx, executor, waits, []time.Duration{time.Hour}, overlap.Timeout(inner))
			return 0, innerErr
		})
		_, err := overlap.Map(t.Context(), executor, task, []int{1}, overlap.Timeout(10*time.Second))
		outer := failedCalls(t, "Map", err)[0].Outcome
		_, innerTimedOut := errors.AsType[*overlap.CallError](innerErr)
		if inner == time.Second {
			equal(t, "outcome of the outer call", outer, overlap.Failed)
			equal(t, "the inner call has timed out", innerTimedOut, true)
			equal(t, "timeout", as[*overlap.TimeoutError](t, "inner error", innerErr).Timeout, inner)
		} else {
			equal(t, "outcome of the outer call", outer, overlap.TimedOut)
			equal(t, "the inner call has timed out", innerTimedOut, false)
			equal(t, "timeout", as[*overlap.TimeoutError](t, "outer error", err).Timeout, 10*time.Second)
		}
	}
}

var waitsASecond = overlap.Define("overlaptest/wait-at-most-a-second", waitAnyhow, overlap.Timeout(time.Second))

func waitAnyhow(ctx context.Context, d time.Duration) (time.Duration, error) {
	return overlap.Await(ctx, func() (time.Duration, error) { return pause(ctx, d) })
}

func jobsTimeoutWins(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, c := range []struct {
		options []overlap.Option
		want    time.Duration
	}{
		{nil, time.Second},
		{[]overlap.Option{overlap.Timeout(3 * time.Second)}, 3 * time.Second},
	} {
		start := time.Now()
		_, err := overlap.Map(t.Context(), executor, waitsASecond, []time.Duration{time.Hour}, c.options...)
		equal(t, "timeout of a Map", as[*overlap.TimeoutError](t, "Map", err).Timeout, c.want)
		s.took(t, start, c.want)
		g := overlap.NewGroup(t.Context(), executor, c.options...)
		overlap.Submit(g, waitsASecond, time.Hour)
		equal(t, "timeout of a Group", as[*overlap.TimeoutError](t, "Group.Wait", g.Wait()).Timeout, c.want)
		s.took(t, start, 2*c.want)
	}
}

func deadlineIsKnown(t *testing.T, s *suite) {
	executor := s.newExecutor()
	start := time.Now()
	task := overlap.Func(func(ctx context.Context, n int) (time.Duration, error) {
		deadline, _ := ctx.Deadline()
		return deadline.Sub(start), nil
	})
	got, err := overlap.Map(t.Context(), executor, task, []int{1}, overlap.Timeout(time.Second))
	succeeds(t, "Map", err)
	equal(t, "deadline in a Map", got[0], time.Second)
	g := overlap.NewGroup(t.Context(), executor, overlap.Timeout(time.Minute))
	d, err := overlap.Submit(g, task, 1).Wait(t.Context())
	succeeds(t, "Wait", err)
	equal(t, "deadline in a Group", d, time.Minute)
	succeeds(t, "Group.Wait", g.Wait())
}

func timeoutThenRetry(t *testing.T, s *suite) {
	start := time.Now()
	_, err := overlap.Map(t.Context(), s.newExecutor(), waits, []time.Duration{time.Hour},
		overlap.Timeout(time.Second), overlap.RetryPolicy{Extra: 2, Base: 1, Max: 1})
	e := failedCalls(t, "Map", err)[0]
	equal(t, "outcome", e.Outcome, overlap.TimedOut)
	equal(t, "attempts", e.Attempt, 3)
	if took := time.Since(start); took < 3*time.Second || took > 3*time.Second+4 {
		t.Errorf("three attempts of a second took %v", took)
	}
}

// medianFactor is a factor with which nothing is late but what ought to be, also on a machine that has much to do.
func (s *suite) medianFactor() float64 {
	if s.RealTime {
		return 30
	}
	return 2
}

func medianHolds(t *testing.T, s *suite) {
	executor := s.newExecutor()
	d, factor := s.moment()/5, s.medianFactor()
	least := time.Duration(factor * float64(d))
	median := overlap.MedianTimeout(factor)
	in := []time.Duration{d, d, d, d, d, time.Hour, d}
	check := func(what string, err error, o overlap.Outcome) {
		t.Helper()
		equal(t, "outcome, "+what, o, overlap.TimedOut)
		is(t, "error, "+what, err, context.DeadlineExceeded)
		limit := as[*overlap.TimeoutError](t, "error, "+what, err).Timeout
		if limit < least || !s.RealTime && limit > least+least/100 {
			t.Errorf("%s: the limit was %v, and %v times the median is %v", what, limit, factor, least)
		}
	}
	got, err := overlap.Map(t.Context(), executor, waits, in, median, overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	equal(t, "failures", len(failed), 1)
	check("Map", failed[0], failed[0].Outcome)
	equal(t, "index", failed[0].Index, 5)
	equal(t, "values", got, []time.Duration{d, d, d, d, d, 0, d})
	for _, r := range collect(overlap.Stream(t.Context(), executor, waits, slices.Values(in), median)) {
		if r.Input == time.Hour {
			check("Stream", r.Err, r.Outcome)
		} else {
			succeeds(t, "Stream", r.Err)
		}
	}
	g := overlap.NewGroup(t.Context(), executor, median, overlap.KeepGoing())
	for _, d := range in {
		overlap.Submit(g, waits, d)
	}
	failed = failedCalls(t, "Group.Wait", g.Wait())
	equal(t, "failures", len(failed), 1)
	check("Group", failed[0], failed[0].Outcome)
	works(t, executor)
}

func medianHoldsForRunning(t *testing.T, s *suite) {
	d := s.moment() / 5
	_, err := overlap.Map(t.Context(), s.newExecutor(), waits, []time.Duration{time.Hour, d, d, d, d, d},
		overlap.MedianTimeout(s.medianFactor()), overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	equal(t, "failures", len(failed), 1)
	equal(t, "outcome", failed[0].Outcome, overlap.TimedOut)
}

func medianOfFew(t *testing.T, s *suite) {
	d := s.moment() / 5
	in := []time.Duration{d, d, d, d, 5 * d}
	_, err := overlap.Map(t.Context(), s.newExecutor(), waits, in, overlap.MedianTimeout(2))
	succeeds(t, "Map", err)
}

func medianThenRetry(t *testing.T, s *suite) {
	start := time.Now()
	in := append(slices.Repeat([]time.Duration{0}, 200), time.Hour)
	_, err := overlap.Map(t.Context(), s.newExecutor(), waits, in,
		overlap.MedianTimeout(2), overlap.RetryPolicy{Extra: 2, Base: 1, Max: 1})
	e := failedCalls(t, "Map", err)[0]
	equal(t, "outcome", e.Outcome, overlap.TimedOut)
	equal(t, "attempts", e.Attempt, 3)
	if took := time.Since(start); took < 30*time.Millisecond || took > 30*time.Millisecond+4 {
		t.Errorf("three attempts of 10 ms, the shortest limit, took %v", took)
	}
}
