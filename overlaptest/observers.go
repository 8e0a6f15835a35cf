package overlaptest

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

// observers is what the functions given to Observe may do, and what it does to their job.
var observers = []behaviour{
	{"one that panics or ends its goroutine fails its job, and nothing else", nil, 0, observerBreaks},
	{"may submit, cancel and run jobs on the same executor", nil, 0, observerUsesExecutor},
	{"are all told everything", nil, 0, severalObservers},
	{"are told in time, whatever their worker does next", nil, bubble, observerInTime},
	{"that are slow hold up calls", nil, bubble | limit, slowObserver},
}

func observerBreaks(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, n := range []int{1, 500} {
		for _, breaks := range []struct {
			how func()
			is  error
		}{{func() { panic(errStopped) }, errStopped}, {runtime.Goexit, overlap.ErrGoexit}} {
			told := 0
			observe := overlap.Observe(func(int, []overlap.Event) { told++; breaks.how() })
			got, err := overlap.Map(t.Context(), executor, doubled, numbers(n), observe)
			is(t, "Map", err, breaks.is)
			is(t, "its cause", as[*overlap.JobError](t, "Map", err).Cause, breaks.is)
			equal(t, "values", len(got), n)
			var last overlap.Result[int, int]
			for last = range overlap.Stream(t.Context(), executor, doubled, upTo(n), observe) {
			}
			equal(t, "index of the last result", last.Index, -1)
			is(t, "the last result", last.Err, breaks.is)
			g := overlap.NewGroup(t.Context(), executor, observe)
			for i := range n {
				overlap.Submit(g, doubled, i)
			}
			is(t, "Group.Wait", g.Wait(), breaks.is)
			equal(t, "times they were told", told, 3)
		}
	}
	works(t, executor)
}

func observerUsesExecutor(t *testing.T, s *suite) {
	executor := s.newExecutor()
	nested := 0
	runs := overlap.Observe(func(int, []overlap.Event) {
		if nested++; nested <= 3 {
			works(t, executor)
		}
	})
	_, err := overlap.Map(t.Context(), executor, doubled, numbers(20), runs)
	succeeds(t, "Map", err)
	for r := range overlap.Stream(t.Context(), executor, doubled, upTo(20), runs) {
		succeeds(t, "a call of a Stream", r.Err)
	}
	equal(t, "jobs of observers", nested > 0, true)

	var g *overlap.Group
	ready := make(chan struct{})
	submitted, enough := 0, make(chan struct{})
	observe := overlap.Observe(func(_ int, events []overlap.Event) {
		<-ready
		for _, e := range events {
			if e.Kind != overlap.EventFinished || submitted == 20 {
				continue
			}
			overlap.Submit(g, failsAtSevens, 7).Cancel()
			if submitted++; submitted == 20 {
				close(enough)
			}
		}
	})
	g = overlap.NewGroup(t.Context(), executor, quick(2), overlap.KeepGoing(), observe)
	close(ready)
	overlap.Submit(g, doubled, 1)
	for more := true; more; {
		select {
		case <-enough:
			more = false
		default:
			overlap.Submit(g, doubled, 1) // a canceled future that never started has no events
			time.Sleep(time.Millisecond)
		}
	}
	_ = g.Wait()
	works(t, executor)
}

func severalObservers(t *testing.T, s *suite) {
	var told [3]int
	var options []overlap.Option
	for i := range told {
		options = append(options, overlap.Observe(func(_ int, events []overlap.Event) { told[i] += len(events) }))
	}
	_, err := overlap.Map(t.Context(), s.newExecutor(), doubled, numbers(700), options...)
	succeeds(t, "Map", err)
	equal(t, "events", told, [3]int{2100, 2100, 2100})
}

func observerInTime(t *testing.T, s *suite) {
	executor := s.newExecutor()
	in := []time.Duration{0, 0, 171 * time.Millisecond, 3 * time.Second, 20 * time.Millisecond, time.Hour}
	start := time.Now()
	observe := overlap.Observe(func(_ int, events []overlap.Event) {
		for _, e := range events {
			if late := time.Since(start) - e.At; e.Kind == overlap.EventFinished && late > 100*time.Millisecond {
				t.Errorf("call %d, which ended at %v, was told %v later", e.Index, e.At, late)
			}
		}
	})
	_, err := overlap.Map(t.Context(), executor, holds, in, observe)
	succeeds(t, "Map", err)
	start = time.Now()
	for r := range overlap.Stream(t.Context(), executor, holds, func(yield func(time.Duration) bool) {
		for _, d := range in {
			if !yield(d) {
				return
			}
		}
	}, observe) {
		succeeds(t, "a call of a Stream", r.Err)
	}
	start = time.Now()
	g := overlap.NewGroup(t.Context(), executor, observe)
	for _, d := range in {
		overlap.Submit(g, holds, d)
	}
	succeeds(t, "Group.Wait", g.Wait())
}

func slowObserver(t *testing.T, s *suite) {
	var told atomic.Int64
	most, taken := int64(0), int64(0)
	const calls = 20_000
	for r := range overlap.Stream(t.Context(), s.newExecutor(), doubled, upTo(calls),
		overlap.Observe(func(_ int, events []overlap.Event) {
			time.Sleep(time.Millisecond)
			for _, e := range events {
				if e.Kind == overlap.EventFinished {
					told.Add(1)
				}
			}
		})) {
		succeeds(t, "a call", r.Err)
		taken++
		most = max(most, taken-told.Load())
	}
	equal(t, "calls told", told.Load(), calls)
	if most > calls*3/4 {
		t.Errorf("%d calls had ended that the observer did not know of", most)
	}
}

var errAsked = errors.New("whoever was asked broke")

// breakingIf states what happens when the predicate of a retry breaks.
func breakingIf(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, breaks := range []struct {
		how func()
		is  error
	}{{func() { panic(errAsked) }, errAsked}, {runtime.Goexit, overlap.ErrGoexit}} {
		policy := overlap.RetryPolicy{Extra: 3, If: func(error) bool { breaks.how(); return true }}
		got, err := overlap.Map(t.Context(), executor, failsAtSevens, numbers(20), policy, overlap.KeepGoing())
		equal(t, "value after a failure", got[19], 38)
		failed := failedCalls(t, "Map", err)
		equal(t, "failures", len(failed), 3)
		for _, e := range failed {
			is(t, "a failure", e, breaks.is)
			equal(t, "attempts", e.Attempt, 1)
			equal(t, "outcome", e.Outcome, overlap.Failed)
		}
		g := overlap.NewGroup(t.Context(), executor, policy)
		f := overlap.Submit(g, failsAtSevens, 7)
		is(t, "Group.Wait", g.Wait(), breaks.is)
		is(t, "a future", f.Err(), breaks.is)
	}
	works(t, executor)
}
