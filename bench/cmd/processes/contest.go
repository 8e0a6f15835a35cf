package main

// contest is one job that several facilities do, with two workers each.
type contest struct {
	name, what string
	most       float64 // nanoseconds a call that ours is to take at most; 0 where the target is a ratio
	mostText   string  // how that is written in the table
	mostRounds int     // 0: as many as the flag says
	answer     func(calls int) int
	contenders []contender // the first one is ours
}

// contender is one facility and how much of the contest it does in a measurement: fewer calls where each takes long.
type contender struct {
	name   string
	python bool
	calls  int     // in a run
	runs   int     // in a measurement
	most   float64 // the target: time of ours / its time; 0 for none
}

const (
	microsecond = 1e3
	millisecond = 1e6
	ourName     = "process.New(2)"
	narrow      = "process.New(2), Window(64)"
)

// spinTarget is 70 % of the ideal, which is two workers that do nothing but calls of 10 µs.
const spinTarget = 10 * microsecond / 2 / 0.7

var contests = []contest{
	{
		name: "map", what: "`Map`, no-op", most: 0.5 * microsecond, mostText: "≤ 0.5 µs", answer: incremented,
		contenders: []contender{
			{name: ourName, calls: 100_000, runs: 10},
			{name: "Pool.map", python: true, calls: 100_000, runs: 10, most: 1},
			{name: "Pool.map chunksize=1", python: true, calls: 20_000, runs: 1},
			{name: "Pool.imap_unordered", python: true, calls: 20_000, runs: 1},
			{name: "ProcessPoolExecutor.map", python: true, calls: 5_000, runs: 1},
		},
	},
	{
		name: "stream", what: "`Stream`, no-op", answer: incremented,
		contenders: []contender{
			{name: ourName, calls: 200_000, runs: 3},
			{name: narrow, calls: 100_000, runs: 1},
			{name: "Pool.imap_unordered", python: true, calls: 20_000, runs: 1, most: 0.25},
			{name: "Pool.imap_unordered chunksize=1000", python: true, calls: 200_000, runs: 3},
		},
	},
	{
		name: "python-worker", what: "`Map` of a Python function, no-op", answer: incremented,
		contenders: []contender{
			{name: batches, calls: 100_000, runs: 3},
			{name: lineACall, calls: 100_000, runs: 1},
			{name: "Pool.map", python: true, calls: 100_000, runs: 10},
			{name: "Pool.map chunksize=1", python: true, calls: 20_000, runs: 1, most: 0.25},
			{name: "ProcessPoolExecutor.map", python: true, calls: 5_000, runs: 1},
		},
	},
	{
		name: "submit-one", what: "one no-op at a time", most: 25 * microsecond, mostText: "≤ 25 µs", answer: incremented,
		contenders: []contender{
			{name: ourName, calls: 10_000, runs: 1},
			{name: "Pool.apply", python: true, calls: 3_000, runs: 1},
			{name: "ProcessPoolExecutor.submit().result()", python: true, calls: 3_000, runs: 1},
			{name: goPlugin, calls: 5_000, runs: 1},
		},
	},
	{
		name: "sieves", what: "15,000 sieves, lists returned", mostRounds: 3,
		answer: func(int) int { return 15_730_622 },
		contenders: []contender{
			{name: ourName, calls: 15_000, runs: 1},
			{name: "overlap.Pool(2)", calls: 15_000, runs: 1, most: 2.5},
			{name: "Pool.starmap", python: true, calls: 15_000, runs: 1, most: 0.05},
			{name: "ProcessPoolExecutor.submit", python: true, calls: 15_000, runs: 1, most: 0.05},
		},
	},
	{
		name: "megabyte", what: "1 MB in, its length out, one at a time",
		answer: func(calls int) int { return calls << 20 },
		contenders: []contender{
			{name: ourName, calls: 300, runs: 1},
			{name: "Pool.apply", python: true, calls: 300, runs: 1},
			{name: "ProcessPoolExecutor.submit().result()", python: true, calls: 300, runs: 1, most: 0.5},
		},
	},
	{
		name: "spin", what: "`Map`, busy for 10 µs", most: spinTarget, mostText: "≤ 7.14 µs (70 % of the ideal)",
		answer: func(calls int) int { return calls },
		contenders: []contender{
			{name: ourName, calls: 10_000, runs: 5},
			{name: "Pool.map chunksize=1", python: true, calls: 10_000, runs: 1},
			{name: "ProcessPoolExecutor.map", python: true, calls: 5_000, runs: 1},
		},
	},
	{
		name: "ready", what: "pool made, both workers at work", most: 30 * millisecond, mostText: "≤ 30 ms",
		answer: func(int) int { return 2 },
		contenders: []contender{
			{name: ourName, calls: 1, runs: 1}, // the pool as a whole counts as the call
			{name: "Pool.map", python: true, calls: 1, runs: 1},
			{name: "ProcessPoolExecutor.map", python: true, calls: 1, runs: 1},
		},
	},
	{
		name: "chaos", what: "`Map`, no-op, a worker killed every 20 ms", answer: incremented,
		contenders: []contender{
			{name: ourName, calls: 500_000, runs: 1},
			{name: undisturbed, calls: 500_000, runs: 1, most: 2},
		},
	},
}

const (
	goPlugin    = "hashicorp/go-plugin net/rpc"
	undisturbed = "the same undisturbed"
	batches     = "process.Command(2), idempotent"
	lineACall   = "process.Command(2), not idempotent"
)

// incremented is the sum of 1 … calls.
func incremented(calls int) int { return calls * (calls + 1) / 2 }
