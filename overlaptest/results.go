package overlaptest

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/overlap"
)

var results = []behaviour{
	{"each input has its result, in the order of the inputs", nil, 0, resultsInOrder},
	{"of no inputs there are none", nil, 0, resultsOfNothing},
	{"calls that a cancel cut short or kept from starting have theirs", nil, memory | bubble | several, resultsOfCanceled},
	{"of a job that was over before it began, no call has started", nil, 0, resultsOfNeverStarted},
	{"a policy that ends the job is its error", nil, 0, resultsOfHalted},
	{"a share that ends the job is of all inputs", nil, 0, resultsOfShare},
}

func resultsInOrder(t *testing.T, s *suite) {
	in := numbers(1000)
	got, err := overlap.MapResults(t.Context(), s.newExecutor(), failsAtSevens, in)
	succeeds(t, "MapResults", err)
	equal(t, "results", len(got), len(in))
	for i, r := range got {
		equal(t, "index", r.Index, i)
		equal(t, "input", r.Input, i)
		equal(t, "attempts", r.Attempts, 1)
		if i%7 == 0 {
			equal(t, "outcome", r.Outcome, overlap.Failed)
			equal(t, "index of the error", as[*overlap.CallError](t, "a failure", r.Err).Index, i)
		} else {
			equal(t, "outcome", r.Outcome, overlap.Succeeded)
			equal(t, "value", r.Value, 2*i)
			succeeds(t, "a success", r.Err)
		}
	}
}

func resultsOfNothing(t *testing.T, s *suite) {
	got, err := overlap.MapResults(t.Context(), s.newExecutor(), doubled, nil)
	succeeds(t, "MapResults", err)
	equal(t, "results", len(got), 0)
}

// resultsOfCanceled has more inputs than a window, so that some are not even drawn.
func resultsOfCanceled(t *testing.T, s *suite) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	in := make([]time.Duration, s.many(3000))
	for i := range in[2:] {
		in[2+i] = time.Hour
	}
	got, err := overlap.MapResults(ctx, s.newExecutor(), waits, in)
	is(t, "MapResults", err, context.DeadlineExceeded)
	equal(t, "results", len(got), len(in))
	seen := map[overlap.Outcome]int{}
	for i, r := range got {
		seen[r.Outcome]++
		equal(t, "index", r.Index, i)
		equal(t, "input", r.Input, in[i])
		if r.Outcome != overlap.Succeeded {
			equal(t, "outcome of the error", as[*overlap.CallError](t, "a call", r.Err).Outcome, r.Outcome)
		}
		if r.Outcome == overlap.NeverStarted {
			is(t, "one that never started", r.Err, context.DeadlineExceeded)
		}
	}
	equal(t, "calls that succeeded", seen[overlap.Succeeded], 2)
	equal(t, "all others were canceled or never started",
		seen[overlap.Canceled] > 0 && seen[overlap.Canceled]+seen[overlap.NeverStarted] == len(in)-2, true)
}

func resultsOfNeverStarted(t *testing.T, s *suite) {
	why := errors.New("it is over")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	executor := s.newExecutor()
	got, err := overlap.MapResults(ctx, executor, doubled, numbers(200))
	is(t, "MapResults", err, why)
	for i, r := range got {
		equal(t, "index", r.Index, i)
		equal(t, "input", r.Input, i)
		equal(t, "outcome", r.Outcome, overlap.NeverStarted)
		is(t, "error", r.Err, why)
	}
	works(t, executor)
}

func resultsOfHalted(t *testing.T, s *suite) {
	got, err := overlap.MapResults(t.Context(), s.newExecutor(), failsAtSevens, numbers(5000),
		overlap.HaltPolicy{On: overlap.OnFailure, Count: 3})
	as[*overlap.HaltError](t, "MapResults", err)
	equal(t, "results", len(got), 5000)
	equal(t, "outcome of the last", got[len(got)-1].Outcome, overlap.NeverStarted)
	as[*overlap.HaltError](t, "the last", got[len(got)-1].Err)
}

// resultsOfShare has one failure early on, which would be more than the share of what has been drawn by then.
func resultsOfShare(t *testing.T, s *suite) {
	_, err := overlap.MapResults(t.Context(), s.newExecutor(), failsAtSevens, numbers(7),
		overlap.HaltPolicy{On: overlap.OnFailure, Percent: 50})
	succeeds(t, "MapResults that fails by less", err)
	calls := s.many(5000)
	_, err = overlap.MapResults(t.Context(), s.newExecutor(), failsAtSevens, numbers(calls),
		overlap.HaltPolicy{On: overlap.OnFailure, Percent: 1})
	halted := as[*overlap.HaltError](t, "MapResults", err)
	equal(t, "failures", halted.Ended, calls/100)
	equal(t, "total", halted.Total, calls)
}
