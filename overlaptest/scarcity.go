package overlaptest

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

var scarcity = []behaviour{
	{"calls that lack descriptors are made when others have ended", nil, memory | bubble, scarceDescriptors},
	{"a call that lacks descriptors while no other runs fails", nil, memory | bubble, lacksForGood},
	{"a cancel ends calls that wait for descriptors", nil, memory | bubble | background, cancelScarce},
	{"an address that is not there is soon no matter of waiting", nil, memory | bubble, noSuchAddress},
	{"to wait for descriptors is no attempt", nil, memory | bubble, scarceIsNoAttempt},
}

// descriptors are some that calls take for a while; without one, a call fails as the system has it fail.
func descriptors(n int32, hold time.Duration) *overlap.Task[int, int] {
	var taken atomic.Int32
	return overlap.Func(func(ctx context.Context, i int) (int, error) {
		defer taken.Add(-1)
		if taken.Add(1) > n {
			return 0, fmt.Errorf("opening: %w", syscall.EMFILE)
		}
		_, err := overlap.Await(ctx, func() (time.Duration, error) { return pause(ctx, hold) })
		return 2 * i, err
	})
}

func scarceDescriptors(t *testing.T, s *suite) {
	executor := s.newExecutor()
	task := descriptors(3, time.Second)
	told := 0
	tell := overlap.OnLocalLimit(func(err error) {
		told++
		is(t, "what ran out", err, syscall.EMFILE)
	})
	got, err := overlap.Map(t.Context(), executor, task, numbers(40), tell)
	succeeds(t, "Map", err)
	equal(t, "values", got, doubles(40))
	equal(t, "messages, at most", min(told, 1), told)
	if s.Limit == Unlimited || s.Limit > 3 || s.Cooperative {
		equal(t, "messages", told, 1)
	}
	for r := range overlap.Stream(t.Context(), executor, task, upTo(40)) {
		succeeds(t, "a result", r.Err)
	}
	g := overlap.NewGroup(t.Context(), executor)
	var futures []*overlap.Future[int]
	for i := range 40 {
		futures = append(futures, overlap.Submit(g, task, i))
	}
	succeeds(t, "Group.Wait", g.Wait())
	for i, f := range futures {
		n, err := f.Wait(t.Context())
		succeeds(t, "a future", err)
		equal(t, "its value", n, 2*i)
	}
}

func lacksForGood(t *testing.T, s *suite) {
	executor := s.newExecutor()
	_, err := overlap.Map(t.Context(), executor, descriptors(0, 0), numbers(5), overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	equal(t, "calls that failed", len(failed), 5)
	for _, e := range failed {
		is(t, "a call", e, syscall.EMFILE)
		equal(t, "outcome", e.Outcome, overlap.Failed)
	}
	g := overlap.NewGroup(t.Context(), executor)
	_, err = overlap.Submit(g, descriptors(0, 0), 1).Wait(t.Context())
	is(t, "a future", err, syscall.EMFILE)
	is(t, "Group.Wait", g.Wait(), syscall.EMFILE)
}

func cancelScarce(t *testing.T, s *suite) {
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errStopped)
	defer cancel()
	start := time.Now()
	_, err := overlap.Map(ctx, s.newExecutor(), descriptors(1, time.Hour), numbers(4), overlap.KeepGoing())
	is(t, "Map", err, errStopped)
	s.took(t, start, time.Minute)

	g := overlap.NewGroup(t.Context(), s.newExecutor())
	first := overlap.Submit(g, descriptors(1, time.Hour), 1)
	s.settles(t, "a call runs", first.Running)
	second := overlap.Submit(g, descriptors(0, 0), 2)
	s.settles(t, "the other has met the limit", func() bool { return true })
	second.Cancel()
	first.Cancel()
	succeeds(t, "Group.Wait", g.Wait())
	equal(t, "the first", first.Outcome(), overlap.Canceled)
}

func scarceIsNoAttempt(t *testing.T, s *suite) {
	for r := range overlap.Stream(t.Context(), s.newExecutor(), descriptors(2, time.Second), upTo(20), overlap.Retry(3)) {
		succeeds(t, "a result", r.Err)
		equal(t, "attempts", r.Attempts, 1)
	}
}

// An address that this machine does not have gives the same error as a lack of ports.
func noSuchAddress(t *testing.T, s *suite) {
	task := overlap.Func(func(context.Context, int) (int, error) { return 0, syscall.EADDRNOTAVAIL })
	start := time.Now()
	_, err := overlap.Map(t.Context(), s.newExecutor(), task, numbers(300), overlap.KeepGoing())
	equal(t, "calls that failed", len(failedCalls(t, "Map", err)), 300)
	if took := time.Since(start); took > time.Second {
		t.Errorf("300 calls were held back for %v in all, for what will not come", took)
	}
}
