package overlaptest

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

var inputs = []behaviour{
	{"that panic midway end the stream after the calls before", []int{28}, 0, inputsPanic},
	{"that fail midway end the stream after the calls before", []int{28}, 0, inputsFail},
	{"that end their goroutine midway end the stream", []int{28}, background, inputsGoexit},
	{"that block are waited for on a break", []int{25}, background | bubble, inputsBlock},
	{"that block hold up no result", []int{26}, background | bubble, inputsHoldUpNothing},
	{"are not asked for again once they have been told to stop", []int{25, 30}, 0, inputsStop},
	{"that are skipped leave the others their indexes", []int{22}, 0, inputsSkipped},
	{"whose indexes cannot be told end the stream", []int{28}, 0, indexesBreak},
}

var errInputs = errors.New("the inputs broke")

// lastOf checks the results of a stream whose inputs broke after n, and returns the last error.
func lastOf(t *testing.T, all []overlap.Result[int, int], n int) error {
	t.Helper()
	if len(all) != n+1 {
		t.Fatalf("%d results, want %d and a last one", len(all), n)
	}
	for _, r := range all[:n] {
		equal(t, "value", r.Value, 2*r.Input)
		succeeds(t, "a call", r.Err)
	}
	equal(t, "index of the last result", all[n].Index, -1)
	equal(t, "outcome of the last result", all[n].Outcome, overlap.NeverStarted)
	return all[n].Err
}

func inputsPanic(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		for _, n := range []int{0, 1, 7, 150} {
			err := lastOf(t, collect(overlap.Stream(t.Context(), executor, doubled, func(yield func(int) bool) {
				for i := range n {
					if !yield(i) {
						return
					}
				}
				panic(errInputs)
			}, o.options...)), n)
			is(t, "the last error", err, errInputs)
			if p := as[*overlap.PanicError](t, "the last error", err); !strings.Contains(string(p.Stack), "inputsPanic") {
				t.Errorf("the stack does not name the inputs:\n%s", p.Stack)
			}
		}
	}
	works(t, executor)
}

func inputsFail(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		for _, n := range []int{0, 1, 7, 150} {
			err := lastOf(t, collect(overlap.StreamErr(t.Context(), executor, doubled, func(yield func(int, error) bool) {
				for i := range n {
					if !yield(i, nil) {
						return
					}
				}
				if yield(0, errInputs) {
					t.Error("the inputs were asked for more after their error")
				}
			}, o.options...)), n)
			is(t, "the last error", err, errInputs)
		}
	}
	works(t, executor)
}

func inputsGoexit(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		err := lastOf(t, collect(overlap.Stream(t.Context(), executor, doubled, func(yield func(int) bool) {
			for i := range 7 {
				if !yield(i) {
					return
				}
			}
			runtime.Goexit()
		}, o.options...)), 7)
		is(t, "the last error", err, overlap.ErrGoexit)
	}
	works(t, executor)
}

func inputsBlock(t *testing.T, s *suite) {
	start := time.Now()
	for range overlap.Stream(t.Context(), s.newExecutor(), doubled, func(yield func(int) bool) {
		if yield(1) {
			time.Sleep(time.Hour)
			if yield(2) {
				t.Error("the inputs were asked for more after the break")
			}
		}
	}) {
		break
	}
	s.took(t, start, time.Hour)
}

func inputsHoldUpNothing(t *testing.T, s *suite) {
	start := time.Now()
	for r := range overlap.Stream(t.Context(), s.newExecutor(), doubled, func(yield func(int) bool) {
		for i := 0; i < 10 && yield(i); i++ {
			time.Sleep(time.Second)
		}
	}, overlap.Ordered()) {
		s.took(t, start, time.Duration(r.Index)*time.Second)
	}
	s.took(t, start, 10*time.Second)
}

func inputsStop(t *testing.T, s *suite) {
	executor := s.newExecutor()
	told := 0
	in := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
		told++
	}
	for range overlap.Stream(t.Context(), executor, doubled, in, overlap.Window(20)) {
		break
	}
	equal(t, "times they were told to stop by a break", told, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for r := range overlap.Stream(ctx, executor, doubled, in, overlap.Window(20)) {
		if r.Index == 0 {
			cancel()
		}
	}
	equal(t, "times they were told to stop", told, 2)
}

func inputsSkipped(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		at, last := -1, -1
		everyThird := func(yield func(int) bool) {
			for i := range 300 {
				if at = i; i%3 == 0 && !yield(i) {
					return
				}
			}
		}
		options := with(o.options, overlap.Indexes(func() int { return at }), quick(1))
		results := collect(overlap.Stream(t.Context(), executor, failsAtSevens, everyThird, options...))
		equal(t, "results", len(results), 100)
		for _, r := range results {
			equal(t, "index of the result of "+strconv.Itoa(r.Input), r.Index, r.Input)
			if failed, ok := errors.AsType[*overlap.CallError](r.Err); ok {
				equal(t, "index of the error", failed.Index, r.Input)
			}
			if o.name == "ordered" && r.Index <= last {
				t.Errorf("the result of %d came after that of %d", r.Index, last)
			}
			last = r.Index
		}
	}
}

func indexesBreak(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		for _, breaks := range []func() int{func() int { return -1 }, func() int { panic(errInputs) }} {
			drawn := 0
			next := func() int {
				if drawn++; drawn > 7 {
					return breaks()
				}
				return drawn
			}
			err := lastOf(t, collect(overlap.Stream(t.Context(), executor, doubled, upTo(100),
				with(o.options, overlap.Indexes(next))...)), 7)
			if _, ok := errors.AsType[*overlap.PanicError](err); !ok {
				t.Errorf("the last error is %v, want a panic", err)
			}
		}
	}
}
