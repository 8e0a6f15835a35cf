package overlaptest

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var singleFlights = []behaviour{
	{"calls with equal keys that run at once are made once", nil, memory | bubble | unlimited, flightShared},
	{"and so are those of several jobs", nil, memory | bubble | several | background, flightOverJobs},
	{"a failure is shared", nil, memory | bubble | unlimited, flightFails},
	{"one after another they are made again", nil, memory | onCaller, flightAgain},
	{"when the one that is made is cut off, another is made", nil, memory | bubble | several | background, flightCutOff},
	{"when it panics or ends its goroutine, too", nil, memory | bubble | unlimited, flightBreaks},
	{"one that is abandoned holds up nobody", nil, memory | bubble | timeout | unlimited, flightAbandoned},
	{"tiny calls of few keys", nil, memory, flightTiny},
}

func same(int) string { return "" }

func flightShared(t *testing.T, s *suite) {
	var made atomic.Int32
	task := overlap.SingleFlight(overlap.Func(func(ctx context.Context, n int) (int, error) {
		made.Add(1)
		_, err := pause(ctx, time.Second)
		return n % 3, err
	}), func(n int) int { return n % 3 })
	got, err := overlap.Map(t.Context(), s.newExecutor(), task, numbers(30))
	succeeds(t, "Map", err)
	for i, v := range got {
		equal(t, "value", v, i%3)
	}
	equal(t, "calls that were made", made.Load(), 3)
}

func flightOverJobs(t *testing.T, s *suite) {
	var made atomic.Int32
	task := overlap.SingleFlight(overlap.Func(func(ctx context.Context, n int) (int, error) {
		made.Add(1)
		return overlap.Await(ctx, func() (int, error) { _, err := pause(ctx, time.Second); return 7, err })
	}), same)
	first := overlap.NewGroup(t.Context(), s.newExecutor())
	second := overlap.NewGroup(t.Context(), s.newExecutor())
	futures := []*overlap.Future[int]{
		overlap.Submit(first, task, 1), overlap.Submit(second, task, 2), overlap.Submit(second, task, 3),
	}
	for _, f := range futures {
		v, err := f.Wait(t.Context())
		succeeds(t, "Wait", err)
		equal(t, "value", v, 7)
	}
	equal(t, "calls that were made", made.Load(), 1)
	succeeds(t, "Group.Wait", errors.Join(first.Wait(), second.Wait()))
}

func flightFails(t *testing.T, s *suite) {
	why := errors.New("no")
	var made atomic.Int32
	task := overlap.SingleFlight(overlap.Func(func(ctx context.Context, n int) (int, error) {
		made.Add(1)
		_, err := pause(ctx, time.Second)
		return 0, errors.Join(err, why)
	}), same)
	got, err := overlap.MapResults(t.Context(), s.newExecutor(), task, numbers(5))
	succeeds(t, "MapResults", err)
	for _, r := range got {
		is(t, "a call", r.Err, why)
		equal(t, "input of the error", as[*overlap.CallError](t, "a call", r.Err).Input, any(r.Input))
	}
	equal(t, "calls that were made", made.Load(), 1)
}

func flightAgain(t *testing.T, s *suite) {
	var made atomic.Int32
	task := overlap.SingleFlight(overlap.Func(func(context.Context, int) (int, error) {
		return int(made.Add(1)), nil
	}), same)
	got, err := overlap.Map(t.Context(), s.newExecutor(), task, numbers(3))
	succeeds(t, "Map", err)
	equal(t, "values", got, []int{1, 2, 3})
}

func flightCutOff(t *testing.T, s *suite) {
	var made atomic.Int32
	task := overlap.SingleFlight(overlap.Func(func(ctx context.Context, n int) (int, error) {
		made.Add(1)
		return overlap.Await(ctx, func() (int, error) { _, err := pause(ctx, time.Minute); return n, err })
	}), same)
	start := time.Now()
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	first := overlap.Submit(g, task, 1)
	time.Sleep(time.Second)
	second, third := overlap.Submit(g, task, 2), overlap.Submit(g, task, 3)
	time.Sleep(time.Second)
	first.Cancel()
	v, err := second.Wait(t.Context())
	w, err2 := third.Wait(t.Context())
	succeeds(t, "Wait", errors.Join(err, err2))
	equal(t, "both have one value", v, w)
	equal(t, "outcome of the one that was canceled", first.Outcome(), overlap.Canceled)
	equal(t, "calls that were made", made.Load(), 2)
	s.took(t, start, time.Minute+2*time.Second)
	succeeds(t, "Group.Wait", g.Wait())
}

func flightBreaks(t *testing.T, s *suite) {
	for _, breaks := range []func(){func() { panic("broken") }, runtime.Goexit} {
		var made atomic.Int32
		task := overlap.SingleFlight(overlap.Func(func(ctx context.Context, n int) (int, error) {
			if _, err := pause(ctx, time.Second); err != nil {
				return 0, err
			}
			if made.Add(1) == 1 {
				breaks()
			}
			return n, nil
		}), same)
		got, err := overlap.MapResults(t.Context(), s.newExecutor(), task, numbers(4))
		succeeds(t, "MapResults", err)
		broken := 0
		for _, r := range got {
			if r.Outcome != overlap.Succeeded {
				broken++
			}
		}
		equal(t, "calls that broke", broken, 1)
		equal(t, "calls that were made", made.Load(), 2)
	}
}

func flightAbandoned(t *testing.T, s *suite) {
	release := make(chan struct{})
	var made atomic.Int32
	task := overlap.SingleFlight(overlap.Func(func(_ context.Context, n int) (int, error) {
		if made.Add(1) == 1 {
			<-release
		}
		return n, nil
	}), same)
	executor := s.newExecutor()
	g := overlap.NewGroup(t.Context(), executor, overlap.KeepGoing(), overlap.Grace(time.Second), overlap.Timeout(time.Minute))
	stuck := overlap.Submit(g, task, 1)
	time.Sleep(time.Minute - time.Second)
	v, err := overlap.Submit(g, task, 2).Wait(t.Context())
	succeeds(t, "one that waited for it", err)
	equal(t, "value", v, 2)
	<-stuck.Done()
	equal(t, "outcome of the first", stuck.Outcome(), overlap.Abandoned)
	_ = g.Wait()
	close(release)
}

func flightTiny(t *testing.T, s *suite) {
	task := overlap.SingleFlight(overlap.Func(func(_ context.Context, n int) (int, error) { return n % 2, nil }),
		func(n int) int { return n % 2 })
	got, err := overlap.Map(t.Context(), s.newExecutor(), task, numbers(500))
	succeeds(t, "Map", err)
	for i, v := range got {
		equal(t, "value", v, i%2)
	}
}
