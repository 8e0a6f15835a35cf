package overlaptest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var lendings = []behaviour{
	{"a slot is lent to the future that is waited for, and not to its siblings", []int{55}, memory | background | lending,
		lentToTheAwaited},
	{"calls that wait for futures do not open ever more calls", []int{46, 55}, memory | background | lending,
		openCallsAreBounded},
	{"a context that outlives its call lends nobody's slot", []int{46, 55}, memory | sharedLimit | lending | bubble, oldContext},
	{"goroutines of one call that wait for different things each get them", []int{55}, memory | background | lending,
		severalWaits},
	{"a future that waits for another attempt gets the slot of the call that waits for it", []int{22, 55},
		memory | background | lending | bubble, lentToRetry},
}

func lentToTheAwaited(t *testing.T, s *suite) {
	if s.Cooperative {
		t.Skip("not for this executor: the turn of a call that waits goes to any other")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	executor := s.newExecutor()
	var mutex sync.Mutex
	g := overlap.NewGroup(ctx, executor)
	submitted := make(chan struct{})
	whole := overlap.Func(func(ctx context.Context, n int) (int, error) {
		if err := park(ctx, submitted); err != nil {
			return 0, err
		}
		mutex.Lock()
		defer mutex.Unlock()
		return overlap.Submit(g, doubled, n).Wait(ctx)
	})
	n := 3 * max(1, s.Limit)
	var futures []*overlap.Future[int]
	for i := range n {
		futures = append(futures, overlap.Submit(g, whole, i))
	}
	close(submitted)
	for i, f := range futures {
		got, err := f.Wait(ctx)
		succeeds(t, "a call that holds a lock while it waits", err)
		equal(t, "its value", got, 2*i)
	}
	succeeds(t, "Group.Wait", g.Wait())
}

func openCallsAreBounded(t *testing.T, s *suite) {
	if s.Limit < 1 {
		t.Skip("it needs a limit that is known")
	}
	executor := s.newExecutor()
	var open, most atomic.Int32
	g := overlap.NewGroup(t.Context(), executor)
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		most.Store(max(most.Load(), open.Add(1)))
		defer open.Add(-1)
		return overlap.Submit(g, doubled, n).Wait(ctx)
	})
	for i := range 500 {
		overlap.Submit(g, task, i)
	}
	succeeds(t, "Group.Wait", g.Wait())
	if n := int(most.Load()); n > 2*s.Limit && !s.Cooperative {
		t.Errorf("%d calls were open at once, on an executor with a limit of %d", n, s.Limit)
	}
	works(t, executor)
}

func oldContext(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var now, most atomic.Int32
	work := func() {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(s.moment() / 10)
		now.Add(-1)
	}
	audit := overlap.Func(func(_ context.Context, n int) (int, error) { work(); return n, nil })
	var left sync.WaitGroup
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		left.Go(func() { // goes on when the call has returned
			time.Sleep(s.moment() / 7)
			_, err := overlap.Map(context.WithoutCancel(ctx), executor, audit, []int{n})
			succeeds(t, "a Map with a context that has outlived its call", err)
		})
		work()
		return n, nil
	})
	_, err := overlap.Map(t.Context(), executor, task, numbers(4*s.Limit))
	succeeds(t, "Map", err)
	left.Wait()
	if n := int(most.Load()); n > s.Limit {
		t.Errorf("%d calls executed at once, on an executor with a limit of %d", n, s.Limit)
	}
}

func severalWaits(t *testing.T, s *suite) {
	executor := s.newExecutor()
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				_, err := overlap.Map(ctx, executor, waits, []time.Duration{time.Duration(i+1) * s.moment() / 10})
				succeeds(t, "a Map of one goroutine of a call", err)
			})
		}
		all.Wait()
		return n, nil
	})
	inTime(t, "a call whose goroutines wait", func() {
		got, err := overlap.Map(t.Context(), executor, task, numbers(3))
		succeeds(t, "Map", err)
		equal(t, "values", got, numbers(3))
	})
	works(t, executor)
}

func lentToRetry(t *testing.T, s *suite) {
	var tries atomic.Int32
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	second := overlap.Func(func(_ context.Context, n int) (int, error) {
		if tries.Add(1) == 1 {
			return 0, errStopped
		}
		return n, nil
	}, overlap.Retry(2))
	task := overlap.Func(func(ctx context.Context, n int) (int, error) {
		return overlap.Submit(g, second, n).Wait(ctx)
	})
	f := overlap.Submit(g, task, 7)
	for range 5 * max(1, s.Limit) { // what waits in the queue must not keep the second attempt from its slot
		overlap.Submit(g, doubled, 1)
	}
	n, err := f.Wait(t.Context())
	succeeds(t, "the call that waits", err)
	equal(t, "its value", n, 7)
	succeeds(t, "Group.Wait", g.Wait())
}
