package overlap_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/station"
	"example.com/overlap/internal/tune"
)

// reportOf is what Auto reports of a job of n calls, on two idle cores.
func reportOf(t *testing.T, task func(context.Context, int) (int, error), n int, options ...overlap.Option) (report overlap.AutoReport) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseMachine(t, 2, func(r *tune.Reading) { r.CPU = 0 }, func(r *tune.Reading) { r.CPU = 0 })
		inputs := make([]int, n)
		for i := range inputs {
			inputs[i] = i
		}
		auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
		_, _ = overlap.Map(t.Context(), auto, overlap.Func(task), inputs, append(options, overlap.KeepGoing())...)
	})
	return report
}

// mustSay fails the test unless a report has these parts, and not those.
func mustSay(t *testing.T, report overlap.AutoReport, says, none []string) {
	t.Helper()
	text := report.String()
	for _, part := range says {
		if !strings.Contains(text, part) {
			t.Errorf("lacks %q:\n%s", part, text)
		}
	}
	for _, part := range none {
		if strings.Contains(text, part) {
			t.Errorf("has %q:\n%s", part, text)
		}
	}
}

// A key whose policy slows calls down after a refusal is not held back by the limits that it was given, whether there are any.
func TestAutoNamesThePolicyOfAKey(t *testing.T) {
	one := func(int) string { return "one" }
	slows := overlap.Adapt(func(string) overlap.KeyPolicy {
		state := overlap.KeyState{}
		return overlap.KeyPolicy{Ended: func(a overlap.KeyAttempt) overlap.KeyState {
			if a.Outcome != overlap.Succeeded {
				state = overlap.KeyState{Every: 100 * ms}
				return overlap.KeyState{Every: 100 * ms, Again: true}
			}
			return state
		}}
	})
	for name, limits := range map[string][]overlap.KeyLimit{"no limit": {slows}, "a limit": {slows, overlap.AtOnce(8)}} {
		t.Run(name, func(t *testing.T) {
			// The fourth call that starts is refused. The one of the fourth input need not be early: if its worker is slow to ask
			// for the key, it starts behind all the others.
			var started atomic.Int32
			report := reportOf(t, func(context.Context, int) (int, error) {
				fourth := started.Add(1) == 4
				time.Sleep(20 * ms)
				if fourth {
					return 0, tooMuch{}
				}
				return 0, nil
			}, 300, overlap.PerKey(one, limits...))
			if report.HeldBack != "the policy of its key" || report.KeptBy() != report.HeldBack || report.Refused != 1 {
				t.Errorf("held back by %q after %d refusals", report.HeldBack, report.Refused)
			}
			mustSay(t, report, []string{"1 refusal,", "the policy of its key lets no more"},
				[]string{"limit per key"})
		})
	}
}

// Where all calls that are left wait to be made again, nothing else keeps them from being made: neither the cores, nor the inputs,
// nor a limit.
func TestAutoNamesCallsThatWaitToBeMadeAgain(t *testing.T) {
	bad := func(i int) bool { return i%10 == 3 }
	refuses := func(_ context.Context, i int) (int, error) {
		time.Sleep(5 * ms)
		if bad(i) {
			return 0, tooMuch{}
		}
		return 0, nil
	}
	again := overlap.PerKey(func(int) string { return "one" }, overlap.Adapt(func(string) overlap.KeyPolicy {
		return overlap.KeyPolicy{Ended: func(a overlap.KeyAttempt) overlap.KeyState {
			return overlap.KeyState{Again: a.Refused < 4, After: time.Second << a.Refused}
		}}
	}))
	fails := func(_ context.Context, i int) (int, error) {
		time.Sleep(5 * ms)
		if bad(i) {
			return 0, context.DeadlineExceeded
		}
		return 0, nil
	}
	retries := overlap.RetryPolicy{Extra: 4, Base: time.Second}
	for name, c := range map[string]struct {
		report overlap.AutoReport
		said   string
	}{
		"refused":               {reportOf(t, refuses, 1000), "were refused and waited to be made again"},
		"refused, and keyed":    {reportOf(t, refuses, 1000, again), "were refused and waited to be made again"},
		"refused, and three":    {reportOf(t, func(ctx context.Context, _ int) (int, error) { return refuses(ctx, 3) }, 3), "let none through: all were refused"},
		"failed and made again": {reportOf(t, fails, 1000, retries), "had failed and waited to be made again"},
	} {
		t.Log(name)
		mustSay(t, c.report, []string{c.said}, []string{"limit per key", "the cores", "nothing so far", "inputs come", "number of calls"})
	}
}

