package overlaptest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/overlap"
)

var rates = []behaviour{
	{"calls start at the rate, evenly", nil, memory | bubble, startAtRate},
	{"starts are never closer than a spacing", nil, memory | bubble, startsKeepApart},
	{"several jobs share a rate, taking turns", nil, memory | bubble | background, jobsShareRate},
	{"a pause is not caught up", nil, memory | bubble, pauseNotCaughtUp},
	{"retries keep to the rate", nil, memory | bubble, retriesKeepRate},
	{"a wait for its turn is no part of a call's timeout", nil, bubble | timeout, rateBesideTimeout},
	{"a call that waits for its turn holds no worker", nil, memory | bubble | sharedLimit | background, rateHoldsNoWorker},
	{"a job that waits for its turn ends when it is canceled", nil, bubble, rateCanceled},
	{"several rates all hold", nil, memory | bubble, severalRates},
	{"nested jobs share a rate", nil, memory | bubble | lending, nestedRate},
	{"a rate that never binds changes nothing", nil, 0, idleRate},
}

// starts are when calls of a task began.
type starts struct {
	mu    sync.Mutex
	begun time.Time
	times []time.Duration
}

func (s *starts) reset() { s.begun, s.times = time.Now(), nil }

func (s *starts) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times)
}

// task makes a task whose calls are noted and take so long.
func (s *starts) task(lasts time.Duration) *overlap.Task[int, int] {
	return overlap.Func(func(ctx context.Context, n int) (int, error) {
		s.mu.Lock()
		s.times = append(s.times, time.Since(s.begun))
		s.mu.Unlock()
		_, err := overlap.Await(ctx, func() (time.Duration, error) { return pause(ctx, lasts) })
		return n, err
	})
}

// areEven checks that the starts are so far apart, and the last ones are not missing.
func (s *starts) areEven(t *testing.T, what string, n int, interval time.Duration) {
	t.Helper()
	equal(t, what+": starts", len(s.times), n)
	for i, at := range s.times {
		if want := time.Duration(i) * interval; at < want || at > want+time.Microsecond {
			t.Errorf("%s: start %d was after %v, want %v", what, i, at, want)
			return
		}
	}
}

// eachWay runs n calls of a task as a Map, as Streams and as a Group.
func eachWay(
	t *testing.T, executor overlap.Executor, n int, options []overlap.Option,
	run func(what string, job func(*overlap.Task[int, int]) error),
) {
	run("Map", func(task *overlap.Task[int, int]) error {
		_, err := overlap.Map(t.Context(), executor, task, numbers(n), options...)
		return err
	})
	for _, o := range ordering {
		run("Stream, "+o.name, func(task *overlap.Task[int, int]) (err error) {
			for r := range overlap.Stream(t.Context(), executor, task, upTo(n), with(options, o.options...)...) {
				err = errors.Join(err, r.Err)
			}
			return err
		})
	}
	run("Group", func(task *overlap.Task[int, int]) error {
		g := overlap.NewGroup(t.Context(), executor, options...)
		for i := range n {
			overlap.Submit(g, task, i)
		}
		return g.Wait()
	})
}

func startAtRate(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, r := range []struct {
		calls, n int
		per      time.Duration
	}{{4, 10, time.Minute}, {300, 100, time.Second}, {100, 7, time.Second}, {s.many(2000), 50_000, time.Second}} {
		var seen starts
		rate := overlap.Rate(r.n, r.per)
		eachWay(t, executor, r.calls, []overlap.Option{rate}, func(what string, job func(*overlap.Task[int, int]) error) {
			time.Sleep(time.Hour)
			seen.reset()
			succeeds(t, what, job(seen.task(0)))
			seen.areEven(t, what+" at "+rate.String(), r.calls, r.per/time.Duration(r.n))
		})
	}
}

func startsKeepApart(t *testing.T, s *suite) {
	executor := s.newExecutor()
	const apart = 20 * time.Millisecond
	var seen starts
	eachWay(t, executor, 50, []overlap.Option{overlap.Spacing(apart)}, func(what string, job func(*overlap.Task[int, int]) error) {
		time.Sleep(time.Hour)
		seen.reset()
		succeeds(t, what, job(seen.task(3*apart/2))) // so that one after another they are late
		equal(t, what+": starts", len(seen.times), 50)
		for i := range len(seen.times) - 1 {
			if got := seen.times[i+1] - seen.times[i]; got < apart {
				t.Errorf("%s: start %d was %v after the one before, want at least %v", what, i+1, got, apart)
				return
			}
		}
	})
}

func jobsShareRate(t *testing.T, s *suite) {
	executor := s.newExecutor()
	rate := overlap.Rate(100, time.Second)
	var all starts
	all.reset()
	var each [3]starts
	var jobs sync.WaitGroup
	for i := range each {
		each[i].reset()
		jobs.Go(func() {
			task := each[i].task(0)
			both := overlap.Func(func(ctx context.Context, n int) (int, error) {
				all.mu.Lock()
				all.times = append(all.times, time.Since(all.begun))
				all.mu.Unlock()
				got, err := overlap.Do(ctx, overlap.Sync(), task, n)
				return got, err
			})
			_, err := overlap.Map(t.Context(), executor, both, numbers(100), rate)
			succeeds(t, "Map", err)
		})
	}
	jobs.Wait()
	slices.Sort(all.times)
	all.areEven(t, "three jobs", 300, 10*time.Millisecond)
	for i := range each {
		if last := each[i].times[49]; last > 2*time.Second {
			t.Errorf("a job had half of its calls only after %v", last)
		}
	}
}

