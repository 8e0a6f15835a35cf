package overlaptest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var nesting = []behaviour{
	{"a Map in a Map in a Map on one executor", []int{55}, memory, mapInMap},
	{"a Map in the body of a Stream's loop", []int{55}, 0, mapInLoopBody},
	{"a Stream, a Group and futures within calls", []int{55}, memory, mixedNesting},
	{"two executors that call each other", []int{55}, memory, backAndForth},
	{"a call may wait for calls that it submits to its own group", []int{8, 55}, memory | lending, waitForSiblings},
	{"several goroutines of one call may wait", []int{55}, memory, waitFromGoroutines},
	{"calls that wait do not count against the limit, and all others do", []int{46, 55},
		memory | sharedLimit, nestedLimit},
	{"an outer cancel reaches the innermost call", []int{84}, memory | bubble, cancelReachesInnermost},
	{"a failure comes out through every level", []int{66, 82}, memory, failureComesOut},
}

// level makes a task that calls itself on the executors in turn, three wide, so many levels deep, and counts its
// leaves.
func level(executors ...overlap.Executor) *overlap.Task[int, int] {
	var task *overlap.Task[int, int]
	task = overlap.Func(func(ctx context.Context, depth int) (int, error) {
		if depth == 0 {
			return 1, nil
		}
		leaves, err := overlap.Map(ctx, executors[depth%len(executors)], task, []int{depth - 1, depth - 1, depth - 1})
		sum := 0
		for _, n := range leaves {
			sum += n
		}
		return sum, err
	})
	return task
}

func mapInMap(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for range 5 {
		got, err := overlap.Map(t.Context(), executor, level(executor), []int{3, 2, 3, 1})
		succeeds(t, "Map", err)
		equal(t, "leaves", got, []int{27, 9, 27, 3})
	}
}

func backAndForth(t *testing.T, s *suite) {
	for _, other := range []overlap.Executor{s.newExecutor(), overlap.Pool(1), overlap.Async(),
		overlap.Sync(), overlap.Loop()} {
		executor := s.newExecutor()
		for _, order := range [][]overlap.Executor{{executor, other}, {other, executor}} {
			got, err := overlap.Map(t.Context(), executor, level(order...), []int{4, 3, 4})
			succeeds(t, fmt.Sprintf("Map beside %v", other), err)
			equal(t, "leaves", got, []int{81, 27, 81})
		}
	}
}

func mapInLoopBody(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		count := 0
		for range overlap.Stream(t.Context(), executor, doubled, upTo(20), o.options...) {
			for range overlap.Stream(t.Context(), executor, doubled, forever, overlap.Window(20)) {
				works(t, executor)
				break
			}
			count++
		}
		equal(t, "results", count, 20)
	}
}

func mixedNesting(t *testing.T, s *suite) {
	executor := s.newExecutor()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		sum := 0
		for r := range overlap.Stream(ctx, executor, doubled, upTo(10), overlap.Window(3)) {
			sum += r.Value
		}
		g := overlap.NewGroup(ctx, executor)
		a, b := overlap.Submit(g, doubled, n), overlap.Submit(g, doubled, n)
		if err := overlap.All(ctx, a, b); err != nil {
			return 0, err
		}
		for f, err := range overlap.AsCompleted(ctx, a, b) {
			if err != nil {
				return 0, err
			}
			v, _ := f.Wait(ctx)
			sum += v
		}
		return sum, g.Wait()
	})
	got, err := overlap.Map(t.Context(), executor, task, numbers(12))
	succeeds(t, "Map", err)
	for n, sum := range got {
		equal(t, "sum", sum, 90+4*n)
	}
}

func waitForSiblings(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var sum *overlap.Task[int, int]
	sum = overlap.Func(func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			return 0, nil
		}
		v, err := overlap.Submit(g, sum, n-1).Wait(ctx)
		return n + v, err
	})
	for _, n := range []int{1, 10, 100} {
		v, err := overlap.Submit(g, sum, n).Wait(t.Context())
		succeeds(t, "Wait", err)
		equal(t, "sum", v, n*(n+1)/2)
	}
	succeeds(t, "Group.Wait", g.Wait())
}

