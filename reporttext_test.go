package overlap_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/tune"
)

// What Auto says of a job must not contradict itself, give reasons that were none, or advice that would not help.
func TestWhatAutoSays(t *testing.T) {
	base := overlap.AutoReport{
		Class: overlap.IOBound, Level: 200, Peak: 200, MeanLevel: 150, InFlight: 140, AtStart: 128, Bound: "nothing so far", Cores: 2,
		CoresBusy: 0.1, Waiting: 0.9, Readings: 9, Took: time.Second, CallTime: time.Millisecond, Calls: 1000, Rate: 900,
		Levels: []overlap.AutoLevel{{At: 0, Level: 2}, {At: time.Millisecond, Level: 200}},
	}
	for name, c := range map[string]struct {
		change     func(r *overlap.AutoReport)
		says, none []string // parts of the text
	}{
		"a job that used its level": {func(*overlap.AutoReport) {}, []string{"90 %", "StartWith(200)"}, nil},
		"the level was low for most of the job": {func(r *overlap.AutoReport) { r.MeanLevel, r.InFlight = 1.5, 1.41 },
			nil, []string{"want of inputs"}},
		"the level was not used": {func(r *overlap.AutoReport) { r.MeanLevel, r.InFlight = 1090, 12.345 },
			[]string{"of 1090 that might be in flight on average, 12.3 were"}, []string{"e+", "StartWith"}},
		"every call failed": {func(r *overlap.AutoReport) { r.Calls, r.FailedOtherwise, r.Rate = 4000, 4000, 0 },
			[]string{"kept from more by nothing so far", "every call failed"}, []string{"refus", "StartWith"}},
		"every call was refused": {func(r *overlap.AutoReport) { r.Calls, r.Refused, r.Rate = 4000, 24_000, 0 },
			[]string{"kept from more by refusals"}, []string{"StartWith"}},
		"refusals held it back": {func(r *overlap.AutoReport) { r.InFlight, r.Refused = 12, 40 },
			[]string{"calls were refused 40 times"}, []string{"want of inputs", "StartWith"}},
		"its own limits held it back": {func(r *overlap.AutoReport) { r.InFlight, r.HeldBack = 12, "its rate" },
			[]string{"kept from more by its rate", "its rate lets no more"}, []string{"nothing so far", "want of inputs", "StartWith"}},
		"too few in flight since its own limits held it back": {func(r *overlap.AutoReport) {
			r.Class, r.InFlight, r.HeldBack = overlap.TooFewCalls, 0.4, "its rate"
		}, []string{"0.4 on average", "its rate lets no more"}, []string{"too few calls", "inputs"}},
		"too few in flight": {func(r *overlap.AutoReport) { r.Class, r.InFlight = overlap.TooFewCalls, 0.4 },
			[]string{"too few in flight to tell: 0.4 on average", "inputs come"}, []string{"too few calls"}},
		"other programs use the cores": {func(r *overlap.AutoReport) { r.Bound, r.Others = "the cores", 1.49 },
			[]string{"kept from more by the cores, which other programs use"}, []string{"StartWith"}},
		"other programs use the cores that its calls want": {func(r *overlap.AutoReport) {
			r.CoresBusy, r.Others, r.Waiting = 0.77, 1.11, 0.12
		}, []string{"kept from more by the cores, which other programs use"}, []string{"nothing so far", "StartWith"}},
		"memory bounds it, whoever uses the cores": {func(r *overlap.AutoReport) {
			r.Class, r.Bound, r.CoresBusy, r.Others, r.Waiting = overlap.MemoryBound, "memory", 0.3, 1.7, 0.3
		}, []string{"kept from more by memory", "more memory"}, []string{"which other programs use"}},
		"calls that time out bound it, whoever uses the cores": {func(r *overlap.AutoReport) {
			r.Class, r.Bound, r.CoresBusy, r.Others, r.Waiting = overlap.ServerLimited, "calls that time out", 0.5, 1.5, 0.3
		}, []string{"kept from more by calls that time out"}, []string{"which other programs use"}},
		"other programs use cores that it does not want": {func(r *overlap.AutoReport) { r.Others = 1.9 },
			[]string{"nothing so far", "StartWith"}, nil},
		"it computes, and so do others": {func(r *overlap.AutoReport) {
			r.Class, r.Bound, r.CoresBusy, r.Others = overlap.CPUBound, "the cores", 0.5, 1.49
		}, []string{"other programs use most of the 2 cores"}, []string{"halve"}},
		"mixed, and the cores are busy": {func(r *overlap.AutoReport) { r.Class, r.CoresBusy = overlap.Mixed, 1.9 },
			[]string{"the cores are what is lacking"}, nil},
		"mixed, and the cores are idle": {func(r *overlap.AutoReport) { r.Class, r.CoresBusy = overlap.Mixed, 1 },
			[]string{"StartWith(200)"}, []string{"lacking"}},
		"the far end did more with fewer": {func(r *overlap.AutoReport) {
			r.Class, r.Bound, r.Level, r.MeanLevel = overlap.ServerLimited, "the far end", 16, 120
		}, []string{"more with fewer in flight", "120 on average", "Max(16)"}, []string{"no more with more"}},
		"all were refused": {func(r *overlap.AutoReport) { r.Class, r.Refused, r.Rate = overlap.ServerLimited, 640, 0 },
			[]string{"all were refused"}, []string{"gave 0"}},
		"little was seen": {func(r *overlap.AutoReport) { r.Waiting = -1 }, nil, []string{"%"}},
		"as many as at the start": {func(r *overlap.AutoReport) { r.Peak, r.Level, r.MeanLevel, r.InFlight = 128, 128, 120, 100 },
			nil, []string{"StartWith"}},
		"it was soon at the level": {func(r *overlap.AutoReport) { r.MeanLevel, r.InFlight = 195, 150 },
			nil, []string{"StartWith", "want of inputs"}},
		"too few in flight beside others": {func(r *overlap.AutoReport) {
			r.Class, r.InFlight, r.CoresBusy, r.Others = overlap.TooFewCalls, 0.7, 0.97, 1.03
		}, []string{"this program and others keep the cores busy"}, []string{"inputs"}},
		"too short": {func(r *overlap.AutoReport) { r.Class, r.InFlight, r.Took = overlap.TooFewCalls, 0.4, time.Millisecond },
			[]string{"too short to tell"}, []string{"in flight"}},
		"hardly ever one in flight": {func(r *overlap.AutoReport) { r.Class, r.InFlight = overlap.TooFewCalls, 7.8e-5 },
			[]string{"less than 0.01 on average"}, []string{"e-05", "kept from more"}},
		"every call was in flight": {func(r *overlap.AutoReport) { r.Calls = 200 },
			[]string{"kept from more by the number of calls", "every call was"}, []string{"StartWith"}},
		"its workers make a call each": {func(r *overlap.AutoReport) { r.PerWorker = 1 },
			[]string{"each worker makes one call at a time", "StartWith(200)"}, nil},
		"it has no workers":                {func(*overlap.AutoReport) {}, nil, []string{"each worker"}},
		"its workers make several at once": {func(r *overlap.AutoReport) { r.PerWorker = 20 }, nil, []string{"each worker"}},
		"no more workers than cores are at work": {func(r *overlap.AutoReport) { r.PerWorker, r.InFlight = 1, 1.9 },
			nil, []string{"each worker"}},
		"its workers compute": {func(r *overlap.AutoReport) { r.PerWorker, r.Class = 1, overlap.CPUBound },
			nil, []string{"each worker"}},
		"whether its workers wait is not known": {func(r *overlap.AutoReport) { r.PerWorker, r.Waiting = 1, -1 },
			nil, []string{"each worker"}},
		"no more calls than that": {func(r *overlap.AutoReport) { r.Calls = 200 }, nil, []string{"StartWith"}},
	} {
		r := base
		c.change(&r)
		text := r.String()
		for _, part := range c.says {
			if !strings.Contains(text, part) {
				t.Errorf("%s: lacks %q:\n%s", name, part, text)
			}
		}
		for _, part := range c.none {
			if strings.Contains(text, part) {
				t.Errorf("%s: has %q:\n%s", name, part, text)
			}
		}
	}
}

