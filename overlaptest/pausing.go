package overlaptest

import (
	"context"
	"testing"
	"time"

	"example.com/overlap"
)

var pausing = []behaviour{
	{"nothing begins while a gate is closed, and what runs goes on", nil, memory | bubble | background, gateCloses},
	{"a job that begins before a closed gate waits for it", nil, bubble, gateOpens},
	{"all gates of a job must be open, and jobs share them", nil, bubble | background, severalGates},
	{"a job before a closed gate can be canceled", nil, bubble, gateCanceled},
	{"a job before a closed gate can drain", nil, bubble, gateDrains},
}

func gateCloses(t *testing.T, s *suite) {
	executor := s.newExecutor()
	gate := overlap.NewGate()
	eachWay(t, executor, 100, []overlap.Option{gate}, func(what string, job func(*overlap.Task[int, int]) error) {
		var seen starts
		seen.reset()
		ended := make(chan error)
		go func() { ended <- job(seen.task(time.Second)) }()
		time.Sleep(time.Second / 2)
		gate.Close()
		equal(t, what+": the gate is closed", gate.Closed(), true)
		before := seen.count()
		time.Sleep(time.Hour)
		if before < 100 {
			equal(t, what+": calls that began while the gate was closed", seen.count()-before, 0)
		}
		gate.Open()
		select {
		case err := <-ended:
			succeeds(t, what, err)
		case <-time.After(time.Hour):
			t.Fatalf("%s: it does not go on", what)
		}
		equal(t, what+": calls", seen.count(), 100)
	})
}

func gateOpens(t *testing.T, s *suite) {
	executor := s.newExecutor()
	gate := overlap.NewGate()
	eachWay(t, executor, 20, []overlap.Option{gate}, func(what string, job func(*overlap.Task[int, int]) error) {
		gate.Close()
		gate.Close()
		start := time.Now()
		time.AfterFunc(time.Hour, gate.Open)
		succeeds(t, what, job(doubled))
		s.took(t, start, time.Hour)
	})
}

func severalGates(t *testing.T, s *suite) {
	executor := s.newExecutor()
	one, other := overlap.NewGate(), overlap.NewGate()
	one.Close()
	other.Close()
	start := time.Now()
	both := overlap.NewGroup(t.Context(), executor, one, other)
	second := overlap.NewGroup(t.Context(), executor, other)
	b, f := overlap.Submit(both, doubled, 1), overlap.Submit(second, doubled, 1)
	time.AfterFunc(time.Hour, other.Open)
	time.AfterFunc(2*time.Hour, one.Open)
	_, err := f.Wait(t.Context())
	succeeds(t, "a call behind one gate", err)
	s.took(t, start, time.Hour)
	_, err = b.Wait(t.Context())
	succeeds(t, "a call behind both", err)
	s.took(t, start, 2*time.Hour)
	succeeds(t, "Group.Wait", both.Wait())
	succeeds(t, "Group.Wait", second.Wait())
}

func gateCanceled(t *testing.T, s *suite) {
	gate := overlap.NewGate()
	gate.Close()
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errStopped)
	defer cancel()
	executor := s.newExecutor()
	_, err := overlap.Map(ctx, executor, doubled, numbers(100), gate)
	is(t, "Map", err, errStopped)
	equal(t, "calls without a value", count(noneFailed(t, "Map", err).Missing()), 100)
	works(t, executor)
}

func gateDrains(t *testing.T, s *suite) {
	gate := overlap.NewGate()
	gate.Close()
	ctx, drain := context.WithTimeoutCause(t.Context(), time.Minute, errStopped)
	defer drain()
	executor := s.newExecutor()
	start := time.Now()
	for r := range overlap.Stream(t.Context(), executor, doubled, forever, gate, overlap.Drain(ctx)) {
		equal(t, "outcome", r.Outcome, overlap.NeverStarted)
		is(t, "error", r.Err, errStopped)
	}
	s.took(t, start, time.Minute)
	works(t, executor)
}
