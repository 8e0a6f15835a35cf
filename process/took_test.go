package process

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/overlap"
)

var (
	pythonNap      = Remote[float64, float64]("t/nap")
	pythonNapAgain = Remote[float64, float64]("t/nap-again", overlap.Idempotent())
)

// Answers to brief calls travel with those to long ones, and calls behind a long one are given back meanwhile. Still
// each call must have its own time.
func TestAPythonCallTakesItsOwnTime(t *testing.T) {
	const long, much = 0.1, 80 * time.Millisecond
	mixed := slices.Repeat([]float64{long, 0.0001}, 6)
	among := slices.Repeat([]float64{0}, 3000)
	for i := 500; i < len(among); i += 700 {
		among[i] = long
	}
	for name, inputs := range map[string][]float64{"mixed": mixed, "now and then": among} {
		for _, task := range []*overlap.Task[float64, float64]{pythonNap, pythonNapAgain} {
			t.Run(fmt.Sprint(name, " ", task.Name()), func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				for r := range overlap.Stream(ctx, pythons(t, 1), task, slices.Values(inputs)) {
					tookItsOwn(t, r, r.Input == long, much)
				}
			})
		}
	}
}

// tookItsOwn fails the test unless a call took so much, if it was a long one, and less than half of that if not.
func tookItsOwn[In, Out any](t *testing.T, r overlap.Result[In, Out], long bool, much time.Duration) {
	t.Helper()
	took := r.Finished - r.Started
	switch {
	case r.Err != nil:
		t.Fatal(r.Err)
	case long && took < much, !long && took > much/2:
		t.Errorf("call %d slept for %v and took %v", r.Index, r.Input, took)
	}
}
