package overlaptest

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var mapping = []behaviour{
	{"values come in the order of the inputs", []int{19, 21, 46}, 0, mapOrder},
	{"values come in the order of the inputs, whichever ends first", []int{19}, 0, mapOrderOfWaits},
	{"texts, structs and large numbers cross", []int{19}, 0, mapTypes},
	{"texts that are not UTF-8 cross", []int{19}, inGo, mapBytes},
	{"no inputs, no values", []int{21}, 0, mapNothing},
	{"the first failure cancels the rest", []int{30, 44, 82}, 0, mapFailsFast},
	{"the first failure is told to calls that run", []int{82}, several, mapTellsTheOthers},
	{"with KeepGoing each failure has its own place", []int{22}, 0, mapKeepsGoing},
	{"a task's own deadline is a failure, not the map's", []int{23, 90}, 0, ownContextErrors},
	{"values that were there at the deadline are kept", []int{24}, bubble, mapDeadline},
	{"a cancel's error tells the values that are real", []int{24}, memory, mapTellsReal},
	{"many slow inputs after tiny ones are not held up", []int{46}, bubble, tinyThenSlow},
	{"the executor is as good as new after a failure", []int{22, 58}, 0, mapAfterFailure},
	{"each call is made exactly once", []int{29}, memory, mapOnce},
}

func mapOrder(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, n := range []int{0, 1, 2, 3, 17, 100, s.many(1000)} {
		got, err := overlap.Map(t.Context(), executor, doubled, numbers(n))
		succeeds(t, "Map", err)
		equal(t, "values", got, doubles(n))
	}
}

func mapOrderOfWaits(t *testing.T, s *suite) {
	var in []time.Duration
	for i := range 20 {
		in = append(in, s.moment()/20*time.Duration(20-i))
	}
	got, err := overlap.Map(t.Context(), s.newExecutor(), waits, in)
	succeeds(t, "Map", err)
	equal(t, "values", got, in)
}

func mapTypes(t *testing.T, s *suite) {
	executor := s.newExecutor()
	texts, err := overlap.Map(t.Context(), executor, quoted, []string{"", "a\x00b", "日本", strings.Repeat("x", 1<<17)})
	succeeds(t, "Map of texts", err)
	equal(t, "texts", texts[:3], []string{`""`, `"a\x00b"`, `"日本"`})
	equal(t, "length of a long text", len(texts[3]), 1<<17+2)
	pairs, err := overlap.Map(t.Context(), executor, swapped, []Pair{{}, {"left", "right"}})
	succeeds(t, "Map of structs", err)
	equal(t, "structs", pairs, []Pair{{}, {"right", "left"}})
	large, err := overlap.Map(t.Context(), executor, doubled, []int{1<<53 + 1, 1<<62 - 1, -1 << 62})
	succeeds(t, "Map of large numbers", err)
	equal(t, "large numbers", large, []int{1<<54 + 2, 1<<63 - 2, -1 << 63})
}

func mapBytes(t *testing.T, s *suite) {
	texts, err := overlap.Map(t.Context(), s.newExecutor(), quoted, []string{"caf\xe9", "\xff\xfe\x00"})
	succeeds(t, "Map", err)
	equal(t, "texts", texts, []string{`"caf\xe9"`, `"\xff\xfe\x00"`})
}

func mapNothing(t *testing.T, s *suite) {
	executor := s.newExecutor()
	got, err := overlap.Map(t.Context(), executor, doubled, nil)
	succeeds(t, "Map", err)
	equal(t, "values", len(got), 0)
	equal(t, "results", len(collect(overlap.Stream(t.Context(), executor, doubled, upTo(0)))), 0)
	equal(t, "results in order", len(collect(overlap.Stream(t.Context(), executor, doubled, upTo(0),
		overlap.Ordered(), overlap.Window(1)))), 0)
	succeeds(t, "Wait of an empty group", overlap.NewGroup(t.Context(), executor).Wait())
}

func mapFailsFast(t *testing.T, s *suite) {
	in := make([]time.Duration, s.many(2_000))
	for i := range in[1:] {
		in[i+1] = time.Hour
	}
	start := time.Now()
	got, err := overlap.Map(t.Context(), s.newExecutor(), failsAfter, in)
	s.took(t, start, 0)
	equal(t, "values", len(got), len(in))
	failed := as[*overlap.JobError](t, "Map", err)
	equal(t, "calls", failed.Total, len(in))
	if failed.Cause != nil {
		t.Errorf("there was no outer cancel, but the error says %v", failed.Cause)
	}
	equal(t, "a failure", len(failed.Failed) > 0, true)
	for _, e := range failed.Failed {
		equal(t, "outcome", e.Outcome, overlap.Failed)
	}
}

func mapTellsTheOthers(t *testing.T, s *suite) {
	start := time.Now()
	_, err := overlap.Map(t.Context(), s.newExecutor(), failsAfter, []time.Duration{time.Hour, time.Hour, s.moment()})
	s.took(t, start, s.moment())
	failed := failedCalls(t, "Map", err)
	equal(t, "calls that failed by themselves", len(failed), 1)
	equal(t, "index", failed[0].Index, 2)
}

