package overlaptest

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"example.com/overlap"
)

var goexit = []behaviour{
	{"a call that ends its goroutine has failed, in a Map", []int{65}, background, goexitInMap},
	{"a call that ends its goroutine has failed, in a Stream", []int{65}, background, goexitInStream},
	{"a call that ends its goroutine has failed, in a Group", []int{65}, background, goexitInGroup},
	{"on the caller the call is settled, then the caller ends", []int{65}, onCaller, goexitOfCaller},
	{"slots are not lost with goroutines", []int{49, 65}, memory | limit | background, goexitKeepsLimit},
	{"a call that ends its goroutine within a nested Map has failed", []int{65, 55}, memory | background,
		goexitNested},
	{"a consumer that ends its goroutine cancels the stream", []int{25, 65}, memory | background, goexitOfConsumer},
}

func goexitInMap(t *testing.T, s *suite) {
	executor := s.newExecutor()
	_, err := overlap.Map(t.Context(), executor, goexitsAtSevens, numbers(100))
	s.exited(t, "Map", err)
	got, err := overlap.Map(t.Context(), executor, goexitsAtSevens, numbers(500), overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	equal(t, "failures", len(failed), 72)
	for i, e := range failed {
		equal(t, "index", e.Index, 7*i)
		equal(t, "outcome", e.Outcome, overlap.Failed)
		s.exited(t, "error", e)
	}
	for i, v := range got {
		if i%7 != 0 {
			equal(t, "value", v, 2*i)
		}
	}
	works(t, executor)
}

func goexitInStream(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, o := range ordering {
		for _, window := range []int{1, 3, 64} {
			count := 0
			for r := range overlap.Stream(t.Context(), executor, goexitsAtSevens, upTo(500), with(o.options,
				overlap.Window(window))...) {
				if count++; r.Index%7 == 0 {
					s.exited(t, "error", r.Err)
				} else {
					equal(t, "value", r.Value, 2*r.Index)
				}
			}
			equal(t, "results", count, 500)
		}
	}
	works(t, executor)
}

func goexitInGroup(t *testing.T, s *suite) {
	executor := s.newExecutor()
	g := overlap.NewGroup(t.Context(), executor, overlap.KeepGoing())
	var all []*overlap.Future[int]
	for i := range 100 {
		all = append(all, overlap.Submit(g, goexitsAtSevens, i))
	}
	for i, f := range all {
		n, err := f.Wait(t.Context())
		if i%7 == 0 {
			s.exited(t, "error", err)
			equal(t, "outcome", f.Outcome(), overlap.Failed)
		} else {
			equal(t, "value", n, 2*i)
		}
	}
	equal(t, "failures", len(failedCalls(t, "Group.Wait", g.Wait())), 15)
	works(t, executor)
}

func goexitOfCaller(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var events []overlap.Event
	observe := overlap.Observe(func(_ int, some []overlap.Event) { events = append(events, some...) })
	g := overlap.NewGroup(t.Context(), executor, overlap.KeepGoing(), observe)
	for _, f := range []func(){
		func() { overlap.Map(t.Context(), executor, goexitsAtSevens, []int{7}, observe) },
		func() {
			for range overlap.Stream(t.Context(), executor, goexitsAtSevens, upTo(1), observe) {
				t.Error("a result was yielded on a goroutine that has ended")
			}
		},
		func() { overlap.Submit(g, goexitsAtSevens, 7) },
	} {
		events = nil
		ended := make(chan bool)
		go func() {
			returned := false
			defer func() { ended <- returned }()
			f()
			returned = true
		}()
		equal(t, "the caller goes on", <-ended, false)
		if len(events) == 0 || events[len(events)-1].Kind != overlap.EventFinished ||
			events[len(events)-1].Outcome != overlap.Failed {
			t.Errorf("the call was not settled as failed: %v", events)
		}
	}
	is(t, "Group.Wait", g.Wait(), overlap.ErrGoexit)
	works(t, executor)
}

func goexitKeepsLimit(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var running, most atomic.Int32
	task := overlap.Func(func(context.Context, int) (int, error) {
		now := running.Add(1)
		defer running.Add(-1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		runtime.Gosched()
		runtime.Goexit()
		return 0, nil
	})
	for range 20 {
		_, err := overlap.Map(t.Context(), executor, task, numbers(15*s.Limit), overlap.KeepGoing())
		equal(t, "failures", len(failedCalls(t, "Map", err)), 15*s.Limit)
	}
	if int(most.Load()) > s.Limit {
		t.Errorf("%d calls ran at once, with a limit of %d", most.Load(), s.Limit)
	}
	works(t, executor)
}

func goexitNested(t *testing.T, s *suite) {
	executor := s.newExecutor()
	outer := overlap.Func(func(ctx context.Context, n int) (int, error) {
		for range overlap.Stream(ctx, executor, doubled, forever, overlap.Window(20)) {
			if n%2 == 0 {
				runtime.Goexit()
			}
			break
		}
		return n, nil
	})
	_, err := overlap.Map(t.Context(), executor, outer, numbers(20), overlap.KeepGoing())
	equal(t, "failures", len(failedCalls(t, "Map", err)), 10)
	works(t, executor)
}

func goexitOfConsumer(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var running atomic.Int32
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		if n > 0 {
			<-ctx.Done()
		}
		return n, nil
	})
	ended := make(chan int32)
	go func() {
		defer func() { ended <- running.Load() }()
		for range overlap.Stream(t.Context(), executor, task, forever, overlap.Window(20)) {
			runtime.Goexit()
		}
	}()
	equal(t, "calls that run when the consumer has gone", <-ended, 0)
	works(t, executor)
}
