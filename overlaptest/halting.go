package overlaptest

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/overlap"
)

var halting = []behaviour{
	{"at the n-th failure nothing begins any more", nil, 0, haltsAtFailures},
	{"at the n-th success what runs is canceled, if the policy says so", nil, memory | bubble | several, haltsAtSuccess},
	{"or else comes to its end", nil, memory | bubble | several, haltsSoon},
	{"a share of all calls", nil, 0, haltsAtShare},
	{"a policy that is not met changes nothing", nil, 0, haltNotMet},
	{"a job ends when its time is over", nil, bubble | told, timeLimitEnds},
	{"calls that ignore the end of their job's time are abandoned", nil, memory | bubble | timeout | background,
		timeLimitAbandons},
	{"a job that ends in time is not disturbed", nil, 0, timeLimitKept},
}

func haltsAtFailures(t *testing.T, s *suite) {
	executor := s.newExecutor()
	policy := overlap.HaltPolicy{On: overlap.OnFailure, Count: 3}
	_, err := overlap.Map(t.Context(), executor, failsAtSevens, numbers(s.many(5000)), policy)
	halted := as[*overlap.HaltError](t, "Map", err)
	equal(t, "policy", halted.Policy, policy)
	equal(t, "failures", halted.Ended, 3)
	equal(t, "total", halted.Total, s.many(5000))
	if n := len(failedCalls(t, "Map", err)); n < 3 {
		t.Errorf("Map: %d failures, want at least 3", n)
	}
	failed, last := 0, overlap.Result[int, int]{}
	for r := range overlap.Stream(t.Context(), executor, failsAtSevens, forever, policy) {
		if last = r; r.Outcome == overlap.Failed {
			failed++
		}
	}
	equal(t, "Stream: index of the last result", last.Index, -1)
	equal(t, "Stream: failures", as[*overlap.HaltError](t, "Stream", last.Err).Ended, 3)
	if failed < 3 {
		t.Errorf("Stream: %d failures, want at least 3", failed)
	}
	g := overlap.NewGroup(t.Context(), executor, policy)
	for i := range 500 {
		overlap.Submit(g, failsAtSevens, 7*i)
	}
	as[*overlap.HaltError](t, "Group.Wait", g.Wait())
	works(t, executor)
}

func haltsAtSuccess(t *testing.T, s *suite) {
	executor := s.newExecutor()
	start := time.Now()
	got, err := overlap.Map(t.Context(), executor, waits,
		[]time.Duration{time.Hour, time.Minute, time.Hour, 2 * time.Hour},
		overlap.HaltPolicy{On: overlap.OnSuccess, Count: 1, Now: true})
	as[*overlap.HaltError](t, "Map", err)
	equal(t, "the call that succeeded", got[1], time.Minute)
	equal(t, "calls without a value", count(noneFailed(t, "Map", err).Missing()), 3)
	s.took(t, start, time.Minute)
	start = time.Now()
	n := 0
	in := []time.Duration{time.Hour, time.Minute, time.Hour}
	for r := range overlap.Stream(t.Context(), executor, waits, func(yield func(time.Duration) bool) {
		for _, d := range in {
			if !yield(d) {
				return
			}
		}
	}, overlap.HaltPolicy{On: overlap.OnSuccess, Count: 1, Now: true}) {
		if n++; r.Index < 0 {
			as[*overlap.HaltError](t, "the last result", r.Err)
		}
	}
	equal(t, "results", n, 4)
	s.took(t, start, time.Minute)
}

func haltsSoon(t *testing.T, s *suite) {
	executor := s.newExecutor()
	start := time.Now()
	in := []time.Duration{time.Hour, time.Minute, time.Hour, 2 * time.Hour}
	got, err := overlap.Map(t.Context(), executor, waits, in, overlap.HaltPolicy{On: overlap.OnEnd, Count: 1})
	succeeds(t, "Map whose calls had all begun", err)
	equal(t, "values", got, in)
	s.took(t, start, 2*time.Hour)
}

