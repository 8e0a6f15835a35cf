package overlaptest

import (
	"context"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

var limits = []behaviour{
	{"as many calls run at once as may, and never more", []int{26, 46}, memory | limit | bubble, limitIsReached},
	{"several jobs share the limit", []int{46}, memory | sharedLimit | bubble, jobsShareLimit},
	{"jobs take turns", []int{46}, sharedLimit | bubble, jobsTakeTurns},
	{"without a limit all calls run at once", []int{46}, memory | unlimited | bubble, allAtOnce},
	{"one call at a time, except in Await", []int{46}, memory | cooperative | bubble, cooperation},
	{"many workers and few, with more inputs than either", []int{46}, 0, moreInputsThanWorkers},
	{"no goroutine is left", []int{35, 41}, bubble, nothingLeft},
	{"single calls one after another keep no worker", []int{41, 52}, 0, oneByOne},
}

// gauge counts what runs at once.
type gauge struct{ now, most atomic.Int32 }

func (g *gauge) in() {
	now := g.now.Add(1)
	for old := g.most.Load(); now > old && !g.most.CompareAndSwap(old, now); old = g.most.Load() {
	}
}

func (g *gauge) out() { g.now.Add(-1) }

// busy makes a task that the gauge counts and that takes a time which depends on the input.
func (g *gauge) busy() *overlap.Task[int, int] {
	return overlap.Func(func(_ context.Context, n int) (int, error) {
		g.in()
		defer g.out()
		switch n % 3 {
		case 0:
			runtime.Gosched()
		case 1:
			time.Sleep(time.Duration(n%5) * time.Millisecond)
		}
		return n, nil
	})
}

func limitIsReached(t *testing.T, s *suite) {
	executor := s.newExecutor()
	check := func(what string, g *gauge) {
		t.Helper()
		equal(t, what+": calls at once", int(g.most.Load()), s.Limit)
	}
	var g gauge
	_, err := overlap.Map(t.Context(), executor, g.busy(), numbers(15*s.Limit))
	succeeds(t, "Map", err)
	check("Map", &g)
	for _, o := range ordering {
		var g gauge
		collect(overlap.Stream(t.Context(), executor, g.busy(), upTo(15*s.Limit), o.options...))
		check("Stream", &g)
	}
	g = gauge{}
	group := overlap.NewGroup(t.Context(), executor)
	for i := range 15 * s.Limit {
		overlap.Submit(group, g.busy(), i)
	}
	succeeds(t, "Group.Wait", group.Wait())
	check("Group", &g)
}

func jobsShareLimit(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var g gauge
	done := make(chan error, 12)
	for i := range cap(done) {
		go func() {
			switch i % 3 {
			case 0:
				_, err := overlap.Map(t.Context(), executor, g.busy(), numbers(15*s.Limit))
				done <- err
			case 1:
				for range overlap.Stream(t.Context(), executor, g.busy(), upTo(15*s.Limit)) {
				}
				done <- nil
			default:
				group := overlap.NewGroup(t.Context(), executor)
				for i := range 15 * s.Limit {
					overlap.Submit(group, g.busy(), i)
				}
				done <- group.Wait()
			}
		}()
	}
	for range cap(done) {
		succeeds(t, "a job", <-done)
	}
	equal(t, "calls at once", int(g.most.Load()), s.Limit)
}

func jobsTakeTurns(t *testing.T, s *suite) {
	executor := s.newExecutor()
	ctx, cancel := context.WithCancel(t.Context())
	long := make(chan error)
	go func() {
		in := make([]time.Duration, 1000*s.Limit)
		for i := range in {
			in[i] = time.Second
		}
		_, err := overlap.Map(ctx, executor, holds, in)
		long <- err
	}()
	time.Sleep(10 * time.Second)
	start := time.Now()
	_, err := overlap.Map(ctx, executor, holds, []time.Duration{time.Second, time.Second, time.Second,
		time.Second, time.Second})
	succeeds(t, "a Map beside a long one", err)
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("five calls of a second took %v beside a long job: jobs do not take turns", took)
	}
	cancel()
	is(t, "the long Map", <-long, context.Canceled)
}

