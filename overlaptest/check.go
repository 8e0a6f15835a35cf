package overlaptest

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"testing"

	"example.com/overlap"
)

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// is checks that err is, or wraps, the target.
func is(t *testing.T, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: got the error %v, want %v", what, err, target)
	}
}

// succeeds checks that there is no error.
func succeeds(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: got the error %v, want none", what, err)
	}
}

// as checks that err is, or wraps, an E, and returns it; the zero E if not.
func as[E error](t *testing.T, what string, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("%s: got the error %T %v, want a %v", what, err, err, reflect.TypeFor[E]())
	}
	return e
}

// failedCalls are the calls that err, a *JobError, says failed.
func failedCalls(t *testing.T, what string, err error) []*overlap.CallError {
	t.Helper()
	return as[*overlap.JobError](t, what, err).Failed
}

// noneFailed checks that err is a *JobError of a job of which no call failed by itself, and returns it.
func noneFailed(t *testing.T, what string, err error) *overlap.JobError {
	t.Helper()
	job := as[*overlap.JobError](t, what, err)
	equal(t, what+": failures", len(job.Failed), 0)
	return job
}

// numbers are the ints from 0 to n-1, and doubles what task doubled makes of them.
func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func doubles(n int) []int {
	all := numbers(n)
	for i := range all {
		all[i] *= 2
	}
	return all
}

// forever yields 0, 1, 2 and so on.
func forever(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

// count is how many values the sequence has.
func count[T any](seq iter.Seq[T]) int {
	n := 0
	for range seq {
		n++
	}
	return n
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

// collect takes all results.
func collect[In, Out any](seq iter.Seq[overlap.Result[In, Out]]) []overlap.Result[In, Out] {
	var all []overlap.Result[In, Out]
	for r := range seq {
		all = append(all, r)
	}
	return all
}

// hold waits for the gate and keeps the call's slot meanwhile; park lets others run where that is possible.
func hold(ctx context.Context, gate <-chan struct{}) error {
	select {
	case <-gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func park(ctx context.Context, gate <-chan struct{}) error {
	_, err := overlap.Await(ctx, func() (struct{}, error) { return struct{}{}, hold(ctx, gate) })
	return err
}

// works checks that the executor is as good as new.
func works(t *testing.T, executor overlap.Executor) {
	t.Helper()
	got, err := overlap.Map(t.Context(), executor, doubled, numbers(20))
	succeeds(t, "a Map afterwards", err)
	equal(t, "a Map afterwards", got, doubles(20))
}