// Of a job all of whose calls failed otherwise, refusals kept nothing back: more of three calls there are not.
func TestAutoOfCallsThatAllFail(t *testing.T) {
	fails := func(context.Context, int) (int, error) { time.Sleep(5 * ms); return 0, errors.ErrUnsupported }
	mustSay(t, reportOf(t, fails, 3), []string{"every call failed", "kept from more by the number of calls"}, []string{"refus", "the cores", "inputs come"})
}

// Calls that a job's end cuts off, or that fail since their key is given up, have not got through.
func TestAutoOfCallsThatHaveNotGotThrough(t *testing.T) {
	refuses := func(context.Context, int) (int, error) { time.Sleep(5 * ms); return 0, tooMuch{} }
	gone := errors.New("gone")
	for name, policy := range map[string]overlap.KeyPolicy{
		"cut off": {Ended: func(overlap.KeyAttempt) overlap.KeyState {
			return overlap.KeyState{Again: true, AtOnce: 1, Hold: 300 * ms}
		}},
		"given up": {Ended: func(a overlap.KeyAttempt) overlap.KeyState {
			state := overlap.KeyState{Again: true, AtOnce: 1, Hold: 300 * ms}
			if a.Refused > 1 {
				state.Fail = gone
			}
			return state
		}},
	} {
		t.Log(name)
		perKey := overlap.PerKey(func(int) string { return "one" }, overlap.Adapt(func(string) overlap.KeyPolicy { return policy }))
		report := reportOf(t, refuses, 100, perKey, overlap.TimeLimit(10*time.Second))
		mustSay(t, report, []string{"all were refused"}, []string{"inputs come"})
	}
}

// A step up to where calls were refused before tries whether they still are; that the cores have room is not why it is made.
func TestAutoSaysWhyItTriesMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseMachine(t, 2, func(r *tune.Reading) { r.CPU = 0 }, func(r *tune.Reading) { r.CPU = 0 })
		task, _ := countRefusals(station.RefusesMore(20, 50*ms, ms))
		var tries []string
		auto := overlap.Auto(overlap.ExplainSteps(func(s overlap.AutoStep) {
			if s.From == 20 && s.To == 21 {
				tries = append(tries, s.Why)
			}
		}))
		if _, err := overlap.Map(t.Context(), auto, task, make([]int, 1000)); err != nil {
			t.Fatal(err)
		}
		if len(tries) == 0 {
			t.Error("it never tried more")
		}
		for _, why := range tries {
			if why != "is one more refused?" {
				t.Error(why)
			}
		}
	})
}

// A call that is refused is offered five times in all its attempts: a port at which nobody listens was asked 18 times with two retries.
func TestAutoOffersACallFiveTimesInAllItsAttempts(t *testing.T) {
	asked := make([]int, 200)
	var mu sync.Mutex
	reportOf(t, func(_ context.Context, i int) (int, error) {
		mu.Lock()
		asked[i]++
		mu.Unlock()
		time.Sleep(5 * ms)
		if i == 3 {
			return 0, tooMuch{}
		}
		return 0, nil
	}, len(asked), overlap.Retry(2))
	for i, n := range asked {
		if want := map[bool]int{true: 6 + 2, false: 1}[i == 3]; n != want {
			t.Errorf("call %d was made %d times, want %d", i, n, want)
		}
	}
}

// breaksWhenAsked is an error whose methods panic.
type breaksWhenAsked struct{}

func (breaksWhenAsked) Error() string                     { return "broken" }
func (breaksWhenAsked) Overloaded() bool                  { panic("Overloaded") }
func (breaksWhenAsked) RetryAfter() (time.Duration, bool) { panic("RetryAfter") }

// breaksWhenRefused is one that is a refusal, and panics when it is to say for how long.
type breaksWhenRefused struct{ breaksWhenAsked }

func (breaksWhenRefused) Overloaded() bool { return true }

// A call has failed also where the methods of its error do.
func TestAutoOfErrorsWhoseMethodsBreak(t *testing.T) {
	for _, broken := range []error{breaksWhenAsked{}, breaksWhenRefused{}} {
		report := reportOf(t, func(_ context.Context, i int) (int, error) {
			time.Sleep(ms)
			if i == 3 {
				return 0, broken
			}
			return 0, nil
		}, 20)
		if report.Calls != 20 {
			t.Errorf("%T: %d of 20 calls ended", broken, report.Calls)
		}
	}
}