func haltsAtShare(t *testing.T, s *suite) {
	executor := s.newExecutor()
	policy := overlap.HaltPolicy{On: overlap.OnFailure, Percent: 10}
	calls := s.many(2000)
	_, err := overlap.Map(t.Context(), executor, failsAtSevens, numbers(calls), policy)
	halted := as[*overlap.HaltError](t, "Map", err)
	equal(t, "failures", halted.Ended, calls/10)
	// A Stream's total is known when its inputs end: 100 of 700 calls fail.
	neverStarted := 0
	for r := range overlap.Stream(t.Context(), executor, failsAtSevens, upTo(700), policy, overlap.Window(10)) {
		if r.Index < 0 {
			err = r.Err
		} else if r.Outcome == overlap.NeverStarted {
			neverStarted++
		}
	}
	if neverStarted > 10 {
		t.Errorf("Stream: %d calls never started, though their window is 10", neverStarted)
	}
	equal(t, "total", as[*overlap.HaltError](t, "Stream", err).Total, 700)
}

func haltNotMet(t *testing.T, s *suite) {
	executor := s.newExecutor()
	policy := overlap.HaltPolicy{On: overlap.OnFailure, Percent: 50}
	calls := s.many(700)
	got, err := overlap.Map(t.Context(), executor, doubled, numbers(calls), policy)
	succeeds(t, "Map", err)
	equal(t, "values", got, doubles(calls))
	_, err = overlap.Map(t.Context(), executor, failsAtSevens, numbers(calls), policy)
	equal(t, "failures", len(failedCalls(t, "Map", err)), calls/7)
	if _, halted := errors.AsType[*overlap.HaltError](err); halted {
		t.Errorf("Map was halted: %v", err)
	}
	equal(t, "results", len(collect(overlap.Stream(t.Context(), executor, failsAtSevens, upTo(calls), policy))), calls)
}

func timeLimitEnds(t *testing.T, s *suite) {
	executor := s.newExecutor()
	limit := overlap.TimeLimit(time.Minute)
	start := time.Now()
	in := []time.Duration{time.Hour, time.Hour}
	_, err := overlap.Map(t.Context(), executor, waits, in, limit)
	equal(t, "limit", as[*overlap.TimeLimitError](t, "Map", err).Limit, time.Minute)
	is(t, "Map", err, context.DeadlineExceeded)
	equal(t, "calls without a value", count(noneFailed(t, "Map", err).Missing()), 2)
	s.took(t, start, time.Minute)
	for r := range overlap.Stream(t.Context(), executor, waits, func(yield func(time.Duration) bool) {
		for yield(time.Hour) {
		}
	}, limit, overlap.Window(s.many(1000))) {
		if r.Index < 0 || r.Outcome == overlap.NeverStarted {
			as[*overlap.TimeLimitError](t, "Stream", r.Err)
		} else {
			equal(t, "outcome", r.Outcome, overlap.Canceled)
		}
	}
	s.took(t, start, 2*time.Minute)
	if !s.OnCaller {
		g := overlap.NewGroup(t.Context(), executor, limit)
		overlap.Submit(g, waits, time.Hour)
		as[*overlap.TimeLimitError](t, "Group.Wait", g.Wait())
		s.took(t, start, 3*time.Minute)
	}
	works(t, executor)
}

func timeLimitAbandons(t *testing.T, s *suite) {
	release := make(chan struct{})
	stuck := overlap.Func(func(context.Context, int) (int, error) { <-release; return 0, nil })
	executor := s.newExecutor()
	before := overlap.AbandonedRunning()
	start := time.Now()
	_, err := overlap.Map(t.Context(), executor, stuck, numbers(1), overlap.TimeLimit(time.Minute),
		overlap.Grace(5*time.Second))
	s.took(t, start, time.Minute+5*time.Second)
	as[*overlap.TimeLimitError](t, "Map", err)
	equal(t, "outcome", failedCalls(t, "Map", err)[0].Outcome, overlap.Abandoned)
	equal(t, "abandoned calls that run", overlap.AbandonedRunning()-before, 1)
	works(t, executor)
	close(release)
	s.settles(t, "the abandoned call comes back", func() bool { return overlap.AbandonedRunning() == before })
}

func timeLimitKept(t *testing.T, s *suite) {
	executor := s.newExecutor()
	limit := overlap.TimeLimit(time.Hour)
	got, err := overlap.Map(t.Context(), executor, doubled, numbers(100), limit)
	succeeds(t, "Map", err)
	equal(t, "values", got, doubles(100))
	equal(t, "results", len(collect(overlap.Stream(t.Context(), executor, doubled, upTo(100), limit))), 100)
}
