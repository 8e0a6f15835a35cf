package compare

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"example.com/overlap"
)

// The two jobs that everything is for, as 2 cores run them.
var (
	waiting = map[string]behaviour{
		"sync":    {walls: []float64{16.2}, inFlight: 1, call: 0.162, cpu: 0.05, memory: 9e6},
		"threads": {walls: steady(0.24), inFlight: 100, call: 0.165, cpu: 0.06, memory: 24e6},
		"pool":    {walls: steady(2.76), inFlight: 6, call: 0.162, cpu: 0.05, memory: 10e6},
		"async":   {walls: steady(0.171), inFlight: 100, call: 0.165, cpu: 0.05, memory: 14e6},
		"loop":    {walls: steady(0.2), inFlight: 100, call: 0.166, cpu: 0.05, memory: 14e6},
	}
	computing = map[string]behaviour{
		"sync":    {walls: steady(0.2), inFlight: 1, call: 13e-6, cpu: 0.198},
		"threads": {walls: steady(0.9), inFlight: 40, call: 80e-6, cpu: 1.4},
		"pool":    {walls: steady(0.104), inFlight: 6, call: 40e-6, cpu: 0.205},
		"async":   {walls: steady(0.13), inFlight: 200, call: 40e-6, cpu: 0.25},
		"loop":    {walls: steady(0.21), inFlight: 1, call: 13e-6, cpu: 0.2},
	}
	everyStrategy = []string{"sync", "threads", "pool", "async", "loop"}
)

