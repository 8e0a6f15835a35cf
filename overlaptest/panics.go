package overlaptest

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/overlap"
)

var panics = []behaviour{
	{"one is an error that carries its value and stack", []int{66}, inGo, panicIsError},
	{"a panic with an error or with nil keeps it", []int{66}, memory, panicValues},
	{"panics of many calls leave the others alone", []int{22, 65}, 0, manyPanics},
	{"PropagatePanics raises it where a Map waits", []int{66}, memory, propagateFromMap},
	{"PropagatePanics raises it where a Stream is read", []int{66}, memory, propagateFromStream},
	{"PropagatePanics raises it where a future or its group is waited for", []int{66}, memory, propagateFromGroup},
}

func panicIsError(t *testing.T, s *suite) {
	executor := s.newExecutor()
	check := func(err error) {
		t.Helper()
		e := as[*overlap.CallError](t, "error", err)
		equal(t, "outcome", e.Outcome, overlap.Panicked)
		p := as[*overlap.PanicError](t, "error", err)
		equal(t, "value", fmt.Sprint(p.Value), "7 is a seven")
		if !strings.Contains(string(p.Stack), "doubleOr") {
			t.Errorf("the stack does not name the function that panicked:\n%s", p.Stack)
		}
	}
	_, err := overlap.Map(t.Context(), executor, panicsAtSevens, []int{1, 7, 2})
	check(err)
	for r := range overlap.Stream(t.Context(), executor, panicsAtSevens, func(yield func(int) bool) { yield(7) }) {
		check(r.Err)
	}
	g := overlap.NewGroup(t.Context(), executor)
	_, err = overlap.Submit(g, panicsAtSevens, 7).Wait(t.Context())
	check(err)
	check(g.Wait())
	works(t, executor)
}

func panicValues(t *testing.T, s *suite) {
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if n == 0 {
			panic(nil)
		}
		panic(fmt.Errorf("wrapped: %w", errStopped))
	})
	_, err := overlap.Map(t.Context(), s.newExecutor(), task, []int{0, 1}, overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	as[*runtime.PanicNilError](t, "a panic with nil", failed[0])
	is(t, "a panic with an error", failed[1], errStopped)
}

func manyPanics(t *testing.T, s *suite) {
	executor := s.newExecutor()
	got, err := overlap.Map(t.Context(), executor, panicsAtSevens, numbers(700), overlap.KeepGoing())
	equal(t, "failures", len(failedCalls(t, "Map", err)), 100)
	for i, v := range got {
		if i%7 != 0 {
			equal(t, "value", v, 2*i)
		}
	}
	for _, o := range ordering {
		count := 0
		for r := range overlap.Stream(t.Context(), executor, panicsAtSevens, upTo(700), o.options...) {
			if count++; r.Index%7 == 0 {
				equal(t, "outcome", r.Outcome, s.panicked())
			} else {
				equal(t, "value", r.Value, 2*r.Index)
			}
		}
		equal(t, "results", count, 700)
	}
	works(t, executor)
}

// raises checks that f panics with the task's panic, when nothing runs any more.
func raises(t *testing.T, running *atomic.Int32, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		p, ok := recover().(*overlap.PanicError)
		if !ok {
			t.Errorf("it does not panic with a *PanicError")
			return
		}
		equal[any](t, "value", p.Value, errStopped)
		if !strings.Contains(string(p.Stack), "panicker") {
			t.Errorf("the stack is not of the function that panicked:\n%s", p.Stack)
		}
		equal(t, "calls that run when the panic is raised", running.Load(), 0)
	}()
	f()
}

// panicker panics in the call of 3; the calls before it wait for their cancel if they can.
func panicker(s *suite, running *atomic.Int32) *overlap.Task[int, int] {
	return overlap.Func(func(ctx context.Context, n int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		if n == 3 {
			panic(errStopped)
		}
		if n > 0 && n < 3 && !s.OnCaller && s.Limit != 1 && s.Limit != 2 && s.Limit != 0 {
			outlast(ctx, s.moment())
		}
		return n, nil
	})
}

func propagateFromMap(t *testing.T, s *suite) {
	var running atomic.Int32
	executor := s.newExecutor()
	raises(t, &running, func() {
		overlap.Map(t.Context(), executor, panicker(s, &running), numbers(100), overlap.PropagatePanics())
	})
	works(t, executor)
}

func propagateFromStream(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		var running atomic.Int32
		raises(t, &running, func() {
			for range overlap.Stream(t.Context(), executor, panicker(s, &running), forever, with(o.options,
				overlap.PropagatePanics(), overlap.Window(20))...) {
			}
		})
	}
	works(t, executor)
}

func propagateFromGroup(t *testing.T, s *suite) {
	var running atomic.Int32
	executor := s.newExecutor()
	g := overlap.NewGroup(t.Context(), executor, overlap.PropagatePanics())
	f := overlap.Submit(g, panicker(s, &running), 3)
	raises(t, &running, func() { f.Wait(t.Context()) })
	raises(t, &running, func() { g.Wait() })
	works(t, executor)
}
