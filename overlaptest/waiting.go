package overlaptest

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"example.com/overlap"
)

var waiting = []behaviour{
	{"All waits for all, and counts duplicates once", []int{11, 87}, 0, waitForAll},
	{"First returns exactly those that have ended", []int{12}, several | bubble, waitForFirst},
	{"FirstError returns at the first failure", []int{13}, several | bubble, waitForFirstError},
	{"a deadline says how many have not ended and cancels nothing", []int{14, 17}, several | bubble, waitWithDeadline},
	{"100 futures that end at once from many threads wake every waiter", []int{15}, memory | background, endAtOnce},
	{"AsCompleted yields each once, those that have ended first", []int{16}, several | bubble, completionOrder},
	{"AsCompleted can be left early", []int{16}, 0, leaveAsCompleted},
	{"AsCompleted keeps nothing it has yielded", []int{18}, memory | bubble, keepsNothing},
}

func waitForAll(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.KeepGoing())
	good, bad := overlap.Submit(g, failsAtSevens, 1), overlap.Submit(g, failsAtSevens, 7)
	long := overlap.Submit(g, waits, s.moment())
	err := overlap.All(t.Context(), bad, good, bad, long, good, bad)
	for _, f := range []overlap.AnyFuture{good, bad, long} {
		equal(t, "ended", f.Outcome() != overlap.Pending, true)
	}
	equal(t, "mentions of the failure", strings.Count(err.Error(), "7 is a seven"), 1)
	is(t, "All", err, bad.Err())
	succeeds(t, "All of none", overlap.All(t.Context()))
	equal(t, "failed calls", len(failedCalls(t, "Group.Wait", g.Wait())), 1)
}

func waitForFirst(t *testing.T, s *suite) {
	ctx, start := t.Context(), time.Now()
	g := overlap.NewGroup(ctx, s.newExecutor())
	long, short := overlap.Submit(g, waits, 3*time.Second), overlap.Submit(g, waits, time.Second)
	ended, err := overlap.FirstCompleted(ctx, long, short, short)
	succeeds(t, "First", err)
	s.took(t, start, time.Second)
	equal(t, "ended", ended, []overlap.AnyFuture{short, short})
	ended, err = overlap.FirstCompleted(ctx, short, long)
	succeeds(t, "First", err)
	s.took(t, start, time.Second)
	equal(t, "ended", ended, []overlap.AnyFuture{short})
	ended, err = overlap.FirstCompleted(ctx)
	succeeds(t, "First of none", err)
	equal(t, "ended of none", len(ended), 0)
	succeeds(t, "Group.Wait", g.Wait())
	s.took(t, start, 3*time.Second)
}

func waitForFirstError(t *testing.T, s *suite) {
	ctx, start := t.Context(), time.Now()
	g := overlap.NewGroup(ctx, s.newExecutor(), overlap.KeepGoing())
	one, two, three := overlap.Submit(g, waits, time.Second), overlap.Submit(g, failsAfter,
		2*time.Second), overlap.Submit(g, waits, 3*time.Second)
	is(t, "FirstError", overlap.FirstError(ctx, one, two, three), two.Err())
	s.took(t, start, 2*time.Second)
	is(t, "FirstError again", overlap.FirstError(ctx, three, two), two.Err())
	s.took(t, start, 2*time.Second)
	succeeds(t, "FirstError without one", overlap.FirstError(ctx, one, three))
	s.took(t, start, 3*time.Second)
	is(t, "Group.Wait", g.Wait(), two.Err())
}