func waitFromGoroutines(t *testing.T, s *suite) {
	executor := s.newExecutor()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		sums := make(chan int)
		for range 3 {
			go func() {
				v, _ := overlap.Map(ctx, executor, doubled, []int{n, n, n})
				sums <- v[0] + v[1] + v[2]
			}()
		}
		return <-sums + <-sums + <-sums, nil
	})
	if s.Limit > 0 { // waiting on a channel keeps the slot, so one of the goroutines is the call's own
		task = overlap.Func(func(ctx context.Context, n int) (int, error) {
			sums := make(chan int, 3)
			g := overlap.NewGroup(ctx, overlap.Async())
			part := overlap.Func(func(ctx context.Context, n int) (int, error) {
				v, err := overlap.Map(ctx, executor, doubled, []int{n, n, n})
				sums <- v[0] + v[1] + v[2]
				return 0, err
			})
			for range 3 {
				overlap.Submit(g, part, n)
			}
			err := g.Wait()
			return <-sums + <-sums + <-sums, err
		})
	}
	got, err := overlap.Map(t.Context(), executor, task, numbers(20))
	succeeds(t, "Map", err)
	for n, sum := range got {
		equal(t, "sum", sum, 18*n)
	}
}

func nestedLimit(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var running, most atomic.Int32
	work := func() { // as much of a call as does not wait
		now := running.Add(1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		time.Sleep(time.Microsecond)
		running.Add(-1)
	}
	inner := overlap.Func(func(context.Context, int) (int, error) { work(); return 1, nil })
	outer := overlap.Func(func(ctx context.Context, n int) (int, error) {
		work()
		_, err := overlap.Map(ctx, executor, inner, numbers(n%4))
		work()
		for range overlap.Stream(ctx, executor, inner, upTo(3)) {
			work()
		}
		work()
		g := overlap.NewGroup(ctx, executor)
		f := overlap.Submit(g, inner, 1)
		work()
		_, _ = f.Wait(ctx)
		work()
		_ = g.Wait()
		work()
		return n, err
	})
	_, err := overlap.Map(t.Context(), executor, outer, numbers(40*s.Limit))
	succeeds(t, "Map", err)
	if got := int(most.Load()); got > s.Limit {
		t.Errorf("%d calls executed at once, with a limit of %d", got, s.Limit)
	}
}

func cancelReachesInnermost(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var canceled atomic.Int32
	var task *overlap.Task[int, int]
	task = overlap.Func(func(ctx context.Context, depth int) (int, error) {
		if depth == 0 {
			_, err := pause(ctx, time.Hour)
			canceled.Add(1)
			return 0, err
		}
		_, err := overlap.Map(ctx, executor, task, []int{depth - 1})
		return 0, err
	})
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errStopped)
	defer cancel()
	start := time.Now()
	_, err := overlap.Map(ctx, executor, task, []int{3, 3})
	is(t, "Map", err, errStopped)
	s.took(t, start, time.Second)
	equal(t, "an innermost call was told", canceled.Load() > 0, true)
}

func failureComesOut(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var task *overlap.Task[int, int]
	task = overlap.Func(func(ctx context.Context, depth int) (int, error) {
		if depth == 0 {
			panic(errStopped)
		}
		_, err := overlap.Map(ctx, executor, task, []int{depth - 1})
		return 0, err
	})
	_, err := overlap.Map(t.Context(), executor, task, []int{3})
	is(t, "Map", err, errStopped)
	equal(t, "outcome of the outermost call", failedCalls(t, "Map", err)[0].Outcome, overlap.Failed)
	as[*overlap.PanicError](t, "Map", err)
	works(t, executor)
}