// A job whose own limits hold its calls back says which, and no other does.
func TestAutoNamesTheLimitsOfAJob(t *testing.T) {
	one := func(int) string { return "one" }
	for _, c := range []struct {
		name   string
		option overlap.Option
		want   string
	}{
		{"a key", overlap.PerKey(one, overlap.AtOnce(3)), "its limit per key"},
		{"a rate per key", overlap.PerKey(one, overlap.Rate(20, time.Second)), "its limit per key"},
		{"a rate", overlap.Rate(20, time.Second), "its rate"},
		{"a rate that never binds", overlap.Rate(1_000_000, time.Second), ""},
		{"a key that never binds", overlap.PerKey(one, overlap.AtOnce(1000)), ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			overlap.SenseMachine(t, 2, func(r *tune.Reading) { r.CPU = 0 }, func(r *tune.Reading) { r.CPU = 0 })
			waits := overlap.Func(func(context.Context, int) (int, error) { time.Sleep(200 * ms); return 0, nil })
			var report overlap.AutoReport
			auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
			if _, err := overlap.Map(t.Context(), auto, waits, make([]int, 500), c.option); err != nil {
				t.Fatal(err)
			}
			if report.HeldBack != c.want {
				t.Errorf("%s: held back by %q, want %q: %v", c.name, report.HeldBack, c.want, report)
			}
			if said := strings.Contains(report.String(), c.want+" lets no more"); c.want != "" && !said {
				t.Errorf("%s:\n%v", c.name, report)
			}
		})
	}
}

