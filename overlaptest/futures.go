package overlaptest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/overlap"
)

var futures = []behaviour{
	{"one that is canceled before it starts never starts", []int{1, 3}, background | limit, cancelPending},
	{"one that is canceled while it runs is told", []int{2, 3, 78, 83}, background, cancelRunning},
	{"one that has ended cannot be canceled", []int{2, 88, 94}, 0, cancelEnded},
	{"a wait that is cut short leaves the call alone", []int{4}, background, cutWaitShort},
	{"one waiter's deadline is nobody else's", []int{4}, background, oneWaitersDeadline},
	{"many waiters get the same value", []int{5}, 0, manyWaiters},
	{"an error that looks empty is a failure", []int{9}, 0, emptyErrors},
	{"each has an error of its own", []int{10}, 0, ownErrors},
	{"a nil value is a value", []int{9}, 0, nilValues},
	{"a nil interface is a value", []int{9}, memory, nilInterfaces},
	{"the result says everything about the call", []int{3}, 0, futureResult},
}

func cancelPending(t *testing.T, s *suite) {
	ctx := t.Context()
	g := overlap.NewGroup(ctx, s.newExecutor())
	var running []*overlap.Future[time.Duration]
	for range s.Limit {
		running = append(running, overlap.Submit(g, holds, time.Hour))
	}
	victim := overlap.Submit(g, doubled, 1)
	s.settles(t, "all slots are taken", func() bool { return running[len(running)-1].Running() })
	equal(t, "outcome of one that waits for a slot", victim.Outcome(), overlap.Pending)
	equal(t, "running", victim.Running(), false)

	equal(t, "Cancel", victim.Cancel(), true)
	equal(t, "Cancel again", victim.Cancel(), true)
	_, err := victim.Wait(ctx)
	is(t, "Wait", err, overlap.ErrFutureCanceled)
	is(t, "Wait", err, context.Canceled)
	equal(t, "outcome", victim.Outcome(), overlap.NeverStarted)
	equal(t, "attempts", as[*overlap.CallError](t, "Wait", err).Attempt, 0)
	for _, f := range running {
		equal(t, "outcome of a sibling", f.Outcome(), overlap.Pending)
		f.Cancel()
	}
	succeeds(t, "Group.Wait", g.Wait())
}

func cancelRunning(t *testing.T, s *suite) {
	ctx := t.Context()
	g := overlap.NewGroup(ctx, s.newExecutor())
	f := overlap.Submit(g, waits, time.Hour)
	s.settles(t, "the call runs", f.Running)
	equal(t, "outcome of one that runs", f.Outcome(), overlap.Pending)
	sibling := overlap.Submit(g, doubled, 4)

	equal(t, "Cancel", f.Cancel(), true)
	_, err := f.Wait(ctx)
	is(t, "Wait", err, context.Canceled)
	equal(t, "outcome", f.Outcome(), overlap.Canceled)
	equal(t, "running", f.Running(), false)
	equal(t, "Cancel again", f.Cancel(), true)
	n, err := sibling.Wait(ctx)
	succeeds(t, "a sibling", err)
	equal(t, "a sibling", n, 8)
	succeeds(t, "Group.Wait", g.Wait())
}

func cancelEnded(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.KeepGoing())
	good, bad := overlap.Submit(g, failsAtSevens, 1), overlap.Submit(g, failsAtSevens, 7)
	for _, f := range []overlap.AnyFuture{good, bad} {
		<-f.Done()
	}
	equal(t, "Cancel of one that succeeded", good.Cancel(), false)
	equal(t, "Cancel of one that failed", bad.Cancel(), false)
	n, err := good.Wait(t.Context())
	succeeds(t, "Wait", err)
	equal(t, "value", n, 2)
	equal(t, "outcome", bad.Outcome(), overlap.Failed)
	equal(t, "failed calls", len(failedCalls(t, "Group.Wait", g.Wait())), 1)
}

func cutWaitShort(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	f := overlap.Submit(g, waits, 2*s.moment())
	ended, end := context.WithCancelCause(t.Context())
	impatient := errors.New("impatient")
	end(impatient)
	_, err := f.Wait(ended)
	is(t, "a poll", err, impatient)
	short, cancel := context.WithTimeout(t.Context(), s.moment()/2)
	defer cancel()
	_, err = f.Wait(short)
	is(t, "a short wait", err, context.DeadlineExceeded)
	equal(t, "outcome after it", f.Outcome(), overlap.Pending)
	d, err := f.Wait(t.Context())
	succeeds(t, "a long wait", err)
	equal(t, "value", d, 2*s.moment())
	d, err = f.Wait(ended)
	succeeds(t, "a poll of one that has ended", err)
	equal(t, "value", d, 2*s.moment())
	succeeds(t, "Group.Wait", g.Wait())
}

