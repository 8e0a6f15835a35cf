package main

import (
	"context"
	"time"

	"example.com/overlap"
)

// contest is one job that several contenders do.
type contest struct {
	name, what string
	most       time.Duration // that the first contender is to take for a call; 0 for no such target
	mostRounds int           // 0: as many as the flag says
	contenders []contender   // the first one is ours
}

// contender is one way to do the job, and how much of it is measured: fewer calls where each takes long.
type contender struct {
	name    string
	calls   int
	most    float64                                                     // the target: time of ours / its time; 0 for none
	missing func() string                                               // what it needs that is not there; nil if nothing
	measure func(ctx context.Context, calls int) (time.Duration, error) // the time of all calls; it checks the answers
}

var contests = []contest{
	{
		name: "calls", what: "`Map` of no-op calls, 2 workers",
		contenders: []contender{
			{name: ourName, calls: 1_000_000, measure: ours(2, goroutine, incrementAll)},
			{name: "bare JetStream, 64 to a message", calls: 1_000_000, most: 1 / 0.6, measure: bare(64, inMemory)},
			{name: "bare JetStream, 1024 to a message", calls: 1_000_000, measure: bare(1024, inMemory)},
			{name: "bare JetStream, 64, on disk with sync", calls: 200_000, measure: bare(64, onDisk)},
			{name: "bare JetStream, 1024, on disk with sync", calls: 500_000, measure: bare(1024, onDisk)},
			{name: "Dask distributed", calls: 2_000, most: 1. / 20, missing: noDask, measure: python("dask")},
			{name: "Celery on redis", calls: 2_000, most: 1. / 20, missing: noCelery, measure: python("celery")},
		},
	},
	{
		name: "stream", what: "`Stream` of no-op calls, 2 workers",
		contenders: []contender{
			{name: ourName, calls: 500_000, measure: ours(2, goroutine, incrementStream())},
			{name: ourName + ", Window(64)", calls: 100_000, most: 0.5, measure: ours(2, goroutine, incrementStream(overlap.Window(64)))},
		},
	},
	{
		name: "round-trip", what: "one no-op at a time",
		contenders: []contender{
			{name: ourName + " on process.New(1)", calls: 2_000, measure: ours(1, oneProcess, incrementOneByOne)},
			{name: "bare JetStream, then process.New(1)", calls: 2_000, most: 1.5, measure: bareThenProcess},
			{name: "bare JetStream to process.New(1), which sleeps meanwhile", calls: 2_000, measure: bareToProcess},
			{name: ourName + " on a goroutine", calls: 2_000, measure: ours(1, goroutine, incrementOneByOne)},
		},
	},
	{
		name: "requests", what: "100 requests of 160 ms", mostRounds: 3,
		contenders: []contender{
			{name: ourName + " on process.New(1) each", calls: 100, measure: ours(2, oneProcess, requests)},
			{name: "process.New(2)", calls: 100, most: 1.2, measure: processes(2, requests)},
		},
	},
	{
		name: "sieves", what: "15,000 sieves, lists returned", mostRounds: 3,
		contenders: []contender{
			{name: ourName + " on process.New(1) each", calls: 15_000, measure: ours(2, oneProcess, sieves)},
			{name: "process.New(2)", calls: 15_000, most: 4, measure: processes(2, sieves)},
		},
	},
	{
		name: "workers", what: "64 calls that wait 160 ms, one at a time a worker", mostRounds: 3,
		contenders: []contender{
			{name: "8 workers", calls: 64, measure: ours(8, goroutine, waits)},
			{name: "1 worker", calls: 64, most: 1 / 7.5, measure: ours(1, goroutine, waits)},
		},
	},
	{
		name: "first", what: "from `overlap run --on cluster` to the first result", most: 500 * time.Millisecond,
		contenders: []contender{{name: "the command", calls: 1, measure: firstResult}},
	},
}

const ourName = "cluster"
