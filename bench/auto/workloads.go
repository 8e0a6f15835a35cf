package main

import (
	"context"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/station"
)

// workload is a job whose best number of calls in flight is known from theory.
type workload struct {
	name    string
	what    string
	calls   int
	theory  int                                                                          // the best number in flight
	classes []overlap.Class                                                              // what it may be called
	start   func() (call func(ctx context.Context, i int) error, stop func(), err error) // what a run calls, afresh for each
}

// plain makes every run of a call that keeps nothing between runs.
func plain(call func(ctx context.Context, i int) error) func() (func(context.Context, int) error, func(), error) {
	return func() (func(context.Context, int) error, func(), error) { return call, func() {}, nil }
}

// at makes every run of a station of its own.
func at(open func() station.Station) func() (func(context.Context, int) error, func(), error) {
	return func() (func(context.Context, int) error, func(), error) {
		s := open()
		return func(ctx context.Context, _ int) error { return s.Serve(ctx) }, func() {}, nil
	}
}

const ms = time.Millisecond

func workloads() []workload {
	var (
		cpu   = []overlap.Class{overlap.CPUBound}
		io    = []overlap.Class{overlap.IOBound}
		few   = []overlap.Class{overlap.IOBound}
		far   = []overlap.Class{overlap.ServerLimited}
		rate  = []overlap.Class{overlap.RateLimited}
		mixed = []overlap.Class{overlap.Mixed}
		none  = []overlap.Class{overlap.TooFewCalls, overlap.UnknownClass}
	)
	spinFor := func(d time.Duration) func(context.Context, int) error {
		return func(context.Context, int) error { burn(d); return nil }
	}
	return []workload{
		{"W1", "computes 5 ms", 400, 2, cpu, plain(spinFor(5 * ms))},
		{"W1b", "computes 50 µs", 20_000, 2, cpu, plain(spinFor(50 * time.Microsecond))},
		{"W2", "computes 2 µs", 500_000, 2, cpu, plain(spinFor(2 * time.Microsecond))},
		{"article-cpu", "the article's sieves", articleSieves, 2, cpu, plain(sieve)},
		{"W3", "waits 160 ms for HTTP: the article's requests", 100, 100, few, requests},
		{"W3a", "sleeps 160 ms", 100, 100, few, plain(sleep(160 * ms))},
		{"W3b", "sleeps 160 ms, of which nobody knows what it waits for", 1_000, 1_000, io, plain(sleep(160 * ms))},
		{"W4", "50 ms at a server of 32, first in first out", 2_000, 32, far, at(func() station.Station {
			return station.Queue(32, station.Fixed(50*ms))
		})},
		{"W5", "a server by the universal scalability law, best at 44", 3_000, 44, far, at(func() station.Station {
			return station.Shared(station.Scalability(50, .02, .0005))
		})},
		{"W6", "100 ms at a server that refuses more than 20 at once", 2_000, 20, far, at(func() station.Station {
			return station.RefusesMore(20, 100*ms, 5*ms)
		})},
		{"W7", "50 ms at a server that refuses more than 100 a second, 20 at once", 1_000, 5, rate, at(func() station.Station {
			return station.TokenBucket(100, 20, 50*ms, 5*ms, 0)
		})},
		{"W8", "40 ms at a server that breaks down beyond 50", 10_000, 50, far, at(func() station.Station {
			return station.Cliff(50, 40*ms, 1)
		})},
		{"W9", "computes 2 ms and waits 18 ms, exponential", 1_000, 27, mixed, func() (
			func(context.Context, int) error, func(), error,
		) {
			compute, wait := station.Exponential(2*ms, 1), station.Exponential(18*ms, 2)
			return func(context.Context, int) error { burn(compute()); time.Sleep(wait()); return nil }, func() {}, nil
		}},
		{"W9b", "computes 2 ms and waits 18 ms, always", 1_000, 20, mixed, plain(func(context.Context, int) error {
			burn(2 * ms)
			time.Sleep(18 * ms)
			return nil
		})},
		{"W10", "10 ms in a system call", 2_000, 1_000, io, plain(nanosleep(10 * ms))},
		{"W15", "computes 5 ms, 200 times, then waits 50 ms, 1,000 times", 1_200, 1_000, io, plain(func(_ context.Context, i int) error {
			if i < 200 {
				burn(5 * ms)
			} else {
				time.Sleep(50 * ms)
			}
			return nil
		})},
		{"W15b", "a server best at 8, then one without a limit", 4_000, 16, far, phases},
		{"W16", "computes 1 ms to 2 s, bounded Pareto", 1_000, 2, cpu, func() (func(context.Context, int) error, func(), error) {
			draw := station.Pareto(ms, 2*time.Second, 1.5, 1)
			return func(context.Context, int) error { burn(draw()); return nil }, func() {}, nil
		}},
		{"W17", "log-normal times at a server of 64", 5_000, 64, far, at(func() station.Station {
			return station.Queue(64, station.LogNormal(2, 1.5, ms, 1))
		})},
		{"W22", "20 ms at a server of 64 that is 40 ms farther away after 2 s", 20_000, 192, far, at(farther)},
		{"W23a", "one call of 1 µs", 1, 1, none, plain(spinFor(time.Microsecond))},
		{"W23b", "three calls of 1 µs", 3, 1, none, plain(spinFor(time.Microsecond))},
		{"W23c", "ten calls of 1 ms", 10, 2, cpu, plain(spinFor(ms))},
		{"tiny", "a call that does nothing", 1_000_000, 1, cpu, plain(func(context.Context, int) error { return nil })},
	}
}

func sleep(d time.Duration) func(context.Context, int) error {
	return func(context.Context, int) error { time.Sleep(d); return nil }
}

func farther() station.Station {
	begun := time.Now()
	return station.Distant(station.Queue(64, station.Fixed(20*ms)), func() time.Duration {
		if time.Since(begun) > 2*time.Second {
			return 40 * ms
		}
		return 0
	})
}

func phases() (func(context.Context, int) error, func(), error) {
	first := station.Shared(station.Scalability(100, 0, 1./64))
	return func(ctx context.Context, i int) error {
		if i < 2_000 {
			return first.Serve(ctx)
		}
		time.Sleep(100 * ms)
		return nil
	}, func() {}, nil
}
