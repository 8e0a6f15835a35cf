package overlaptest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

var room = []behaviour{
	{"Submit waits for room in the group's window", nil, bubble | background, submitWaits},
	{"TrySubmit refuses while there is none", nil, bubble | background, trySubmitRefuses},
	{"TrySubmit without a window submits", nil, 0, trySubmitWithoutWindow},
	{"many goroutines that submit share the window", nil, memory, windowOfMany},
	{"calls of the group submit beyond its window", nil, memory | background, callsSubmitBeyond},
	{"a call that submits to a full group of its own lends its slot", nil, memory, submitLends},
	{"a future that is canceled makes room", nil, bubble | background, cancelMakesRoom},
	{"a failure ends the wait for room", nil, bubble | background | told, failureEndsWaitForRoom},
	{"so does a drain", nil, bubble | background, drainEndsWaitForRoom},
	{"Group.Wait waits for a Submit that waits for room", nil, bubble | background, waitJoinsSubmit},
}

func submitWaits(t *testing.T, s *suite) {
	start := time.Now()
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Window(1))
	for i := range 5 {
		overlap.Submit(g, waits, s.moment())
		s.took(t, start, time.Duration(i)*s.moment())
	}
	succeeds(t, "Group.Wait", g.Wait())
	s.took(t, start, 5*s.moment())
}

func trySubmitRefuses(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Window(2))
	first := overlap.Submit(g, waits, s.moment())
	_, ok := overlap.TrySubmit(g, waits, time.Hour)
	equal(t, "TrySubmit where there is room", ok, true)
	refused, ok := overlap.TrySubmit(g, doubled, 1)
	equal(t, "TrySubmit where there is none", ok, false)
	equal(t, "its future", refused, nil)
	if _, err := first.Wait(t.Context()); err == nil { // there is room as soon as the wait is over
		second, ok := overlap.TrySubmit(g, waits, s.moment())
		equal(t, "TrySubmit where there is room again", ok, true)
		_, err := second.Wait(t.Context())
		succeeds(t, "Wait", err)
	}
	succeeds(t, "Group.Wait", g.Wait())
	over, ok := overlap.TrySubmit(g, doubled, 1)
	equal(t, "TrySubmit when the group is over", ok, true)
	is(t, "its future", over.Err(), overlap.ErrGroupOver)
}

func trySubmitWithoutWindow(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	for i := range 100 {
		f, ok := overlap.TrySubmit(g, doubled, i)
		equal(t, "TrySubmit", ok, true)
		v, err := f.Wait(t.Context())
		succeeds(t, "Wait", err)
		equal(t, "value", v, 2*i)
	}
	succeeds(t, "Group.Wait", g.Wait())
}

func windowOfMany(t *testing.T, s *suite) {
	var g gauge
	group := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Window(3))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 25 {
				overlap.Submit(group, g.busy(), i)
			}
		})
	}
	all.Wait()
	succeeds(t, "Group.Wait", group.Wait())
	if most := g.most.Load(); most > 3 {
		t.Errorf("%d calls ran at once in a window of 3", most)
	}
}

func callsSubmitBeyond(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Window(1))
	var calls atomic.Int32
	var tree *overlap.Task[int, int]
	tree = overlap.Func(func(_ context.Context, depth int) (int, error) {
		calls.Add(1)
		for range min(depth, 2) {
			overlap.Submit(g, tree, depth-1)
		}
		return depth, nil
	})
	overlap.Submit(g, tree, 4)
	succeeds(t, "Group.Wait", g.Wait())
	equal(t, "calls", calls.Load(), 1+2+4+8+8)
}

func submitLends(t *testing.T, s *suite) {
	executor := s.newExecutor()
	outer := overlap.Func(func(ctx context.Context, n int) (int, error) {
		g := overlap.NewGroup(ctx, executor, overlap.Window(1))
		for i := range 4 {
			overlap.Submit(g, doubled, i)
		}
		return n, g.Wait()
	})
	got, err := overlap.Map(t.Context(), executor, outer, numbers(20))
	succeeds(t, "Map", err)
	equal(t, "values", got, numbers(20))
}

func cancelMakesRoom(t *testing.T, s *suite) {
	start := time.Now()
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Window(1))
	f := overlap.Submit(g, waits, time.Hour)
	time.AfterFunc(s.moment(), func() { f.Cancel() })
	overlap.Submit(g, doubled, 1)
	s.took(t, start, s.moment())
	succeeds(t, "Group.Wait", g.Wait())
}

func failureEndsWaitForRoom(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Window(1))
	bad := overlap.Submit(g, failsAfter, s.moment())
	late := overlap.Submit(g, doubled, 1)
	if bad.Err() == nil {
		t.Error("Submit did not wait for room")
	}
	_, err := late.Wait(t.Context())
	is(t, "the future that had to wait", err, overlap.ErrGroupOver)
	is(t, "Group.Wait", g.Wait(), bad.Err())
}

func drainEndsWaitForRoom(t *testing.T, s *suite) {
	why := errors.New("enough")
	drain, cancel := context.WithCancelCause(context.Background())
	start := time.Now()
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Window(1), overlap.Drain(drain))
	running := overlap.Submit(g, waits, 3*s.moment())
	time.AfterFunc(s.moment(), func() { cancel(why) })
	late := overlap.Submit(g, doubled, 1)
	s.took(t, start, s.moment())
	is(t, "the future that had to wait", late.Err(), why)
	g.Wait()
	equal(t, "outcome of what ran", running.Outcome(), overlap.Succeeded)
}

func waitJoinsSubmit(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor(), overlap.Window(1))
	overlap.Submit(g, waits, s.moment())
	var late *overlap.Future[time.Duration]
	submitted := make(chan struct{})
	go func() {
		late = overlap.Submit(g, waits, s.moment())
		close(submitted)
	}()
	synctest.Wait()
	succeeds(t, "Group.Wait", g.Wait())
	<-submitted
	equal(t, "outcome of the one that waited", late.Outcome(), overlap.Succeeded)
}
