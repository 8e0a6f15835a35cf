package compare

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
)

func newTestProcesses(t *testing.T) Runner {
	runner, err := NewProcesses(asChild)
	if err != nil {
		t.Fatal(err)
	}
	return runner
}

func TestMeasuringProcess(t *testing.T) {
	runner := newTestProcesses(t)
	wait := json.RawMessage("20")
	order := Order{Task: "wait", Strategy: "sync", Inputs: Values(wait, wait, wait)}
	one, err := runner.Measure(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	order.Strategy, order.Warmup = "async", 1
	all, err := runner.Measure(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	if one.Answers != all.Answers || one.Answers == "" {
		t.Errorf("the same answers have the hashes %q and %q", one.Answers, all.Answers)
	}
	for _, m := range []*Measurement{one, all} {
		if m.Calls != 3 || m.Failed != 0 || m.Timeline == nil || len(m.Timeline.InFlight) != timelineSlices {
			t.Errorf("%+v", m)
		}
		if m.CallTimes.Median < 0.02 || m.CallTimes.Sum < 0.06 || m.CallTimes.Max < m.CallTimes.P95 {
			t.Errorf("call times %+v of three calls of 20 ms each", m.CallTimes)
		}
		if runtime.GOOS != "linux" {
			continue
		}
		if m.CPUSeconds == nil || m.CoresBusy == nil || m.PeakMemoryBytes == nil || *m.PeakMemoryBytes < 1e6 {
			t.Errorf("figures are missing: %+v", m)
		}
	}
	if one.WallSeconds < 0.06 || one.PeakInFlight != 1 {
		t.Errorf("sync: %v s, %d in flight; want at least 0.06 s and 1", one.WallSeconds, one.PeakInFlight)
	}
	if all.PeakInFlight != 3 {
		t.Errorf("async: %d in flight, want 3", all.PeakInFlight)
	}
}

func TestMeasuringProcessFailures(t *testing.T) {
	runner := newTestProcesses(t)
	for _, c := range []struct {
		name  string
		order Order
		want  []string
	}{
		{"unknown task", Order{Task: "nothing", Strategy: "sync", Inputs: Integers(1, 1)}, []string{`no task "nothing"`}},
		{"unknown strategy", Order{Task: "square", Strategy: "magic", Inputs: Integers(1, 1)},
			[]string{`no strategy "magic"`}},
		{"wrong input", Order{Task: "square", Strategy: "sync", Inputs: Values(json.RawMessage(`"x"`))},
			[]string{`takes a int`, `"x"`}},
		{"dies", Order{Task: "exit", Strategy: "sync", Inputs: Integers(3, 3)},
			[]string{"died, exit status 3", "out of luck"}},
		{"leaves quietly", Order{Task: "exit", Strategy: "sync", Inputs: Integers(0, 0)},
			[]string{"ended without an answer", "out of luck"}},
	} {
		m, err := runner.Measure(t.Context(), c.order)
		if err == nil {
			t.Errorf("%s: no error, %+v", c.name, m)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", c.name, err, want)
			}
		}
	}
}

func TestMeasuringProcessReportsFailedCalls(t *testing.T) {
	m, err := newTestProcesses(t).Measure(t.Context(), Order{Task: "even", Strategy: "pool", Inputs: Integers(1, 10)})
	if err != nil {
		t.Fatal(err)
	}
	if m.Failed != 5 || len(m.FailureSample) != 3 || !strings.Contains(m.FailureSample[0], "even[0] 1: odd") {
		t.Errorf("%d failed, as %q", m.Failed, m.FailureSample)
	}
}

func TestMeasuringProcessBoundsAttempts(t *testing.T) {
	m, err := newTestProcesses(t).Measure(t.Context(),
		Order{Task: "forever", Strategy: "async", Inputs: Integers(1, 4), Timeout: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if m.Failed != 4 {
		t.Errorf("%d of 4 calls that never end failed by their timeout", m.Failed)
	}
}

func TestTaskThatPrintsDoesNotSpoilTheMeasurement(t *testing.T) {
	order := Order{Task: "print", Strategy: "sync", Inputs: Integers(1, 3)}
	if _, err := newTestProcesses(t).Measure(t.Context(), order); err != nil {
		t.Fatal(err)
	}
}

func TestManyInputsReachTheProcess(t *testing.T) {
	long, _ := json.Marshal(strings.Repeat("long ", 1<<18)) // far more than a pipe holds
	m, err := newTestProcesses(t).Measure(t.Context(), Order{Task: "text", Strategy: "sync", Inputs: Values(long, long)})
	if err != nil || m.Calls != 2 {
		t.Fatalf("%+v, %v", m, err)
	}
}

func TestCancelStopsTheMeasuringProcess(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	runner := newTestProcesses(t)
	time.AfterFunc(100*time.Millisecond, func() { cancel(cause) })
	// The task never ends by itself: that Measure returns is the test.
	order := Order{Task: "forever", Strategy: "sync", Inputs: Integers(1, 1)}
	if m, err := runner.Measure(ctx, order); !errors.Is(err, cause) {
		t.Fatalf("%+v, %v; want the cause of the cancel", m, err)
	}
}

func FuzzLastReply(f *testing.F) {
	f.Add([]byte(`{"error":"no"}`))
	f.Add([]byte("printed\n{\"measurement\":{\"calls\":1}}\n"))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, out []byte) {
		if said, ok := lastReply(out); ok && said.Measurement == nil && said.Error == "" {
			t.Errorf("%q is taken for an answer that says nothing", out)
		}
	})
}

func TestLastReply(t *testing.T) {
	for out, want := range map[string]string{
		`{"error":"no"}`:                 "no",
		"noise\n{\"error\":\"no\"}\n\n":  "no",
		"{\"error\":\"no\"}\nmore noise": "",
		"":                               "",
	} {
		if said, ok := lastReply([]byte(out)); ok != (want != "") || said.Error != want {
			t.Errorf("%q: %+v, %v", out, said, ok)
		}
	}
}
