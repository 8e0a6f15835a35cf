package overlaptest

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"example.com/overlap"
)

// races are stated on real threads: in a bubble whose timers have one processor, what is at issue here never meets.
var races = []behaviour{
	{"a call that comes back as it is abandoned ends once", []int{5, 79}, memory | background | timeout | threads,
		comesBackAsAbandoned},
	{"a group whose calls come back as they are abandoned waits for all", []int{5, 79},
		memory | background | timeout | threads, groupOfAbandoned},
	{"futures on an executor that other jobs keep busy all end", []int{46, 76}, threads, futuresOnBusyExecutor},
}

// for300ms repeats what may go wrong.
func for300ms(t *testing.T, round func()) {
	for start := time.Now(); time.Since(start) < 300*time.Millisecond && !t.Failed(); {
		round()
	}
}

// inTime fails the test when f does not return.
func inTime(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s has not returned within 20 s", what)
	}
}

var atDeadline = []overlap.Option{overlap.Timeout(100 * time.Microsecond), overlap.Grace(0)}

// aboutDeadline takes about as long as its timeout.
var aboutDeadline = overlap.Func(func(_ context.Context, n int) (int, error) {
	if n%3 > 0 {
		time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
	}
	return n, nil
})

func comesBackAsAbandoned(t *testing.T, s *suite) {
	executor, in := s.newExecutor(), numbers(500)
	for300ms(t, func() {
		inTime(t, "Map", func() {
			out, err := overlap.Map(t.Context(), executor, aboutDeadline, in, with(atDeadline, overlap.KeepGoing())...)
			failed := map[int]bool{}
			if job, ok := asJobError(err); ok {
				for _, e := range job.Failed {
					if failed[e.Index] {
						t.Errorf("call %d has failed twice", e.Index)
					}
					failed[e.Index] = true
				}
			}
			for i, v := range out {
				if v != i && !failed[i] {
					t.Errorf("call %d has neither its value nor an error", i)
				}
			}
		})
		inTime(t, "Stream", func() {
			equal(t, "results", len(collect(overlap.Stream(t.Context(), executor, aboutDeadline, upTo(200), atDeadline...))), 200)
		})
	})
}

func groupOfAbandoned(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for300ms(t, func() {
		inTime(t, "Group.Wait", func() {
			g := overlap.NewGroup(t.Context(), executor, with(atDeadline, overlap.KeepGoing())...)
			futures := make([]*overlap.Future[int], 100)
			for i := range futures {
				futures[i] = overlap.Submit(g, aboutDeadline, i)
			}
			_ = g.Wait() // some are abandoned
			for i, f := range futures {
				if f.Outcome() == overlap.Pending {
					t.Errorf("future %d has not ended after Wait", i)
				}
			}
		})
	})
}

func futuresOnBusyExecutor(t *testing.T, s *suite) {
	executor := s.newExecutor()
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for range 20 {
				g := overlap.NewGroup(t.Context(), executor)
				f := overlap.Submit(g, holds, time.Millisecond)
				_, err := f.Wait(t.Context())
				succeeds(t, "a future", err)
				succeeds(t, "its group", g.Wait())
			}
		})
	}
	inTime(t, "a future on a busy executor", all.Wait)
}