func mapKeepsGoing(t *testing.T, s *suite) {
	got, err := overlap.Map(t.Context(), s.newExecutor(), failsAtSevens, numbers(100), overlap.KeepGoing())
	failed := as[*overlap.JobError](t, "Map", err)
	equal(t, "failures", len(failed.Failed), 15)
	equal(t, "calls", failed.Total, 100)
	for i, v := range got {
		if i%7 == 0 {
			equal(t, "value of a failure", v, 0)
			equal(t, "its index", failed.Failed[i/7].Index, i)
		} else {
			equal(t, "value", v, 2*i)
		}
	}
	if text := err.Error(); !strings.HasPrefix(text, "15 of 100 calls failed") || strings.Count(text,
		"is a seven") != 3 {
		t.Errorf("the message does not print three failures of 15: %s", text)
	}
	for _, e := range failed.Failed {
		is(t, "the job's error", err, e)
	}
}

func ownContextErrors(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, task := range []*overlap.Task[int, int]{ownDeadline, ownCancel} {
		got, err := overlap.Map(t.Context(), executor, task, numbers(10), overlap.KeepGoing())
		failed := failedCalls(t, task.Name(), err)
		equal(t, "failures", len(failed), 2)
		for _, e := range failed {
			equal(t, "outcome in a Map", e.Outcome, overlap.Failed)
		}
		equal(t, "a value", got[9], 18)
		for r := range overlap.Stream(t.Context(), executor, task, upTo(10)) {
			if want := overlap.Failed; r.Index%7 == 0 {
				equal(t, "outcome in a Stream", r.Outcome, want)
			}
		}
		g := overlap.NewGroup(t.Context(), executor)
		f := overlap.Submit(g, task, 0)
		<-f.Done()
		equal(t, "outcome of a future", f.Outcome(), overlap.Failed)
		equal(t, "failures", len(failedCalls(t, "Group.Wait", g.Wait())), 1)
	}
}

func mapDeadline(t *testing.T, s *suite) {
	late := errors.New("the deadline of the map")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 1500*time.Millisecond, late)
	defer cancel()
	start := time.Now()
	got, err := overlap.Map(ctx, s.newExecutor(), waits, []time.Duration{time.Second, time.Hour, time.Hour, time.Hour})
	s.took(t, start, 1500*time.Millisecond)
	is(t, "Map", err, late)
	equal(t, "calls without a value", slices.Collect(noneFailed(t, "Map", err).Missing()), []int{1, 2, 3})
	equal(t, "values", got, []time.Duration{time.Second, 0, 0, 0})
}

func mapTellsReal(t *testing.T, s *suite) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	calls := s.many(2_000)
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if n == calls/2 {
			cancel(errStopped)
		}
		if n == calls-1 { // or all could have a value before the cancel
			<-ctx.Done()
		}
		if (n%3 == 0 || n == calls-1) && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return n + 1, nil
	})
	got, err := overlap.Map(ctx, s.newExecutor(), task, numbers(calls))
	is(t, "Map", err, errStopped)
	job := noneFailed(t, "Map", err)
	equal(t, "calls", job.Total, len(got))
	missing := map[int]bool{}
	last := -1
	for i := range job.Missing() {
		if i <= last {
			t.Fatalf("call %d is missing after call %d", i, last)
		}
		missing[i], last = true, i
	}
	for i, value := range got {
		if missing[i] != (value == 0) || job.Lacks(i) != missing[i] {
			t.Fatalf("call %d has the value %d: is said to be missing: %v and %v", i, value, missing[i], job.Lacks(i))
		}
	}
}

func tinyThenSlow(t *testing.T, s *suite) {
	const slow = 64
	tiny := s.many(2000)
	in := make([]time.Duration, tiny+slow)
	for i := range slow {
		in[tiny+i] = time.Second
	}
	start := time.Now()
	_, err := overlap.Map(t.Context(), s.newExecutor(), holds, in)
	succeeds(t, "Map", err)
	switch {
	case s.Limit > 0:
		s.took(t, start, time.Duration((slow+s.Limit-1)/s.Limit)*time.Second)
	case s.Limit == Unlimited:
		s.took(t, start, time.Second)
	}
}

func mapAfterFailure(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for range 5 {
		_, err := overlap.Map(t.Context(), executor, failsAtSevens, numbers(100))
		equal(t, "an error", err != nil, true)
		works(t, executor)
	}
}

func mapOnce(t *testing.T, s *suite) {
	made := make([]atomic.Int32, s.many(2000))
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		made[n].Add(1)
		if rand.IntN(100) == 0 {
			time.Sleep(time.Millisecond)
		}
		return n, nil
	})
	_, err := overlap.Map(t.Context(), s.newExecutor(), task, numbers(len(made)))
	succeeds(t, "Map", err)
	for i := range made {
		equal(t, "calls", made[i].Load(), 1)
	}
}