func pauseNotCaughtUp(t *testing.T, s *suite) {
	executor := s.newExecutor()
	rate := overlap.Rate(1000, time.Second)
	var seen starts
	seen.reset()
	for range 3 {
		time.Sleep(time.Second)
		_, err := overlap.Map(t.Context(), executor, seen.task(0), numbers(500), rate)
		succeeds(t, "Map", err)
	}
	for i := range len(seen.times) - 100 {
		if took := seen.times[i+100] - seen.times[i]; took < 89*time.Millisecond {
			t.Fatalf("100 calls after call %d started within %v, at a rate of 1,000 in a second", i, took)
		}
	}
	if took := seen.times[1499] - 3*time.Second; took > 1600*time.Millisecond {
		t.Errorf("1,500 calls at 1,000 in a second took %v more than the pauses", took)
	}
}

func retriesKeepRate(t *testing.T, s *suite) {
	var seen starts
	seen.reset()
	executor := s.newExecutor()
	task := seen.task(0)
	fails := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if _, err := overlap.Do(ctx, overlap.Sync(), task, n); err != nil {
			return 0, err
		}
		return 0, errStopped
	})
	_, err := overlap.Map(t.Context(), executor, fails, numbers(10), quick(2), overlap.KeepGoing(),
		overlap.Rate(10, time.Second))
	equal(t, "failures", len(failedCalls(t, "Map", err)), 10)
	seen.areEven(t, "three attempts at each of ten calls", 30, 100*time.Millisecond)
}

func rateBesideTimeout(t *testing.T, s *suite) {
	start := time.Now()
	got, err := overlap.Map(t.Context(), s.newExecutor(), doubled, numbers(10), overlap.Rate(1, time.Minute),
		overlap.Timeout(time.Second))
	succeeds(t, "Map", err)
	equal(t, "values", got, doubles(10))
	s.took(t, start, 9*time.Minute)
}

func rateHoldsNoWorker(t *testing.T, s *suite) {
	executor := s.newExecutor()
	waiting := overlap.NewGroup(t.Context(), executor, overlap.Rate(1, time.Hour))
	for i := range s.Limit + 1 {
		overlap.Submit(waiting, doubled, i)
	}
	s.settles(t, "the first call ends", func() bool { return true })
	start := time.Now()
	works(t, executor)
	s.took(t, start, 0)
	succeeds(t, "Group.Wait", waiting.Wait())
	s.took(t, start, time.Duration(s.Limit)*time.Hour)
}

func rateCanceled(t *testing.T, s *suite) {
	executor := s.newExecutor()
	rate := overlap.Rate(1, time.Hour)
	for range 2 {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errStopped)
		start := time.Now()
		_, err := overlap.Map(ctx, executor, doubled, numbers(100), rate)
		is(t, "Map", err, errStopped)
		for r := range overlap.Stream(ctx, executor, doubled, upTo(100), rate) {
			is(t, "Stream", r.Err, errStopped)
		}
		cancel()
		s.took(t, start, time.Minute)
	}
	works(t, executor)
}

func severalRates(t *testing.T, s *suite) {
	var seen starts
	seen.reset()
	_, err := overlap.Map(t.Context(), s.newExecutor(), seen.task(0), numbers(50),
		overlap.Rate(1000, time.Second), overlap.Rate(10, time.Second), overlap.Rate(100, time.Second))
	succeeds(t, "Map", err)
	seen.areEven(t, "Map", 50, 100*time.Millisecond)
}

func nestedRate(t *testing.T, s *suite) {
	executor := s.newExecutor()
	rate := overlap.Rate(10, time.Second)
	var seen starts
	seen.reset()
	outer := overlap.Func(func(ctx context.Context, n int) (int, error) {
		_, err := overlap.Map(ctx, executor, seen.task(0), numbers(3), rate)
		return n, err
	})
	start := time.Now()
	_, err := overlap.Map(t.Context(), executor, outer, numbers(5), rate)
	succeeds(t, "Map", err)
	equal(t, "inner starts", len(seen.times), 15)
	if took := time.Since(start); took < 1900*time.Millisecond || took > 2*time.Second {
		t.Errorf("20 starts at 10 in a second took %v", took)
	}
}

func idleRate(t *testing.T, s *suite) {
	executor := s.newExecutor()
	rate := overlap.Rate(1_000_000_000, time.Second)
	calls := s.many(1000)
	got, err := overlap.Map(t.Context(), executor, doubled, numbers(calls), rate)
	succeeds(t, "Map", err)
	equal(t, "values", got, doubles(calls))
	for _, o := range ordering {
		all := collect(overlap.Stream(t.Context(), executor, doubled, upTo(calls), with(o.options, rate)...))
		equal(t, "results", len(all), calls)
	}
	g := overlap.NewGroup(t.Context(), executor, rate)
	f := overlap.Submit(g, doubled, 4)
	v, err := f.Wait(t.Context())
	succeeds(t, "Future.Wait", err)
	equal(t, "value", v, 8)
	succeeds(t, "Group.Wait", g.Wait())
}