// with returns the behaviours with one of them changed.
func with(behaviours map[string]behaviour, name string, change func(*behaviour)) map[string]behaviour {
	changed := map[string]behaviour{}
	maps.Copy(changed, behaviours)
	b := changed[name]
	change(&b)
	changed[name] = b
	return changed
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name       string
		calls      int
		behaviours map[string]behaviour
		strategies []string
		runs       int
		class      Class
		decision   Decision
		winner     string
		tied       []string
		says       []string
		saysNot    []string
	}{{
		name: "waiting", calls: 100, behaviours: waiting, strategies: everyStrategy,
		class: IOBound, winner: "async",
		says: []string{
			"IO-bound: under sync the calls spent 0.3 % of their time on a CPU and waited for the rest.",
			"async won with 171 ms: 94.7 times as fast as sync, and 1.17 times as fast as the runner-up, loop (200 ms).",
			"All 100 calls were in flight at once, so together they cost about 1 wait of 165 ms instead of 100 one " +
				"after another.",
			"pool was held back by its limit: 6 at once make 17 waves of 162 ms, 2.75 s.",
		},
	}, {
		name: "computing", calls: 15000, behaviours: computing, strategies: everyStrategy,
		class: CPUBound, winner: "pool",
		says: []string{
			"CPU-bound: under sync the calls spent 100 % of their time on a CPU.",
			"pool won with 104 ms: 1.92 times as fast as sync, and 1.25 times as fast as the runner-up, async (130 ms).",
			"pool kept 1.97 of 2 cores busy; more workers than cores change nothing.",
			"sync and loop ran one call at a time, on one core.",
			"threads is slower than sync: with up to 40 calls at once it used 1.40 s of CPU time where sync used 198 ms.",
		},
		saysNot: []string{"wave", "in flight at once"},
	}, {
		name: "cluster", calls: 1000, strategies: []string{"sync", "processes", "cluster"},
		behaviours: map[string]behaviour{
			"sync":      {walls: steady(1), inFlight: 1, call: 0.001, cpu: 1},
			"processes": {walls: steady(0.6), inFlight: 2, call: 0.001, cpu: 1.1},
			"cluster":   {walls: steady(0.9), inFlight: 2, call: 0.001, cpu: 1.4},
		},
		class: CPUBound, winner: "processes",
		says: []string{"cluster took 1.50 times as long as processes, 300 us a call more. Its calls are made by processes of the " +
			"same kind; the rest is the way through its engine: each call is put into the queue, taken by a worker, and its " +
			"answer sent back, which used 300 us of CPU time a call."},
	}, {
		name: "cluster of long calls", calls: 10, strategies: []string{"sync", "processes", "cluster"},
		behaviours: map[string]behaviour{
			"sync":      {walls: steady(1), inFlight: 1, call: 0.1, cpu: 1},
			"processes": {walls: steady(0.6), inFlight: 2, call: 0.1, cpu: 1},
			"cluster":   {walls: steady(0.62), inFlight: 2, call: 0.1, cpu: 1},
		},
		class: CPUBound, winner: "tie", tied: []string{"processes", "cluster"},
		says: []string{"cluster took about as long as processes or less: the way of these calls through its engine costs nothing " +
			"that shows."},
	}, {
		name: "mixed", calls: 100, strategies: []string{"sync", "async"},
		behaviours: map[string]behaviour{
			"sync":  {walls: steady(1), inFlight: 1, call: 0.01, cpu: 0.5},
			"async": {walls: steady(0.26), inFlight: 100, call: 0.01, cpu: 0.5},
		},
		class: Mixed, winner: "async",
		says: []string{"Mixed: under sync the calls spent 50 % of their time on a CPU",
			"3.85 times as fast as the runner-up, sync",
			"async kept 1.92 of 2 cores busy; computing, not waiting, is now the limit."},
	}, {
		name: "auto is farther from the fastest than it should be", calls: 100, strategies: []string{"async", "auto"},
		behaviours: map[string]behaviour{
			"async": {walls: steady(1), inFlight: 100, call: 0.99, cpu: 0.1},
			"auto": {walls: steady(1.5), inFlight: 64, call: 0.99, cpu: 0.1,
				auto: &AutoFound{Class: IOBound, Peak: 64, Bound: "the far end"}},
		},
		class: IOBound, winner: "async",
		says: []string{"auto, which finds out by itself how many calls to have in flight, took 1.49 to 1.51 times as long as " +
			"async; it took the job for io-bound and had up to 64 in flight, kept from more by the far end."},
	}, {
		name: "auto has started workers that make a call each", calls: 100, strategies: []string{"async", "auto"},
		behaviours: map[string]behaviour{
			"async": {walls: steady(1), inFlight: 100, call: 0.99, cpu: 0.1},
			"auto": {walls: steady(1.5), inFlight: 30, call: 0.99, cpu: 0.1,
				auto: &AutoFound{Class: IOBound, Peak: 32, Bound: "the cores", Started: 29, OneCallEach: true}},
		},
		class: IOBound, winner: "async",
		says: []string{"up to 32 in flight, kept from more by the cores. Of its worker processes it started 29 during the run, " +
			"which is part of its time. Each of them makes one call at a time", "serve(parallel=20)"},
	}, {
		name: "auto has workers that make several calls each", calls: 100, strategies: []string{"async", "auto"},
		behaviours: map[string]behaviour{
			"async": {walls: steady(1), inFlight: 100, call: 0.99, cpu: 0.1},
			"auto": {walls: steady(1.5), inFlight: 30, call: 0.99, cpu: 0.1,
				auto: &AutoFound{Class: IOBound, Peak: 3, Bound: "the cores", PerWorker: 20}},
		},
		class: IOBound, winner: "async", saysNot: []string{"serve(parallel"},
		says: []string{"had up to 3 workers, each of which makes 20 calls at once, kept from more by the cores."},
	}, {
		name: "auto takes calls that compute for calls that wait", calls: 100, strategies: []string{"async", "auto"},
		behaviours: map[string]behaviour{
			"async": {walls: steady(1), inFlight: 2, call: 0.02, cpu: 2},
			"auto": {walls: steady(1.5), inFlight: 2, call: 0.02, cpu: 2,
				auto: &AutoFound{Class: IOBound, Peak: 32, Bound: "the cores", OneCallEach: true}},
		},
		class: CPUBound, winner: "async", saysNot: []string{"serve(parallel", "it started"},
	}, {
		name: "auto is the fastest, and has seen too little", calls: 100, strategies: []string{"sync", "auto"},
		behaviours: map[string]behaviour{
			"sync": {walls: steady(1), inFlight: 1, call: 0.01, cpu: 0.01},
			"auto": {walls: steady(0.1), inFlight: 100, call: 0.01, cpu: 0.01, auto: &AutoFound{Class: overlap.TooFewCalls, Peak: 2}},
		},
		class: IOBound, winner: "auto",
		says: []string{"auto, which finds out by itself how many calls to have in flight, was the fastest; it saw too little to " +
			"tell what the job is."},
	}, {
		name: "less than 5 % is a tie, however certain", calls: 100, strategies: []string{"sync", "async", "loop"},
		behaviours: with(waiting, "loop", func(b *behaviour) { b.walls = steady(0.171 * 1.039) }),
		class:      IOBound, winner: Tie, tied: []string{"async", "loop"},
		says: []string{"async and loop tie: loop takes 1.03 to 1.04 times as long as async (171 ms), so either will do; " +
			"async is 94.7 times as fast as sync."},
	}, {
		name: "more than 5 % that may be chance tells nothing", calls: 100, strategies: []string{"async", "loop"},
		behaviours: map[string]behaviour{
			"async": {walls: []float64{1, 1.3, 0.9, 1.2, 1.1, 1.05}, inFlight: 100, call: 1, cpu: 0.1},
			"loop":  {walls: []float64{1.2, 1, 1.4, 1.3, 1.1, 1.25}, inFlight: 100, call: 1, cpu: 0.1},
		},
		class: IOBound, decision: CannotTell,
		says: []string{"Which of async and loop is the fastest cannot be told from 6 runs of each: compared with async, " +
			"which has the lowest median (1.08 s), loop takes 0.909 to 1.39 times as long."},
		saysNot: []string{"will do", "won"},
	}, {
		name: "three tie, one takes less memory", calls: 100, strategies: everyStrategy,
		behaviours: with(with(waiting, "loop", func(b *behaviour) { b.walls = steady(0.172) }),
			"threads", func(b *behaviour) { b.walls, b.memory = steady(0.173), 11e6 }),
		class: IOBound, winner: Tie, tied: []string{"async", "loop", "threads"},
		says: []string{"async, loop and threads tie", "so any will do",
			"threads takes the least memory (11.0 MB, the next 14.0 MB)"},
	}, {
		name: "two runs each tell nothing", calls: 100, strategies: []string{"async", "loop"}, runs: 2,
		behaviours: waiting, class: IOBound, decision: TooFewRuns,
		says: []string{"Too few runs to tell which of async and loop is the fastest: 2 runs of each, of which async has " +
			"the lowest median (171 ms); it takes 6."},
		saysNot: []string{"tie", "won", "as fast as sync"},
	}, {
		name: "what all of them are is said", calls: 100, strategies: []string{"sync", "async", "loop"}, runs: 2,
		behaviours: waiting, class: IOBound, decision: TooFewRuns,
		says: []string{"Each of them is at least 80.8 times as fast as sync."},
	}, {
		name: "one run each tells what is 5 times as slow", calls: 100, runs: 1,
		strategies: []string{"sync", "async", "pool"},
		behaviours: waiting, class: IOBound, winner: "async",
	}, {
		name: "many strategies do not make a clear winner unclear", calls: 100, runs: 6,
		strategies: []string{"sync", "a", "b", "c", "d", "e", "f", "async"},
		behaviours: func() map[string]behaviour {
			all := map[string]behaviour{"sync": waiting["sync"], "async": waiting["async"]}
			for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
				all[name] = behaviour{walls: steady(0.5), inFlight: 40, call: 0.165, cpu: 0.05}
			}
			return all
		}(),
		class: IOBound, winner: "async",
	}, {
		name: "failing quickly wins nothing", calls: 100, strategies: []string{"sync", "async", "pool"},
		behaviours: with(waiting, "async", func(b *behaviour) { b.walls, b.failed = steady(0.01), 60 }),
		class:      IOBound, winner: "pool",
		saysNot: []string{"async"},
	}, {
		name: "when the same calls fail everywhere somebody can win", calls: 100, strategies: []string{"sync", "async"},
		behaviours: with(with(waiting, "async", func(b *behaviour) { b.failed = 1 }),
			"sync", func(b *behaviour) { b.failed = 1 }),
		class: IOBound, winner: "async",
	}, {
		name: "without sync the class is seen under the fewest in flight", calls: 100, strategies: []string{"async", "pool"},
		behaviours: waiting, class: IOBound, winner: "async",
		says: []string{"IO-bound: under pool (sync was not measured) the calls spent 0.3 % of their time on a CPU"},
	}, {
		name: "without sync busy cores show what waiting for them hides", calls: 15000,
		strategies: []string{"pool", "threads"},
		behaviours: computing, class: CPUBound, winner: "pool",
		says: []string{"CPU-bound: under pool (sync was not measured) the calls kept 1.97 of 2 cores busy."},
	}, {
		name: "tiny calls", calls: 1000, strategies: []string{"sync", "async"},
		behaviours: map[string]behaviour{
			"sync":  {walls: steady(0.001), inFlight: 1, call: 1e-6, cpu: 0.001},
			"async": {walls: steady(0.0015), inFlight: 2, call: 1e-6, cpu: 0.003},
		},
		class: CPUBound, winner: "sync",
		says: []string{"sync won with 1.00 ms: 1.50 times as fast as the runner-up, async (1.50 ms).",
			"A call takes only 1.00 us: handing it to another goroutine costs about as much as it saves."},
	}, {
		name: "what the calls wait for serves one at a time", calls: 10, strategies: []string{"sync", "async"},
		behaviours: map[string]behaviour{
			"sync":  {walls: steady(1), inFlight: 1, call: 0.1, cpu: 0.01},
			"async": {walls: steady(1.01), inFlight: 10, call: 0.55, cpu: 0.01},
		},
		class: IOBound, winner: Tie, tied: []string{"sync", "async"},
		says: []string{"Under async a call took 5.50 times as long as under sync (550 ms instead of 100 ms): " +
			"what the calls wait for is a limit of its own."},
	}, {
		name: "waiting for a core is no waiting of the calls", calls: 15000, strategies: []string{"sync", "pool"},
		behaviours: with(computing, "sync", func(b *behaviour) {
			b.walls, b.call, b.coreWait, b.others = steady(0.4), 26e-6, 0.19, 0.9
		}),
		class: CPUBound, winner: "pool",
		says: []string{"CPU-bound: under sync the calls spent 99 % of their time on a CPU, without the 49 % or so in which " +
			"they waited for one."},
	}, {
		name: "on a busy machine nothing is concluded", calls: 15000, strategies: []string{"sync", "pool"},
		behaviours: with(with(computing, "sync", func(b *behaviour) { b.others = 1.5 }),
			"pool", func(b *behaviour) { b.others = 1 }),
		class: UnknownClass, decision: Withheld,
		says:    []string{"No verdict: other programs kept 1.33 of 2 cores busy meanwhile"},
		saysNot: []string{"won", "bound"},
	}, {
		name: "one strategy", calls: 100, strategies: []string{"async"}, behaviours: waiting, class: IOBound, winner: "async",
		says: []string{"Only async was measured, so there is nothing to compare it with: 171 ms."},
	}} {
		t.Run(c.name, func(t *testing.T) {
			plan := scene(c.calls, c.behaviours, c.strategies...)
			if plan.Runs = c.runs; c.runs == 0 {
				plan.Runs = 6
			}
			plan.Budget = seconds(14) // sync waits for 16 s: once
			report, err := inBubble(t, plan)
			if err != nil {
				t.Fatal(err)
			}
			j := report.Jobs[0]
			if c.decision == "" && c.winner == Tie {
				c.decision = Tied
			} else if c.decision == "" {
				c.decision = Won
			}
			if j.Decision != c.decision {
				t.Errorf("%q, want %q", j.Decision, c.decision)
			}
			if j.Class != c.class || j.Winner != c.winner || !slices.Equal(j.Tied, c.tied) {
				t.Errorf("%s, won by %s, tied %v; want %s, %s, %v", j.Class, j.Winner, j.Tied, c.class, c.winner, c.tied)
			}
			for _, want := range c.says {
				if !strings.Contains(j.Verdict, want) {
					t.Errorf("the verdict does not say %q:\n%s", want, j.Verdict)
				}
			}
			for _, word := range c.saysNot {
				if strings.Contains(j.Verdict, word) {
					t.Errorf("the verdict says %q:\n%s", word, j.Verdict)
				}
			}
		})
	}
}

