package overlaptest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/overlap"
)

var keys = []behaviour{
	{"of each key as many calls run at once as may, and never more", nil, memory | bubble, keysLimit},
	{"calls of each key start at its rate", nil, memory | bubble | unlimited, keysRate},
	{"a list that is sorted by key does not stall", nil, memory | bubble | limit | background, sortedKeys},
	{"a Stream looks as far as its window, and further without one", nil, memory | bubble | limit | background,
		streamLooksAhead},
	{"jobs share the keys", nil, memory | bubble | background, jobsShareKeys},
	{"a call that fails or panics frees its key", nil, memory | bubble, failuresFreeKeys},
	{"a call that is abandoned frees its key", nil, memory | bubble | timeout | background, abandonedFreesKey},
	{"between two attempts a call does not hold its key", nil, memory | bubble, retriesFreeKeys},
	{"a job whose calls wait for their keys can be canceled", nil, bubble, keysCanceled},
	{"futures that wait for their keys can be canceled, and waited for", nil, memory | bubble | background, keyedFutures},
	{"a function of keys that breaks fails its call", nil, memory, keyBreaks},
	{"tiny calls of many keys", nil, 0, manyKeys},
	{"a policy holds a key, and no worker", nil, memory | bubble | background, policyHolds},
	{"a policy paces a key and bounds what runs at once", nil, memory | bubble | background, policyPaces},
	{"a policy says when a call is made again, and behind how many", nil, memory | bubble, policyPutsOff},
	{"calls that a policy puts off do not keep a Stream from drawing", nil, memory | bubble | background, putOffCallsAreOut},
	{"calls fail that a policy gives up", nil, memory | bubble, policyGivesUp},
	{"a policy that breaks fails the call that it was told of", nil, memory, policyBreaks},
}

func mod(k int) func(int) string { return func(n int) string { return strconv.Itoa(n % k) } }

// keyed counts what runs at once, by key.
type keyed struct {
	mu        sync.Mutex
	now, most map[string]int
}

func (k *keyed) task(keyOf func(int) string, lasts time.Duration, err error) *overlap.Task[int, int] {
	k.now, k.most = map[string]int{}, map[string]int{}
	return overlap.Func(func(ctx context.Context, n int) (int, error) {
		key := keyOf(n)
		k.mu.Lock()
		k.now[key]++
		k.most[key] = max(k.most[key], k.now[key])
		k.mu.Unlock()
		_, stopped := overlap.Await(ctx, func() (time.Duration, error) { return pause(ctx, lasts) })
		k.mu.Lock()
		k.now[key]--
		k.mu.Unlock()
		return n, errors.Join(stopped, err)
	})
}

func keysLimit(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for _, n := range []int{1, 2, 3} {
		options := []overlap.Option{overlap.PerKey(mod(4), overlap.AtOnce(n))}
		eachWay(t, executor, 100, options, func(what string, job func(*overlap.Task[int, int]) error) {
			var seen keyed
			start := time.Now()
			succeeds(t, what, job(seen.task(mod(4), time.Second, nil)))
			for key, most := range seen.most {
				if most > n {
					t.Errorf("%s: %d calls of key %s at once, want %d", what, most, key, n)
				}
			}
			if s.Limit == Unlimited || s.Limit >= 4*n && !s.Cooperative {
				s.took(t, start, time.Duration((25+n-1)/n)*time.Second)
			}
		})
	}
}

func keysRate(t *testing.T, s *suite) {
	executor := s.newExecutor()
	options := []overlap.Option{overlap.PerKey(mod(3), overlap.Rate(10, time.Second))}
	eachWay(t, executor, 60, options, func(what string, job func(*overlap.Task[int, int]) error) {
		time.Sleep(time.Hour)
		var seen starts
		seen.reset()
		succeeds(t, what, job(seen.task(0)))
		slices.Sort(seen.times)
		for i, at := range seen.times {
			if want := time.Duration(i/3) * 100 * time.Millisecond; at < want || at > want+time.Microsecond {
				t.Fatalf("%s: start %d was after %v, want %v", what, i, at, want)
			}
		}
	})
}

func sortedKeys(t *testing.T, s *suite) {
	const keys, each = 200, 20
	sorted := numbers(keys * each)
	byKey := func(n int) string { return strconv.Itoa(n / each) }
	shuffled := slices.Clone(sorted)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) {
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	})
	took := func(in []int) time.Duration {
		var seen keyed
		start := time.Now()
		_, err := overlap.Map(t.Context(), s.newExecutor(), seen.task(byKey, time.Second, nil), in,
			overlap.PerKey(byKey, overlap.AtOnce(1)))
		succeeds(t, "Map", err)
		return time.Since(start)
	}
	if a, b := took(sorted), took(shuffled); a > b+b/2 {
		t.Errorf("sorted by key it takes %v, and shuffled %v", a, b)
	}
}

