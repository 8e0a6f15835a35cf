package overlaptest

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

const abandons = memory | background | timeout | bubble

var abandoning = []behaviour{
	{"a call that does not come back is abandoned, and counted", []int{5, 79}, abandons, isAbandoned},
	{"the slot of an abandoned call is free", []int{76, 79}, abandons | limit, abandonedSlotIsFree},
	{"results are right around abandoned calls", []int{76, 79}, abandons, abandonedAmongOthers},
	{"an abandoned call may panic or end its goroutine later", []int{5, 65}, abandons, abandonedEndsBadly},
	{"an abandoned call that waits in Await or for other calls disturbs nothing", []int{55, 79}, abandons,
		abandonedWhileWaiting},
	{"an abandoned call is not tried again", []int{79}, abandons, abandonedIsNotRetried},
	{"after a plain cancel nothing is abandoned", []int{84}, abandons, cancelAbandonsNothing},
	{"on the caller a call is waited for instead", []int{79, 89}, onCaller | bubble, callerWaits},
}

// stubborn does not listen, and takes so long.
func stubborn(_ context.Context, d time.Duration) (int, error) {
	time.Sleep(d)
	return 42, nil
}

// comeBack lets abandoned calls come back: a bubble's clock stops with its test.
func comeBack() { time.Sleep(2 * time.Hour) }

var (
	brief        = []overlap.Option{overlap.Timeout(time.Second), overlap.Grace(2 * time.Second)}
	briefGoingOn = with(brief, overlap.KeepGoing()) // for a Map or a Group
)

func isAbandoned(t *testing.T, s *suite) {
	defer comeBack()
	executor := s.newExecutor()
	before := overlap.AbandonedRunning()
	check := func(start time.Time, err error, o overlap.Outcome) {
		t.Helper()
		s.took(t, start, 3*time.Second)
		equal(t, "outcome", o, overlap.Abandoned)
		e := as[*overlap.TimeoutError](t, "error", err)
		equal(t, "timeout", e.Timeout, time.Second)
		equal(t, "grace", e.Grace, 2*time.Second)
		is(t, "error", err, context.DeadlineExceeded)
		equal(t, "abandoned calls that run", overlap.AbandonedRunning(), before+1)
		time.Sleep(time.Hour)
		synctest.Wait()
		equal(t, "abandoned calls that run, later", overlap.AbandonedRunning(), before)
	}
	start := time.Now()
	got, err := overlap.Map(t.Context(), executor, overlap.Func(stubborn), []time.Duration{time.Minute}, briefGoingOn...)
	check(start, err, failedCalls(t, "Map", err)[0].Outcome)
	equal(t, "the value, which came too late", got[0], 0)

	start = time.Now()
	for r := range overlap.Stream(t.Context(), executor, overlap.Func(stubborn),
		func(yield func(time.Duration) bool) { yield(time.Minute) }, brief...) {
		check(start, r.Err, r.Outcome)
		equal(t, "the value, which came too late", r.Value, 0)
	}

	start = time.Now()
	g := overlap.NewGroup(t.Context(), executor, briefGoingOn...)
	f := overlap.Submit(g, overlap.Func(stubborn), time.Minute)
	<-f.Done()
	err = g.Wait()
	check(start, f.Err(), f.Outcome())
	n, _ := f.Wait(t.Context())
	equal(t, "the value, which came too late", n, 0)
	equal(t, "outcome afterwards", f.Outcome(), overlap.Abandoned)
	is(t, "Group.Wait", err, f.Err())
	works(t, executor)
}

func abandonedSlotIsFree(t *testing.T, s *suite) {
	defer comeBack()
	executor := s.newExecutor()
	start := time.Now()
	in := make([]time.Duration, 5*s.Limit)
	for i := range in {
		in[i] = time.Hour
	}
	_, err := overlap.Map(t.Context(), executor, overlap.Func(stubborn), in, briefGoingOn...)
	equal(t, "failures", len(failedCalls(t, "Map", err)), len(in))
	s.took(t, start, 5*3*time.Second)
	works(t, executor)
	s.took(t, start, 5*3*time.Second)
}

