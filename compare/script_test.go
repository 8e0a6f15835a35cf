package compare

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
)

// script is a Runner that answers from a script: what each strategy's runs give, in order, the last one again and
// again. A measurement takes its wall time, in a bubble's own time.
type script struct {
	runs   map[string][]scripted
	orders []Order
	made   map[string]int
}

type scripted struct {
	m   Measurement
	err error
}

func (s *script) Measure(ctx context.Context, order Order) (*Measurement, error) {
	s.orders = append(s.orders, order)
	if s.made == nil {
		s.made = map[string]int{}
	}
	runs := s.runs[order.Strategy]
	if len(runs) == 0 {
		return nil, fmt.Errorf("nothing is scripted for %s", order.Strategy)
	}
	next := runs[min(s.made[order.Strategy], len(runs)-1)]
	s.made[order.Strategy]++
	if next.err != nil {
		return nil, next.err
	}
	select {
	case <-time.After(time.Duration(next.m.WallSeconds * float64(time.Second))):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	m := next.m
	if order.ProbeGIL {
		m.GILWaitSeconds = new(0.045)
	}
	m.Calls = order.Inputs.Len()
	if m.Answers == "" {
		m.Answers = "right"
	}
	return &m, nil
}

// behaviour is how a strategy runs a job, from which its measurements follow.
type behaviour struct {
	walls    []float64 // seconds, of each run
	inFlight int
	call     float64 // seconds a call takes
	cpu      float64 // seconds in all
	memory   int64
	failed   int
	answers  string
	coreWait float64 // seconds in all
	others   float64 // cores that other programs keep busy
	auto     *AutoFound
}

func (b behaviour) script(calls int) []scripted {
	var runs []scripted
	for _, wall := range b.walls {
		m := Measurement{
			WallSeconds: wall, CPUSeconds: new(b.cpu), CoresBusy: new(b.cpu / wall), PeakInFlight: b.inFlight, Failed: b.failed,
			Answers: b.answers, Auto: b.auto,
			CallTimes: CallTimes{Sum: b.call * float64(calls), Median: b.call, P95: b.call, Max: b.call},
		}
		if b.coreWait > 0 {
			m.CoreWaitSeconds = new(b.coreWait)
		}
		if b.others > 0 {
			m.OthersBusy = new(b.others)
		}
		if b.failed > 0 {
			m.FailureSample = []string{"wait[0] 1: no luck"}
		}
		if b.memory > 0 {
			m.PeakMemoryBytes = new(b.memory)
		}
		m.Timeline = newTimeline(b.spans(calls), seconds(wall))
		m.Timeline.addSpans(b.attempts(calls))
		m.RanOn = &RanOn{Processes: 1, Threads: min(b.inFlight, 4), Goroutines: b.inFlight}
		m.Where = divide(b.spans(calls), nil, calls, 0, seconds(wall), used{&b.cpu, b.coreWait})
		runs = append(runs, scripted{m: m})
	}
	return runs
}

// spans are those of calls that start as soon as one of the places is free.
func (b behaviour) spans(calls int) []span {
	var all []span
	for i := range calls {
		start := time.Duration(i/b.inFlight) * seconds(b.call)
		all = append(all, span{start, start + seconds(b.call)})
	}
	return all
}

// attempts are those of the spans, of which the first ones fail.
func (b behaviour) attempts(calls int) []attempt {
	var all []attempt
	for i, s := range b.spans(calls) {
		a := attempt{s, i, overlap.Succeeded}
		if i < b.failed {
			a.outcome = overlap.Failed
		}
		all = append(all, a)
	}
	return all
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// scene is a job of so many calls under strategies that behave as given, in alphabetic order unless named.
func scene(calls int, behaviours map[string]behaviour, names ...string) Plan {
	s := &script{runs: map[string][]scripted{}}
	plan := Plan{
		Jobs: []Job{{Task: "wait", Title: "wait for it", Inputs: Integers(1, int64(calls))}}, Runner: s, Seed: 7,
		Budget: time.Hour,
	}
	for _, name := range names {
		s.runs[name] = behaviours[name].script(calls)
		plan.Strategies = append(plan.Strategies, Strategy{Name: name, Python: "python " + name})
	}
	return plan
}

// inBubble runs a plan in a bubble's own time, on a machine of two cores.
func inBubble(t *testing.T, plan Plan) (*Report, error) {
	t.Helper()
	var report *Report
	var err error
	synctest.Test(t, func(t *testing.T) { report, err = runOn(t.Context(), testMachine, plan) })
	return report, err
}

var testMachine = Machine{OS: "linux", Arch: "amd64", Cores: 2, GOMAXPROCS: 2, GoVersion: "go1.26.0"}

// steady is a run's time with the little noise that real ones have.
func steady(wall float64) []float64 {
	return []float64{wall, wall * 1.004, wall * 0.997, wall * 1.002, wall * 0.999, wall * 1.001}
}
