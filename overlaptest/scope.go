package overlaptest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

var scope = []behaviour{
	{"the first failure cancels the siblings and all are joined", []int{82, 33}, several | background | told, firstFailure},
	{"failures during the cancel are reported as well", []int{82}, several | background | told | inGo, lateFailures},
	{"with KeepGoing a failure leaves the siblings alone", []int{82, 91}, several | background, failureLeavesSiblings},
	{"an outer cancel joins all and is reported", []int{84}, background, outerCancel},
	{"failures win over an outer cancel, which is named too", []int{84, 86}, several | background | told | inGo, failureAndCancel},
	{"it takes nothing after a failure or after Wait", []int{32, 85}, 0, overIsOver},
	{"calls of the group submit to it while Wait waits", []int{8, 33}, memory | background, submitWhileWaiting},
	{"submit, then cancel, then Wait does not hang", []int{34, 36, 44}, 0, cancelBeforeWait},
	{"Wait can be called again", []int{39}, 0, waitAgain},
	{"many goroutines may submit at once", []int{53}, 0, submitFromMany},
	{"one that goes on for ever keeps a bounded number of failures", nil, 0, boundedFailures},
	{"a failure of one child reaches those that wait for it", []int{82, 87}, background, failureReachesWaiters},
}

func firstFailure(t *testing.T, s *suite) {
	start := time.Now()
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	slow := overlap.Submit(g, outlastsWithValue, s.moment()) // it takes so long to stop
	quick := overlap.Submit(g, waits, time.Hour)
	bad := overlap.Submit(g, failsAfter, s.moment())
	err := g.Wait()
	failed := failedCalls(t, "Group.Wait", err)
	equal(t, "failures", len(failed), 1)
	is(t, "Group.Wait", err, bad.Err())
	equal(t, "outcome of a sibling", quick.Outcome(), overlap.Canceled)
	s.took(t, start, 2*s.moment())
	equal(t, "outcome of one that returned a value all the same", slow.Outcome(), overlap.Succeeded)
}

func lateFailures(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	overlap.Submit(g, outlastsWithError, s.moment())
	overlap.Submit(g, failsAfter, s.moment())
	equal(t, "failures", len(failedCalls(t, "Group.Wait", g.Wait())), 2)
}

func failureLeavesSiblings(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.KeepGoing())
	bad, good := overlap.Submit(g, failsAfter, s.moment()), overlap.Submit(g, waits, 2*s.moment())
	<-bad.Done()
	late := overlap.Submit(g, doubled, 2)
	equal(t, "failures", len(failedCalls(t, "Group.Wait", g.Wait())), 1)
	equal(t, "outcome of a sibling", good.Outcome(), overlap.Succeeded)
	equal(t, "outcome of a later one", late.Outcome(), overlap.Succeeded)
}