func abandonedAmongOthers(t *testing.T, s *suite) {
	defer comeBack()
	executor := s.newExecutor()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if n%7 == 0 {
			return stubborn(ctx, time.Minute)
		}
		return 2 * n, nil
	})
	got, err := overlap.Map(t.Context(), executor, task, numbers(100), briefGoingOn...)
	equal(t, "failures", len(failedCalls(t, "Map", err)), 15)
	for i, v := range got {
		if i%7 != 0 {
			equal(t, "value", v, 2*i)
		}
	}
	for _, o := range ordering {
		for _, window := range []int{1, 5, 64} {
			count := 0
			for r := range overlap.Stream(t.Context(), executor, task, upTo(100), with(brief, append(o.options,
				overlap.Window(window))...)...) {
				if count++; r.Index%7 == 0 {
					equal(t, "outcome", r.Outcome, overlap.Abandoned)
					equal(t, "value of an abandoned call", r.Value, 0)
				} else {
					equal(t, "value", r.Value, 2*r.Index)
				}
			}
			equal(t, "results", count, 100)
		}
	}
	time.Sleep(time.Hour)
	equal(t, "values after the abandoned calls have come back", got[7], 0)
	works(t, executor)
}

func abandonedEndsBadly(t *testing.T, s *suite) {
	defer comeBack()
	executor := s.newExecutor()
	before := overlap.AbandonedRunning()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		stubborn(ctx, time.Minute)
		if n%2 == 0 {
			panic("too late")
		}
		runtime.Goexit()
		return 0, nil
	})
	_, err := overlap.Map(t.Context(), executor, task, numbers(4), briefGoingOn...)
	for _, e := range failedCalls(t, "Map", err) {
		equal(t, "outcome", e.Outcome, overlap.Abandoned)
	}
	time.Sleep(time.Hour)
	synctest.Wait()
	equal(t, "abandoned calls that run", overlap.AbandonedRunning(), before)
	works(t, executor)
}

func abandonedWhileWaiting(t *testing.T, s *suite) {
	defer comeBack()
	executor := s.newExecutor()
	before := overlap.AbandonedRunning()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if n%2 == 0 {
			return overlap.Await(ctx, func() (int, error) { return stubborn(ctx, time.Minute) })
		}
		v, err := overlap.Map(ctx, executor, overlap.Func(stubborn), []time.Duration{time.Minute})
		return v[0], err
	})
	_, err := overlap.Map(t.Context(), executor, task, numbers(6), briefGoingOn...)
	for _, e := range failedCalls(t, "Map", err) {
		equal(t, "outcome", e.Outcome, overlap.Abandoned)
	}
	works(t, executor)
	time.Sleep(time.Hour)
	synctest.Wait()
	equal(t, "abandoned calls that run", overlap.AbandonedRunning(), before)
	if s.Limit > 0 { // no slot was lost, and none came twice
		start := time.Now()
		in := make([]time.Duration, 3*s.Limit)
		for i := range in {
			in[i] = time.Second
		}
		_, err = overlap.Map(t.Context(), executor, holds, in)
		succeeds(t, "a Map afterwards", err)
		s.took(t, start, 3*time.Second)
	}
}

func abandonedIsNotRetried(t *testing.T, s *suite) {
	defer comeBack()
	start := time.Now()
	_, err := overlap.Map(t.Context(), s.newExecutor(), overlap.Func(stubborn), []time.Duration{time.Minute},
		with(briefGoingOn, overlap.Retry(5))...)
	equal(t, "attempts", failedCalls(t, "Map", err)[0].Attempt, 1)
	s.took(t, start, 3*time.Second)
}

func cancelAbandonsNothing(t *testing.T, s *suite) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	start := time.Now()
	got, err := overlap.Map(ctx, s.newExecutor(), overlap.Func(stubborn), []time.Duration{time.Hour})
	succeeds(t, "a Map whose only call succeeded all the same", err)
	equal(t, "values", got, []int{42})
	s.took(t, start, time.Hour)
}

func callerWaits(t *testing.T, s *suite) {
	start := time.Now()
	got, err := overlap.Map(t.Context(), s.newExecutor(), overlap.Func(stubborn),
		[]time.Duration{time.Minute}, briefGoingOn...)
	succeeds(t, "Map", err)
	equal(t, "values", got, []int{42})
	s.took(t, start, time.Minute)
}
