package overlaptest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/overlap"
)

var completions = []behaviour{
	{"futures come as they end, also those that are added meanwhile", nil, bubble | several | background, completionsGrow},
	{"none are added, and none come", nil, 0, completionsOfNone},
	{"what is left when a loop is left comes in the next", nil, 0, completionsGoOn},
	{"several ranges share them", nil, 0, completionsShared},
	{"one that waits is told of a later one that ends first", nil, bubble | several | background, laterEndsFirst},
	{"a context that ends is said, and loses none", nil, bubble | background, completionsCutShort},
	{"a call that waits lends its slot to those that are added", nil, memory, completionsLend},
}

type wait = *overlap.Future[time.Duration]

func completionsGrow(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var c overlap.Completions[wait]
	c.Add(overlap.Submit(g, waits, 4*time.Second), overlap.Submit(g, waits, time.Second))
	equal(t, "added", c.Len(), 2)
	var order []time.Duration
	start := time.Now()
	for f, err := range c.All(t.Context()) {
		succeeds(t, "All", err)
		d, _ := f.Wait(t.Context())
		if order = append(order, d/time.Second); d == time.Second {
			c.Add(overlap.Submit(g, waits, 2*time.Second), overlap.Submit(g, waits, 5*time.Second))
		}
	}
	equal(t, "order", order, []time.Duration{1, 2, 4, 5})
	s.took(t, start, 6*time.Second)
	equal(t, "left", c.Len(), 0)
	succeeds(t, "Group.Wait", g.Wait())
}

func completionsOfNone(t *testing.T, s *suite) {
	var c overlap.Completions[wait]
	equal(t, "futures", countPairs(c.All(t.Context())), 0)
	c.Add()
	equal(t, "futures", countPairs(c.All(t.Context())), 0)
}

func countPairs(seq func(yield func(wait, error) bool)) (n int) {
	for range seq {
		n++
	}
	return n
}

func completionsGoOn(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var c overlap.Completions[*overlap.Future[int]]
	for i := range 10 {
		c.Add(overlap.Submit(g, doubled, i))
	}
	var got []int
	for range 10 {
		for f, err := range c.All(t.Context()) {
			succeeds(t, "All", err)
			v, _ := f.Wait(t.Context())
			got = append(got, v)
			break
		}
	}
	slices.Sort(got)
	equal(t, "values", got, doubles(10))
	equal(t, "left", c.Len(), 0)
	succeeds(t, "Group.Wait", g.Wait())
}

func completionsShared(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var c overlap.Completions[*overlap.Future[int]]
	for i := range 50 {
		c.Add(overlap.Submit(g, doubled, i))
	}
	var mu sync.Mutex
	var got []int
	var ranges sync.WaitGroup
	for range 4 {
		ranges.Go(func() {
			for f, err := range c.All(t.Context()) {
				v, waitErr := f.Wait(t.Context())
				mu.Lock()
				succeeds(t, "All", errors.Join(err, waitErr))
				if got = append(got, v); v%4 == 0 && v < 100 { // all even inputs lead to another
					c.Add(overlap.Submit(g, doubled, v/2+50))
				}
				mu.Unlock()
			}
		})
	}
	ranges.Wait()
	slices.Sort(got)
	equal(t, "futures", len(got), 75)
	succeeds(t, "Group.Wait", g.Wait())
}

func laterEndsFirst(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var c overlap.Completions[wait]
	c.Add(overlap.Submit(g, waits, time.Hour))
	time.AfterFunc(time.Second, func() { c.Add(overlap.Submit(g, waits, time.Second)) })
	start := time.Now()
	for f := range c.All(t.Context()) {
		d, _ := f.Wait(t.Context())
		equal(t, "the first", d, time.Second)
		break
	}
	s.took(t, start, 2*time.Second)
	succeeds(t, "Group.Wait", g.Wait())
}

func completionsCutShort(t *testing.T, s *suite) {
	g := overlap.NewGroup(t.Context(), s.newExecutor())
	var c overlap.Completions[wait]
	c.Add(overlap.Submit(g, waits, time.Hour))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	pairs := 0
	for f, err := range c.All(ctx) {
		pairs++
		equal(t, "future", f, nil)
		is(t, "All", err, context.DeadlineExceeded)
	}
	equal(t, "pairs", pairs, 1)
	equal(t, "left", c.Len(), 1)
	equal(t, "futures of the next range", countPairs(c.All(t.Context())), 1)
	succeeds(t, "Group.Wait", g.Wait())
}

func completionsLend(t *testing.T, s *suite) {
	executor := s.newExecutor()
	outer := overlap.Func(func(ctx context.Context, n int) (int, error) {
		g := overlap.NewGroup(ctx, executor)
		var c overlap.Completions[*overlap.Future[int]]
		c.Add(overlap.Submit(g, doubled, 1))
		sum := 0
		for f, err := range c.All(ctx) {
			if err != nil {
				return 0, err
			}
			v, err := f.Wait(ctx)
			if err != nil {
				return 0, err
			}
			if sum += v; v < 32 {
				c.Add(overlap.Submit(g, doubled, v))
			}
		}
		return sum - 62 + n, g.Wait()
	})
	got, err := overlap.Map(t.Context(), executor, outer, numbers(20))
	succeeds(t, "Map", err)
	equal(t, "values", got, numbers(20))
}