func TestFigures(t *testing.T) {
	plan := scene(100, waiting, everyStrategy...)
	plan.Runs, plan.Budget = 6, seconds(14)
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	sync, async := report.Jobs[0].strategy("sync"), report.Jobs[0].strategy("async")
	if *sync.Speedup != 1 || sync.Interval != nil || sync.P != nil || sync.Runs != 1 {
		t.Errorf("sync: %+v", sync)
	}
	if !near(*async.MedianSeconds, 0.171*1.0005) || !near(*async.MinSeconds, 0.171*0.997) ||
		!near(*async.MaxSeconds, 0.171*1.004) {
		t.Errorf("async: median %v, %v to %v", *async.MedianSeconds, *async.MinSeconds, *async.MaxSeconds)
	}
	if async.Interval == nil || async.Interval.Low != *async.MinSeconds || async.Interval.High != *async.MaxSeconds {
		t.Errorf("6 runs give their range as the interval of the median, not %+v", async.Interval)
	}
	if !near(*async.Speedup, 16.2 / *async.MedianSeconds) || !near(*async.CallsPerSecond, 100 / *async.MedianSeconds) {
		t.Errorf("async: %v times as fast, %v calls a second", *async.Speedup, *async.CallsPerSecond)
	}
	if loop := report.Jobs[0].strategy("loop"); loop.P == nil || *loop.P > 0.01 || async.P != nil {
		t.Errorf("p against the fastest: loop %v, async itself %v", loop.P, async.P)
	}
	for _, m := range async.Measurements {
		if m.Timeline != nil {
			t.Error("a raw measurement keeps a timeline beside the strategy's")
		}
	}
	if async.Timeline == nil {
		t.Error("no timeline")
	}
}