func streamLooksAhead(t *testing.T, s *suite) {
	executor := s.newExecutor()
	const each = 500
	byKey := func(n int) string { return strconv.Itoa(n / each) }
	var drawn atomic.Int64
	in := func(yield func(int) bool) {
		for n := range 4 * each {
			if drawn.Add(1); !yield(n) {
				return
			}
		}
	}
	for _, window := range []int{0, 100} {
		drawn.Store(0)
		options := []overlap.Option{overlap.PerKey(byKey, overlap.AtOnce(1))}
		if window > 0 {
			options = append(options, overlap.Window(window))
		}
		var seen keyed
		start := time.Now()
		taken := 0
		for r := range overlap.Stream(t.Context(), executor, seen.task(byKey, time.Second, nil), in, options...) {
			succeeds(t, "a call", r.Err)
			if inside := int(drawn.Load()) - taken; window > 0 && inside > window {
				t.Fatalf("%d inputs are drawn and not taken, and the window is %d", inside, window)
			}
			taken++
		}
		equal(t, "results", taken, 4*each)
		if window == 0 && s.Limit >= 4 {
			s.took(t, start, each*time.Second)
		}
	}
}

func jobsShareKeys(t *testing.T, s *suite) {
	executor := s.newExecutor()
	perKey := overlap.PerKey(mod(3), overlap.AtOnce(2))
	var seen keyed
	task := seen.task(mod(3), time.Second, nil)
	var jobs sync.WaitGroup
	for range 3 {
		jobs.Go(func() {
			_, err := overlap.Map(t.Context(), executor, task, numbers(30), perKey)
			succeeds(t, "Map", err)
		})
	}
	jobs.Wait()
	for key, most := range seen.most {
		if most > 2 {
			t.Errorf("%d calls of key %s at once, want 2", most, key)
		}
	}
}

func failuresFreeKeys(t *testing.T, s *suite) {
	executor := s.newExecutor()
	perKey := overlap.PerKey(mod(2), overlap.AtOnce(1))
	options := []overlap.Option{perKey, overlap.KeepGoing()}
	if s.OnCaller {
		options = append(options, quick(1))
	}
	var seen keyed
	_, err := overlap.Map(t.Context(), executor, seen.task(mod(2), 0, errStopped), numbers(20), options...)
	equal(t, "failures", len(failedCalls(t, "Map", err)), 20)
	panics := overlap.Func(func(context.Context, int) (int, error) { panic("a panic") })
	_, err = overlap.Map(t.Context(), executor, panics, numbers(20), options...)
	equal(t, "panics", len(failedCalls(t, "Map", err)), 20)
	if !s.OnCaller {
		goexits := overlap.Func(func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil })
		_, err = overlap.Map(t.Context(), executor, goexits, numbers(20), options...)
		equal(t, "Goexits", len(failedCalls(t, "Map", err)), 20)
	}
	_, err = overlap.Map(t.Context(), executor, doubled, numbers(20), perKey)
	succeeds(t, "Map afterwards", err)
}

func abandonedFreesKey(t *testing.T, s *suite) {
	release := make(chan struct{})
	defer close(release)
	stuck := overlap.Func(func(_ context.Context, n int) (int, error) {
		if n == 0 {
			<-release
		}
		return n, nil
	})
	start := time.Now()
	_, err := overlap.Map(t.Context(), s.newExecutor(), stuck, numbers(10), overlap.KeepGoing(),
		overlap.PerKey(mod(1), overlap.AtOnce(1)), overlap.Timeout(time.Minute), overlap.Grace(time.Second))
	equal(t, "outcome", failedCalls(t, "Map", err)[0].Outcome, overlap.Abandoned)
	s.took(t, start, time.Minute+time.Second)
}

func retriesFreeKeys(t *testing.T, s *suite) {
	failed := false
	task := overlap.Func(func(_ context.Context, n int) (int, error) {
		if n == 0 && !failed {
			failed = true
			return 0, retryIn(time.Hour)
		}
		return n, nil
	})
	var ends []int
	start := time.Now()
	for r := range overlap.Stream(t.Context(), s.newExecutor(), task, upTo(3),
		overlap.PerKey(mod(1), overlap.AtOnce(1)), overlap.Retry(1)) {
		succeeds(t, "a call", r.Err)
		ends = append(ends, r.Index)
	}
	s.took(t, start, time.Hour)
	if !s.OnCaller {
		equal(t, "the one that ends last", ends[len(ends)-1], 0) // several workers may find the others in any order
	}
}

type retryIn time.Duration

func (retryIn) Error() string                       { return "try again later" }
func (r retryIn) RetryAfter() (time.Duration, bool) { return time.Duration(r), true }