func outerCancel(t *testing.T, s *suite) {
	why := errors.New("the user has gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	g := overlap.NewGroup(ctx, s.newExecutor())
	var all []*overlap.Future[time.Duration]
	for range 20 {
		all = append(all, overlap.Submit(g, waits, time.Hour))
	}
	s.settles(t, "a call runs", all[0].Running)
	cancel(why)
	err := g.Wait()
	is(t, "Group.Wait", err, why)
	equal(t, "calls without a value", slices.Collect(noneFailed(t, "Group.Wait", err).Missing()), numbers(20))
	for _, f := range all {
		switch f.Outcome() {
		case overlap.Canceled:
		case overlap.NeverStarted:
			is(t, "a call that never started", f.Err(), why)
		default:
			t.Errorf("outcome: got %v, want canceled or never started", f.Outcome())
		}
	}
}

func failureAndCancel(t *testing.T, s *suite) {
	why := errors.New("the user has gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	g := overlap.NewGroup(ctx, s.newExecutor())
	bad := overlap.Submit(g, outlastsWithError, s.moment())
	s.settles(t, "a call runs", bad.Running)
	other := overlap.Submit(g, waits, time.Hour)
	s.settles(t, "another runs", other.Running)
	cancel(why)
	err := g.Wait()
	is(t, "the cancel", err, why)
	is(t, "the failure", err, bad.Err())
	job := as[*overlap.JobError](t, "Group.Wait", err)
	equal(t, "failures", len(job.Failed), 1)
	is(t, "the cause in it", job.Cause, why)
	equal(t, "the cancel is still pending", ctx.Err() != nil, true)
}

func overIsOver(t *testing.T, s *suite) {
	executor := s.newExecutor()
	g := overlap.NewGroup(t.Context(), executor)
	bad := overlap.Submit(g, failsAtSevens, 7)
	<-bad.Done()
	s.settles(t, "the failure has canceled the group", func() bool {
		return errors.Is(overlap.Submit(g, doubled, 1).Err(), overlap.ErrGroupOver)
	})
	late := overlap.Submit(g, doubled, 1)
	equal(t, "outcome after a failure", late.Outcome(), overlap.NeverStarted)
	is(t, "error after a failure", late.Err(), overlap.ErrGroupOver)
	equal(t, "Cancel of it", late.Cancel(), false)
	err := g.Wait()
	equal(t, "failures", len(failedCalls(t, "Group.Wait", err)), 1)

	g = overlap.NewGroup(t.Context(), executor)
	overlap.Submit(g, doubled, 1)
	succeeds(t, "Group.Wait", g.Wait())
	late = overlap.Submit(g, doubled, 1)
	equal(t, "outcome after Wait", late.Outcome(), overlap.NeverStarted)
	_, err = late.Wait(t.Context())
	is(t, "error after Wait", err, overlap.ErrGroupOver)
	succeeds(t, "Wait again", g.Wait())
}

func submitWhileWaiting(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var made atomic.Int32
	var next *overlap.Task[int, int]
	next = overlap.Func(func(_ context.Context, left int) (int, error) {
		made.Add(1)
		if left > 0 {
			overlap.Submit(g, next, left-1)
		}
		return left, nil
	})
	overlap.Submit(g, next, 100)
	succeeds(t, "Group.Wait", g.Wait())
	equal(t, "calls", made.Load(), 101)
}

func cancelBeforeWait(t *testing.T, s *suite) {
	executor := s.newExecutor()
	start := time.Now()
	for _, n := range []int{1, 10, 1000} {
		g := overlap.NewGroup(t.Context(), executor)
		var all []*overlap.Future[time.Duration]
		for range n {
			d := time.Hour
			if s.OnCaller {
				d = 0
			}
			all = append(all, overlap.Submit(g, waits, d))
		}
		for _, f := range all {
			f.Cancel()
		}
		succeeds(t, "Group.Wait", g.Wait())
		for _, f := range all {
			equal(t, "ended", f.Outcome() != overlap.Pending, true)
		}
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("canceled calls ran for %v", took)
	}
	works(t, executor)
}

func waitAgain(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	bad := overlap.Submit(g, failsAtSevens, 0)
	errs := make(chan error, 3)
	for range cap(errs) {
		go func() { errs <- g.Wait() }()
	}
	for range cap(errs) {
		is(t, "Group.Wait", <-errs, bad.Err())
	}
}

func submitFromMany(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	const goroutines, each = 20, 50
	if s.OnCaller { // a job's calls run on one goroutine at a time there
		t.Skip("not for this executor: calls run on the goroutine that submits")
	}
	done := make(chan bool)
	for range goroutines {
		go func() {
			defer func() { done <- true }()
			for i := range each {
				n, err := overlap.Submit(g, doubled, i).Wait(t.Context())
				succeeds(t, "Wait", err)
				equal(t, "value", n, 2*i)
			}
		}()
	}
	for range goroutines {
		<-done
	}
	succeeds(t, "Group.Wait", g.Wait())
}

func failureReachesWaiters(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var all []*overlap.Future[time.Duration]
	for range 10 {
		all = append(all, overlap.Submit(g, waits, time.Hour))
	}
	errs := make(chan error, len(all))
	for _, f := range all {
		go func() { _, err := f.Wait(t.Context()); errs <- err }()
	}
	if !s.RealTime {
		synctest.Wait()
	}
	all[0].Cancel() // makes room where there is one slot
	bad := overlap.Submit(g, failsAtSevens, 7)
	if s.Limit > 0 && !s.Cooperative {
		for _, f := range all[1:] {
			f.Cancel()
		}
	}
	for range all {
		equal(t, "an error", <-errs != nil, true)
	}
	is(t, "Group.Wait", g.Wait(), bad.Err())
}

func boundedFailures(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.KeepGoing())
	const calls = 1100
	for range calls {
		<-overlap.Submit(g, failsAtSevens, 7).Done()
	}
	err := g.Wait()
	job := as[*overlap.JobError](t, "Group.Wait", err)
	equal(t, "failures that are kept", len(job.Failed), 1000)
	equal(t, "failures that are counted", job.More, calls-1000)
	equal(t, "calls", job.Total, calls)
	if !strings.Contains(err.Error(), "1100 of 1100 calls failed") || !strings.HasSuffix(err.Error(), "and 1097 more") {
		t.Errorf("Group.Wait: got the error %v", err)
	}
}