// The verdict on a program in Python says why its threads did not compute at the same time.
func TestVerdictNamesTheGIL(t *testing.T) {
	plan := scene(10, map[string]behaviour{
		"sync":      {walls: steady(1), inFlight: 1, call: 0.1, cpu: 1},
		"threads":   {walls: steady(1.1), inFlight: 10, call: 1, cpu: 1.07},
		"processes": {walls: steady(0.52), inFlight: 2, call: 0.1, cpu: 1},
	}, "sync", "threads", "processes")
	plan.Strategies[1].SharesGIL = true
	report, err := inBubble(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	const want = "threads ran in one process, whose lock (the GIL) lets one thread compute at a time: at most 0.972 " +
		"of 2 cores were busy. Under threads a thread that wanted the lock waited about 45.0 ms for it, by the estimate of a " +
		"thread beside the calls, in a run of its own."
	if j := report.Jobs[0]; j.Winner != "processes" || !strings.Contains(j.Verdict, want) {
		t.Errorf("the verdict does not say %q:\n%s", want, j.Verdict)
	}
}

// Where calls failed, nothing is said to have been measured without failing.
func TestVerdictWhereCallsFailed(t *testing.T) {
	for _, others := range []int{0, 1} {
		j := &JobReport{Calls: 300, Class: UnknownClass}
		j.Strategies = append(j.Strategies, &StrategyReport{Name: "pool", Failed: 20, MedianSeconds: new(0.5)})
		for range others {
			j.Strategies = append(j.Strategies, &StrategyReport{Name: "sync", Failed: 30, MedianSeconds: new(1.0)})
		}
		got := j.decisionSentence(j.Strategies[:1])
		if strings.Contains(got, "without failing") || !strings.Contains(got, "20 of 300") {
			t.Errorf("with %d others: %s", others, got)
		}
	}
}