type tooMuch struct{}

func (tooMuch) Error() string    { return "too much" }
func (tooMuch) Overloaded() bool { return true }

// Where nothing gets through, a rate of 0 a second is not what the far end does at best.
func TestAutoOfAFarEndThatRefusesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		overlap.SenseMachine(t, 2, func(r *tune.Reading) { r.CPU = 0 }, func(r *tune.Reading) { r.CPU = 0 })
		refused := overlap.Func(func(context.Context, int) (int, error) { time.Sleep(5 * ms); return 0, tooMuch{} })
		var report overlap.AutoReport
		auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { report = r }))
		if _, err := overlap.Map(t.Context(), auto, refused, make([]int, 300), overlap.KeepGoing()); err == nil {
			t.Fatal("nothing failed")
		}
		if text := report.String(); !strings.Contains(text, "all were refused") || strings.Contains(text, "gave 0") {
			t.Errorf("%v", report)
		}
	})
}

// Three digits of a time say enough.
func TestTimesHaveThreeDigits(t *testing.T) {
	for _, c := range []struct {
		took time.Duration
		want string
	}{
		{1332331, "1.33ms"}, {380380, "380µs"}, {1714386 * time.Microsecond, "1.71s"}, {999600 * time.Microsecond, "1s"},
		{95286 * time.Microsecond, "95.3ms"}, {12, "12ns"}, {100649 * time.Microsecond, "101ms"},
	} {
		step := overlap.AutoStep{At: c.took, From: 1, To: 2, Why: "the cores have room"}
		if got := step.String(); !strings.Contains(got, "after "+c.want+": ") {
			t.Errorf("%v: %q, want %s", c.took, got, c.want)
		}
		report := overlap.AutoReport{
			Class: overlap.IOBound, Took: time.Minute, Level: 9, Peak: 9, CallTime: c.took, AtFirst: c.took / 2, CoresBusy: -1, Bound: "the far end",
		}
		if got := report.String(); !strings.Contains(got, "a call took "+c.want) {
			t.Errorf("%v: %q, want %s", c.took, got, c.want)
		}
	}
	slower := overlap.AutoReport{
		Class: overlap.IOBound, Took: time.Minute, CallTime: time.Second, AtFirst: 10380380, CoresBusy: -1, Bound: "the far end",
	}
	if got := slower.Advice(); !strings.Contains(got, "the first calls took 10.4ms:") {
		t.Error(got)
	}
}
