package compare

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// hooked is a plan of two jobs, whose hooks write down when they are called, and fail where told to.
func hooked(failing ...string) (plan Plan, called *[]string) {
	plan = scene(10, map[string]behaviour{"a": {walls: steady(1), inFlight: 1, call: 0.1}}, "a")
	plan.Jobs = append(plan.Jobs, plan.Jobs[0])
	plan.Runs = 2
	called = new([]string)
	hook := func(name string) func(context.Context) error {
		return func(context.Context) error {
			*called = append(*called, name)
			if slices.Contains(failing, name) {
				return errors.New(name + " failed")
			}
			return nil
		}
	}
	plan.Setup, plan.Prepare, plan.Cleanup = hook("setup"), hook("prepare"), hook("cleanup")
	plan.Progress = func(p Progress) {
		if p.Measurement != nil {
			*called = append(*called, "measure")
		}
	}
	return plan, called
}

func TestHooksAreCalled(t *testing.T) {
	for _, c := range []struct {
		name, failing, called, fails string
		jobs                         int
	}{
		{"all well", "", "setup prepare measure prepare measure cleanup setup prepare measure prepare measure cleanup", "", 2},
		{"setup fails", "setup", "setup", "setup failed", 0},
		{"prepare fails", "prepare", "setup prepare cleanup", "prepare failed", 0},
		{"cleanup fails", "cleanup", "setup prepare measure prepare measure cleanup", "cleanup failed", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, called := hooked(c.failing)
			report, err := inBubble(t, plan)
			if got := strings.Join(*called, " "); got != c.called {
				t.Errorf("called %s, want %s", got, c.called)
			}
			if c.fails == "" && err != nil || c.fails != "" && (err == nil || err.Error() != c.fails) {
				t.Errorf("the error is %v, want %q", err, c.fails)
			}
			jobs := 0
			if report != nil {
				jobs = len(report.Jobs)
			}
			if jobs != c.jobs {
				t.Errorf("the report has %d jobs, want %d", jobs, c.jobs)
			}
		})
	}
}

// What was set up is cleaned up after an interrupt as well, by a context that has not ended.
func TestInterruptedComparisonIsCleanedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		plan, called := hooked()
		plan.Prepare = func(context.Context) error { cancel(errors.New("enough")); return nil }
		plan.Cleanup = func(ctx context.Context) error {
			*called = append(*called, "cleanup")
			return ctx.Err()
		}
		_, err := runOn(ctx, testMachine, plan)
		if err == nil || err.Error() != "enough" || strings.Join(*called, " ") != "setup cleanup" {
			t.Errorf("%v, called %v", err, *called)
		}
	})
}