func keysCanceled(t *testing.T, s *suite) {
	executor := s.newExecutor()
	perKey := overlap.PerKey(func(time.Duration) string { return "" }, overlap.AtOnce(1))
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errStopped)
	defer cancel()
	in := slices.Repeat([]time.Duration{time.Hour}, 50)
	start := time.Now()
	_, err := overlap.Map(ctx, executor, waits, in, perKey)
	is(t, "Map", err, errStopped)
	equal(t, "calls without a value", count(noneFailed(t, "Map", err).Missing()), 50)
	n := 0
	for r := range overlap.Stream(ctx, executor, waits, slices.Values(in), perKey) {
		is(t, "Stream", r.Err, errStopped)
		n++
	}
	s.took(t, start, time.Minute)
	for r := range overlap.Stream(t.Context(), executor, waits, slices.Values(in), perKey) {
		succeeds(t, "Stream", r.Err)
		break
	}
	_, err = overlap.Map(t.Context(), executor, waits, in[:2], perKey)
	succeeds(t, "Map afterwards", err)
}

func keyedFutures(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.PerKey(mod(1), overlap.AtOnce(1)))
	start := time.Now()
	var seen keyed
	task := seen.task(mod(1), time.Second, nil)
	var futures []*overlap.Future[int]
	for i := range 6 {
		futures = append(futures, overlap.Submit(g, task, i))
	}
	other := overlap.Submit(g, waits, time.Minute) // has no key
	time.Sleep(time.Second / 2)
	equal(t, "canceled", futures[1].Cancel(), true)
	equal(t, "outcome", futures[1].Outcome(), overlap.NeverStarted)
	equal(t, "canceled", futures[0].Cancel(), true)
	for i, f := range futures {
		_, err := f.Wait(t.Context())
		if i < 2 {
			is(t, "a future that was canceled", err, context.Canceled)
		} else {
			succeeds(t, "a future", err)
		}
	}
	s.took(t, start, 4*time.Second+time.Second/2)
	_, err := other.Wait(t.Context())
	succeeds(t, "a call without a key", err)
	succeeds(t, "Group.Wait", g.Wait())
	equal(t, "most at once", seen.most["0"], 1)
}

func keyBreaks(t *testing.T, s *suite) {
	breaks := func(n int) string {
		switch {
		case n == 3:
			panic("no key")
		case n == 5:
			runtime.Goexit()
		}
		return fmt.Sprint(n % 2)
	}
	executor := s.newExecutor()
	perKey := overlap.PerKey(breaks, overlap.AtOnce(1))
	_, err := overlap.Map(t.Context(), executor, doubled, numbers(5), perKey, overlap.KeepGoing())
	failed := failedCalls(t, "Map", err)
	equal(t, "failures", len(failed), 1)
	equal(t, "index", failed[0].Index, 3)
	equal(t, "outcome", failed[0].Outcome, overlap.Panicked)
	equal(t, "value", as[*overlap.PanicError](t, "error", err).Value, any("no key"))
	works(t, executor)
	if s.OnCaller { // a Goexit would end this test
		return
	}
	_, err = overlap.Map(t.Context(), executor, doubled, numbers(8), perKey, overlap.KeepGoing())
	failed = failedCalls(t, "Map", err)
	equal(t, "failures with a Goexit", len(failed), 2)
	equal(t, "its index", failed[1].Index, 5)
	is(t, "its error", failed[1], overlap.ErrGoexit)
	var ends []int
	for r := range overlap.Stream(t.Context(), executor, doubled, upTo(8), perKey) {
		if errors.Is(r.Err, overlap.ErrGoexit) {
			ends = append(ends, r.Index)
		}
	}
	equal(t, "results with a Goexit", ends, []int{5})
	g := overlap.NewGroup(t.Context(), executor, perKey, overlap.KeepGoing())
	ended, other := overlap.Submit(g, doubled, 5), overlap.Submit(g, doubled, 6)
	_, err = ended.Wait(t.Context())
	is(t, "a future whose key ends its goroutine", err, overlap.ErrGoexit)
	_, err = other.Wait(t.Context())
	succeeds(t, "the future after it", err)
	is(t, "Group.Wait", g.Wait(), overlap.ErrGoexit)
	works(t, executor)
}

func manyKeys(t *testing.T, s *suite) {
	executor := s.newExecutor()
	perKey := overlap.PerKey(mod(100), overlap.AtOnce(1))
	n := s.many(3000)
	got, err := overlap.Map(t.Context(), executor, doubled, numbers(n), perKey)
	succeeds(t, "Map", err)
	equal(t, "values", got, doubles(n))
	for _, o := range ordering {
		all := collect(overlap.Stream(t.Context(), executor, doubled, upTo(n), with(o.options, perKey)...))
		equal(t, "results", len(all), n)
	}
}