func waitWithDeadline(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var all []overlap.AnyFuture
	for i := range 3 {
		all = append(all, overlap.Submit(g, waits, time.Duration(i+1)*2*time.Second+time.Second/2))
	}
	for _, wait := range []func(context.Context) error{
		func(ctx context.Context) error { return overlap.All(ctx, all...) },
		func(ctx context.Context) error { return overlap.FirstError(ctx, all...) },
		func(ctx context.Context) error {
			var last error
			for f, err := range overlap.AsCompleted(ctx, all...) {
				equal(t, "either a future or an error", f == nil, err != nil)
				last = err
				if err == nil { // the time that the body takes counts as well
					time.Sleep(time.Second / 4)
				}
			}
			return last
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		begun := time.Now()
		err := wait(ctx)
		cancel()
		is(t, "the error", err, context.DeadlineExceeded)
		s.took(t, begun, time.Second)
		left := 0
		for _, f := range all {
			if f.Outcome() == overlap.Pending {
				left++
			}
		}
		if want := string(rune('0'+left)) + " of 3"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say that %s have not ended: %v", want, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := overlap.FirstCompleted(ctx, all[2])
	is(t, "First", err, context.Canceled)
	succeeds(t, "Group.Wait", g.Wait())
	for _, f := range all {
		equal(t, "outcome", f.Outcome(), overlap.Succeeded)
	}
}

func endAtOnce(t *testing.T, s *suite) {
	for range 20 {
		g := overlap.NewGroup(t.Context(), s.newExecutor())
		gate := make(chan struct{})
		task := overlap.Func(func(ctx context.Context, n int) (int, error) { return n, park(ctx, gate) })
		var all []*overlap.Future[int]
		var any []overlap.AnyFuture
		for i := range 100 {
			all = append(all, overlap.Submit(g, task, i))
			any = append(any, all[i])
		}
		counts := make(chan int)
		for range 4 {
			go func() {
				count := 0
				for range overlap.AsCompleted(t.Context(), all...) {
					count++
				}
				counts <- count
			}()
			go func() { succeeds(t, "All", overlap.All(t.Context(), any...)); counts <- 100 }()
			go func() {
				for i, f := range all {
					n, _ := f.Wait(t.Context())
					equal(t, "value", n, i)
				}
				counts <- 100
			}()
		}
		close(gate)
		for range 12 {
			equal(t, "futures seen", <-counts, 100)
		}
		succeeds(t, "Group.Wait", g.Wait())
	}
}

func completionOrder(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var all []*overlap.Future[time.Duration]
	for _, seconds := range []time.Duration{4, 1, 3, 2} {
		f := overlap.Submit(g, waits, seconds*time.Second)
		all = append(all, f, f, f)
	}
	time.Sleep(1500 * time.Millisecond)
	var order []time.Duration
	for f, err := range overlap.AsCompleted(t.Context(), all...) {
		succeeds(t, "AsCompleted", err)
		d, _ := f.Wait(t.Context())
		order = append(order, d/time.Second)
	}
	equal(t, "order", order, []time.Duration{1, 2, 3, 4})
	succeeds(t, "Group.Wait", g.Wait())
}

func leaveAsCompleted(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var all []*overlap.Future[int]
	for i := range 10 {
		all = append(all, overlap.Submit(g, doubled, i))
	}
	for range overlap.AsCompleted(t.Context(), all...) {
		break
	}
	succeeds(t, "Group.Wait", g.Wait())
	for i, f := range all {
		n, _ := f.Wait(t.Context())
		equal(t, "value", n, 2*i)
	}
}

type large struct{ _ [1 << 12]byte }

func keepsNothing(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	makes := overlap.Func(func(context.Context, *large) (*large, error) { return new(large), nil })
	var all []*overlap.Future[*large]
	var inputs []weak.Pointer[large]
	for range 20 {
		in := new(large)
		inputs = append(inputs, weak.Make(in))
		all = append(all, overlap.Submit(g, makes, in))
	}
	synctest.Wait()
	completed := overlap.AsCompleted(t.Context(), all...)
	var outputs []weak.Pointer[large]
	drained := func(f *overlap.Future[*large], err error) bool {
		succeeds(t, "AsCompleted", err)
		v, _ := f.Wait(t.Context())
		outputs = append(outputs, weak.Make(v))
		return true
	}
	next := 0
	all2 := all
	all = nil
	wrapped := func(f *overlap.Future[*large], err error) bool {
		if next == 0 {
			clear(all2)
		}
		next++
		if next > 2 {
			synctest.Wait()
			runtime.GC()
			live := slices.DeleteFunc(slices.Clone(outputs[:next-2]),
				func(p weak.Pointer[large]) bool { return p.Value() == nil })
			if len(live) > 0 {
				t.Errorf("%d of %d values that were yielded earlier are still kept", len(live), next-2)
				return false
			}
		}
		return drained(f, err)
	}
	completed(wrapped)
	succeeds(t, "Group.Wait", g.Wait())
	runtime.GC()
	for i, p := range inputs[:19] {
		if p.Value() != nil {
			t.Errorf("input %d is still kept", i)
		}
	}
}