func allAtOnce(t *testing.T, s *suite) {
	var running gauge
	ctx, cancel := context.WithCancel(t.Context())
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		running.in()
		defer running.out()
		return n, hold(ctx, nil)
	})
	done := make(chan error)
	go func() { _, err := overlap.Map(ctx, s.newExecutor(), task, numbers(1000)); done <- err }()
	synctest.Wait()
	equal(t, "calls at once", running.most.Load(), 1000)
	cancel()
	is(t, "Map", <-done, context.Canceled)
}

func cooperation(t *testing.T, s *suite) {
	counter, waiting := 0, 0 // not guarded: between two Awaits nothing else runs, as the race detector sees
	executor := s.newExecutor()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		counter++
		waiting++
		for range 3 {
			if _, err := waitAnyhow(ctx, time.Second); err != nil {
				return 0, err
			}
			counter++
			runtime.Gosched()
		}
		waiting--
		return n, nil
	})
	start := time.Now()
	jobs := make(chan error)
	for range 3 {
		go func() { _, err := overlap.Map(t.Context(), executor, task, numbers(50)); jobs <- err }()
	}
	for range 3 {
		succeeds(t, "Map", <-jobs)
	}
	s.took(t, start, 3*time.Second)
	equal(t, "counter", counter, 600)
	equal(t, "waiting", waiting, 0)

	panicsInAwait := overlap.Func(func(ctx context.Context, n int) (int, error) {
		counter++
		switch n % 3 {
		case 0:
			return overlap.Await(ctx, func() (int, error) { panic(errStopped) })
		case 1:
			return overlap.Await(ctx, func() (int, error) { runtime.Goexit(); return 0, nil })
		}
		return overlap.Await(ctx, func() (int, error) { return n, nil })
	})
	_, err := overlap.Map(t.Context(), executor, panicsInAwait, numbers(30), overlap.KeepGoing())
	equal(t, "failures", len(failedCalls(t, "Map", err)), 20)
	equal(t, "counter", counter, 630)
	works(t, executor)
}

func moreInputsThanWorkers(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for range 20 {
		got, err := overlap.Map(t.Context(), executor, quoted, make([]string, 200))
		succeeds(t, "Map", err)
		equal(t, "last value", got[199], `""`)
	}
}

func nothingLeft(t *testing.T, s *suite) {
	bubble := bubbleOf(stacks(false))
	before := strings.Count(stacks(true), bubble)
	executor := s.newExecutor()
	for range 10 {
		_, _ = overlap.Map(t.Context(), executor, failsAtSevens, numbers(100))
		for range overlap.Stream(t.Context(), executor, doubled, forever, overlap.Window(20)) {
			break
		}
		g := overlap.NewGroup(t.Context(), executor)
		overlap.Submit(g, doubled, 1)
		succeeds(t, "Group.Wait", g.Wait())
	}
	synctest.Wait()
	if after := strings.Count(stacks(true), bubble); after > before {
		t.Errorf("%d goroutines are left:\n%s", after-before, stacks(true))
	}
}

// stacks are the stacks of all goroutines, or of this one.
func stacks(all bool) string {
	buffer := make([]byte, 1<<20)
	return string(buffer[:runtime.Stack(buffer, all)])
}

// bubbleOf is what the stack says of its goroutine's bubble.
func bubbleOf(stack string) string {
	return regexp.MustCompile(`synctest bubble [0-9]+\]`).FindString(stack)
}

func oneByOne(t *testing.T, s *suite) {
	executor := s.newExecutor()
	g := overlap.NewGroup(t.Context(), executor)
	for i := range 500 {
		n, err := overlap.Submit(g, doubled, i).Wait(t.Context())
		succeeds(t, "Wait", err)
		equal(t, "value", n, 2*i)
	}
	succeeds(t, "Group.Wait", g.Wait())
}