func oneWaitersDeadline(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	f := overlap.Submit(g, waits, 2*s.moment())
	short, cancel := context.WithTimeout(t.Context(), s.moment()/2)
	defer cancel()
	errs := make(chan error, 2)
	for _, ctx := range []context.Context{short, t.Context()} {
		go func() { _, err := f.Wait(ctx); errs <- err }()
	}
	is(t, "the first to give up", <-errs, context.DeadlineExceeded)
	succeeds(t, "the one who waited", <-errs)
	succeeds(t, "Group.Wait", g.Wait())
}

func manyWaiters(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	f := overlap.Submit(g, waits, s.moment())
	values := make(chan time.Duration, 50)
	for range cap(values) {
		go func() { d, _ := f.Wait(t.Context()); values <- d }()
	}
	for range cap(values) {
		equal(t, "value", <-values, s.moment())
	}
	succeeds(t, "Group.Wait", g.Wait())
}

func emptyErrors(t *testing.T, s *suite) {
	executor := s.newExecutor()
	values, err := overlap.Map(t.Context(), executor, looksEmpty, numbers(10), overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	equal(t, "failed calls of a Map", len(failed), 10)
	equal(t, "values of a Map", values, make([]int, 10))
	for r := range overlap.Stream(t.Context(), executor, looksEmpty, upTo(10)) {
		equal(t, "outcome in a Stream", r.Outcome, overlap.Failed)
		equal(t, "an error in a Stream", r.Err != nil, true)
	}
	g := overlap.NewGroup(t.Context(), executor, overlap.KeepGoing())
	for i := range 2 {
		_, err = overlap.Submit(g, looksEmpty, i).Wait(t.Context())
		equal(t, "an error of a future", err != nil, true)
	}
	err = g.Wait()
	equal(t, "failed calls of a Group", len(failedCalls(t, "Group.Wait", err)), 2)
	equal(t, "the message survives", fmt.Sprint(err) != "", true)
}

func ownErrors(t *testing.T, s *suite) {
	_, err := overlap.Map(t.Context(), s.newExecutor(), failsAtSevens, numbers(50), overlap.KeepGoing())
	seen := map[*overlap.CallError]bool{}
	for i, e := range failedCalls(t, "Map", err) {
		seen[e] = true
		equal(t, "index", e.Index, 7*i)
		equal[any](t, "input", e.Input, 7*i)
		equal(t, "attempt", e.Attempt, 1)
		equal(t, "task", e.Task, failsAtSevens.Name())
		s.says(t, "message", e.Err, sevenError{7 * i}.Error())
	}
	equal(t, "errors of their own", len(seen), 8)
}

func nilValues(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	f := overlap.Submit(g, nothing, 1)
	p, err := f.Wait(t.Context())
	succeeds(t, "Wait", err)
	equal(t, "value", p, nil)
	succeeds(t, "Group.Wait", g.Wait())
}

func nilInterfaces(t *testing.T, s *suite) {
	task := overlap.Func(func(context.Context, error) (fmt.Stringer, error) { return nil, nil })
	executor := s.newExecutor()
	g := overlap.NewGroup(t.Context(), executor)
	f := overlap.Submit(g, task, nil)
	v, err := f.Wait(t.Context())
	succeeds(t, "Wait", err)
	equal(t, "value", v, nil)
	r, over := f.Result()
	equal(t, "over", over, true)
	equal(t, "input", r.Input, nil)
	succeeds(t, "Group.Wait", g.Wait())
	values, err := overlap.Map(t.Context(), executor, task, []error{nil, errStopped})
	succeeds(t, "Map", err)
	equal(t, "values", values, []fmt.Stringer{nil, nil})
	_, err = overlap.Map(t.Context(), executor, task.Untyped(), []any{nil, errStopped})
	succeeds(t, "Map of it untyped", err)
}

func futureResult(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	first, f := overlap.Submit(g, doubled, 3), overlap.Submit(g, swapped, Pair{"a", "b"})
	v, err := f.Wait(t.Context())
	succeeds(t, "Wait", err)
	equal(t, "value", v, Pair{"b", "a"})
	<-first.Done()
	r, over := f.Result()
	equal(t, "over", over, true)
	equal(t, "index", r.Index, 1)
	equal[any](t, "input", r.Input, Pair{"a", "b"})
	equal(t, "value", r.Value, Pair{"b", "a"})
	equal(t, "outcome", r.Outcome, overlap.Succeeded)
	equal(t, "attempts", r.Attempts, 1)
	if r.Queued > r.Started || r.Started > r.Finished || r.Worker < 0 {
		t.Errorf("times or worker make no sense: %+v", r)
	}
	succeeds(t, "Group.Wait", g.Wait())
}
