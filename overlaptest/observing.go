package overlaptest

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var observing = []behaviour{
	{"each call is queued once, started once an attempt, finished once", []int{3}, 0, eventsOfAllJobs},
	{"calls that never started have no events", []int{3}, memory | limit | background, noEventsWithoutStart},
	{"an abandoned call is finished once", []int{5}, abandons, eventsOfAbandoned},
	{"calls of the observer never overlap, and all come before the job ends", []int{6}, memory, observerNotConcurrent},
	{"the times of results make sense", []int{77}, bubble, timesOfResults},
}

// log collects a job's events and checks what must hold for all of them.
type log struct {
	t      *testing.T
	calls  map[int][]overlap.Event
	last   map[int]time.Duration // of each worker
	inside atomic.Bool
}

func (l *log) option() overlap.Option {
	l.calls, l.last = map[int][]overlap.Event{}, map[int]time.Duration{}
	return overlap.Observe(func(worker int, events []overlap.Event) {
		if l.inside.Swap(true) {
			l.t.Error("calls of the observer overlap")
		}
		defer l.inside.Store(false)
		if worker < 0 {
			l.t.Errorf("worker %d", worker)
		}
		for _, e := range events {
			if e.Kind != overlap.EventQueued { // that was before its worker had it
				if e.At < l.last[worker] {
					l.t.Errorf("an event at %v comes after one at %v of the same worker", e.At, l.last[worker])
				}
				l.last[worker] = e.At
			}
			l.calls[e.Index] = append(l.calls[e.Index], e)
		}
	})
}

// check checks that n calls have all their events; attempts says how many of them each made.
func (l *log) check(what string, n int, attempts func(int) int, ends func(int) overlap.Outcome) {
	l.t.Helper()
	equal(l.t, what+": calls with events", len(l.calls), n)
	for i, events := range l.calls {
		var kinds []overlap.EventKind
		want := []overlap.EventKind{overlap.EventQueued}
		for attempt := 1; attempt <= attempts(i); attempt++ {
			want = append(want, overlap.EventStarted, overlap.EventRetried)
		}
		want[len(want)-1] = overlap.EventFinished
		// Attempts are made by several workers, whose batches come when they come.
		slices.SortFunc(events, func(a, b overlap.Event) int {
			return cmp.Or(cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(rank(a), rank(b)))
		})
		attempt, before := 0, time.Duration(0)
		for _, e := range events {
			kinds = append(kinds, e.Kind)
			if e.Kind == overlap.EventStarted {
				attempt++
			}
			equal(l.t, what+": attempt", e.Attempt, attempt)
			if e.At < before {
				l.t.Errorf("%s: call %d: an event at %v comes after one at %v", what, i, e.At, before)
			}
			before = e.At
		}
		equal(l.t, what+": events", kinds, want)
		equal(l.t, what+": outcome", events[len(events)-1].Outcome, ends(i))
	}
}

// rank is the place of an event among those of its attempt.
func rank(e overlap.Event) int {
	if e.Kind == overlap.EventStarted {
		return 0
	}
	return 1
}

func once(int) int                  { return 1 }
func succeeded(int) overlap.Outcome { return overlap.Succeeded }
func failedAtSevens(i int) overlap.Outcome {
	if i%7 == 0 {
		return overlap.Failed
	}
	return overlap.Succeeded
}

func eventsOfAllJobs(t *testing.T, s *suite) {
	executor := s.newExecutor()
	l := log{t: t}
	calls := s.many(1000)
	_, _ = overlap.Map(t.Context(), executor, doubled, numbers(calls), l.option())
	l.check("Map", calls, once, succeeded)
	thrice := func(i int) int {
		if i%7 == 0 {
			return 3
		}
		return 1
	}
	_, _ = overlap.Map(t.Context(), executor, failsAtSevens, numbers(100), l.option(), overlap.KeepGoing(), quick(2))
	l.check("Map with retries", 100, thrice, failedAtSevens)
	_, _ = overlap.Map(t.Context(), executor, failsAtSevens, numbers(100), l.option(), overlap.KeepGoing(),
		overlap.Timeout(time.Minute))
	l.check("Map with a timeout", 100, once, failedAtSevens)
	for _, o := range ordering {
		collect(overlap.Stream(t.Context(), executor, doubled, upTo(calls), with(o.options, l.option())...))
		l.check("Stream", calls, once, succeeded)
		collect(overlap.Stream(t.Context(), executor, failsAtSevens, upTo(100), with(o.options, l.option(), quick(2))...))
		l.check("Stream with retries", 100, thrice, failedAtSevens)
	}
	g := overlap.NewGroup(t.Context(), executor, l.option(), overlap.KeepGoing(), quick(2))
	for i := range 100 {
		overlap.Submit(g, failsAtSevens, i)
	}
	_ = g.Wait()
	l.check("Group", 100, thrice, failedAtSevens)
}

func noEventsWithoutStart(t *testing.T, s *suite) {
	l := log{t: t}
	ctx, cancel := context.WithCancel(t.Context())
	var started atomic.Int32
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if int(started.Add(1)) == s.Limit {
			cancel()
		}
		return n, hold(ctx, nil)
	})
	_, err := overlap.Map(ctx, s.newExecutor(), task, numbers(1000), l.option())
	is(t, "Map", err, context.Canceled)
	l.check("Map", s.Limit, once, func(int) overlap.Outcome { return overlap.Canceled })
}

func eventsOfAbandoned(t *testing.T, s *suite) {
	defer comeBack()
	executor := s.newExecutor()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if n%7 == 0 {
			return stubborn(ctx, time.Minute)
		}
		return n, nil
	})
	outcome := func(i int) overlap.Outcome {
		if i%7 == 0 {
			return overlap.Abandoned
		}
		return overlap.Succeeded
	}
	l := log{t: t}
	_, _ = overlap.Map(t.Context(), executor, task, numbers(50), with(briefGoingOn, l.option())...)
	time.Sleep(time.Hour)
	l.check("Map", 50, once, outcome)
	collect(overlap.Stream(t.Context(), executor, task, upTo(50), with(brief, l.option())...))
	time.Sleep(time.Hour)
	l.check("Stream", 50, once, outcome)
}

func observerNotConcurrent(t *testing.T, s *suite) {
	executor := s.newExecutor()
	events, over := 0, false // not guarded: the race detector sees whether they need to be
	_, err := overlap.Map(t.Context(), executor, doubled, numbers(s.many(2000)), overlap.Observe(func(_ int,
		batch []overlap.Event) {
		events += len(batch)
		if over {
			t.Error("events come after the end of the job")
		}
	}))
	succeeds(t, "Map", err)
	over = true
	equal(t, "events", events, 3*s.many(2000))
	works(t, executor)
}

func timesOfResults(t *testing.T, s *suite) {
	last := time.Duration(0)
	in := func(yield func(time.Duration) bool) {
		for range 30 {
			if !yield(time.Second) {
				return
			}
		}
	}
	for r := range overlap.Stream(t.Context(), s.newExecutor(), waits, in, overlap.Window(10)) {
		if r.Queued > r.Started || r.Worker < 0 {
			t.Errorf("times or worker make no sense: %+v", r)
		}
		if !s.Cooperative { // there it also waits for its turn
			equal(t, "how long the call ran", r.Finished-r.Started, time.Second)
		}
		if r.Finished < last {
			t.Errorf("a call that ended at %v comes after one that ended at %v", r.Finished, last)
		}
		last = r.Finished
	}
}
