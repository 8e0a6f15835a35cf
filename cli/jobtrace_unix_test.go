//go:build unix

package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/overlap/internal/traceevents/tracecheck"
)

// However a run is interrupted, its trace is whole, and has the calls that had ended.
func TestTraceIsWholeAfterInterrupts(t *testing.T) {
	for interrupts, outcomes := range map[int][]string{
		1: {"succeeded", "succeeded", "succeeded"}, 2: {"canceled", "canceled", "succeeded"}, 3: {"succeeded"},
	} {
		t.Run(fmt.Sprint(interrupts), func(t *testing.T) {
			task := "gate"
			if interrupts == 3 {
				task = "deaf"
			}
			g := startGated(t, "run", task, "-j", "2", "--export-trace", "trace.json")
			one, two := g.call(), g.call()
			defer two.Close()
			_ = one.Close()
			three := g.call() // so the first call's result has been taken
			defer three.Close()
			for _, says := range []string{"interrupted", "canceling 2 calls"}[:min(2, interrupts)] {
				g.signal(os.Interrupt)
				g.says(says)
			}
			switch interrupts {
			case 1:
				_, _ = two.Close(), three.Close()
			case 3:
				g.signal(os.Interrupt)
			}
			g.ends(exitInterrupted)
			if got := tracedOutcomes(t, filepath.Join(g.dir, "trace.json")); fmt.Sprint(got) != fmt.Sprint(outcomes) {
				t.Errorf("the trace has calls that %q, want %q", got, outcomes)
			}
			if entries, err := os.ReadDir(g.dir); err != nil || len(entries) != 1 {
				t.Errorf("beside the trace there is %v, %v", entries, err)
			}
		})
	}
}

// tracedOutcomes are those of the calls of a trace, sorted.
func tracedOutcomes(t *testing.T, path string) (outcomes []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tracecheck.Check(text); err != nil {
		t.Error(err)
	}
	var trace struct {
		TraceEvents []struct {
			Phase   string `json:"ph"`
			Outcome string `json:"cat"`
		} `json:"traceEvents"`
	}
	if err := json.Unmarshal(text, &trace); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for _, e := range trace.TraceEvents {
		if e.Phase == "X" {
			outcomes = append(outcomes, e.Outcome)
		}
	}
	slices.Sort(outcomes)
	return outcomes
}
