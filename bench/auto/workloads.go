package main

import (
	"context"
	"sync"
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
	only    bool                                                                         // more fit in, but leave nothing free: no other is tried
	classes []overlap.Class                                                              // what it may be called
	start   func() (call func(ctx context.Context, i int) error, stop func(), err error) // what a run calls, afresh for each
	jobs    func(newExecutor func() overlap.Executor) error                              // instead, what makes several jobs
	why     string                                                                       // Auto may take longer than 5 per cent more; empty: it may not
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

// caution is why a job that memory bounds takes longer.
const caution = "a fifth of the memory is left free until the collector has shown what calls need, a tenth afterwards, and one " +
	"call of fourteen is 7 % of what is done"

// heard is why jobs of up to twice as many calls as are tried at first take longer.
const heard = "those beyond the first 128 begin 8 ms later, when a far end that refuses so many has mostly said so"

// waves is why jobs of calls that wait at once take longer, if they have hardly more calls than are tried at first.
const waves = "128 calls are put in flight before it is known what they wait for, then 160, 320 and so on, each once those before have " +
	"ended: four waves of a thousand calls instead of one"

// collector is why jobs of calls that keep the garbage collector busy take longer.
const collector = "how many in flight let it collect best depends on what calls allocate: Auto has ten more than cores, and does not search"

// together is why jobs within the calls of a job take longer.
const together = "eleven jobs find their number at the same time, each from one call a core on: that takes some milliseconds, however long " +
	"their calls take"

// oneLock is why jobs of calls that all want the same lock take longer.
const oneLock = "calls that wait for a lock leave the cores free, and where there are several locks more calls may get more done: with tens or " +
	"hundreds of them in flight each has to be woken when the lock is handed to it"

// timeUp is why jobs whose calls time out for no want of anything take longer.
const timeUp = "calls that time out may be too many for a far end, so fewer are in flight until it is seen that as many time out then"

func workloads() []workload {
	var (
		cpu    = []overlap.Class{overlap.CPUBound}
		io     = []overlap.Class{overlap.IOBound}
		few    = []overlap.Class{overlap.IOBound}
		far    = []overlap.Class{overlap.ServerLimited}
		rate   = []overlap.Class{overlap.RateLimited}
		device = []overlap.Class{overlap.IOBound, overlap.ServerLimited, overlap.Mixed} // as many as it can do at once, and as the cores can ask for
		mixed  = []overlap.Class{overlap.Mixed}
		locked = []overlap.Class{overlap.LockBound}
	)
	spinFor := func(d time.Duration) func(context.Context, int) error {
		return func(context.Context, int) error { burn(d); return nil }
	}
	return []workload{
		{name: "W1", what: "computes 5 ms", calls: 400, theory: 2, classes: cpu, start: plain(spinFor(5 * ms))},
		{name: "W1b", what: "computes 50 µs", calls: 20_000, theory: 2, classes: cpu, start: plain(spinFor(50 * time.Microsecond))},
		{name: "W2", what: "computes 2 µs", calls: 500_000, theory: 2, classes: cpu, start: plain(spinFor(2 * time.Microsecond))},
		{name: "article-cpu", what: "the article's sieves", calls: articleSieves, theory: 2, classes: cpu, start: plain(sieve)},
		{name: "W3", what: "waits 160 ms for HTTP: the article's requests", calls: 100, theory: 100, classes: few, start: requests},
		{name: "W3a", what: "sleeps 160 ms", calls: 100, theory: 100, classes: few, start: plain(sleep(160 * ms))},
		{name: "W3b", what: "sleeps 160 ms, of which nobody knows what it waits for", calls: 1_000, theory: 1_000, classes: io, start: plain(sleep(160 * ms)), why: waves},
		{name: "W3c", what: "sleeps 20 ms", calls: 200, theory: 200, classes: few, start: plain(sleep(20 * ms)), why: heard},
		{name: "W4", what: "50 ms at a server of 32, first in first out", calls: 2_000, theory: 32, classes: far, start: at(func() station.Station {
			return station.Queue(32, station.Fixed(50*ms))
		})},
		{name: "W5", what: "a server by the universal scalability law, best at 44", calls: 3_000, theory: 44, classes: far, start: at(func() station.Station {
			return station.Shared(station.Scalability(50, .02, .0005))
		}), why: "the first 128 calls, and then 160, are too many for this server, and it takes a wave of each to see it: 6 % of so short a job"},
		{name: "W6", what: "100 ms at a server that refuses more than 20 at once", calls: 2_000, theory: 20, classes: far, start: at(func() station.Station {
			return station.RefusesMore(20, 100*ms, 5*ms)
		})},
		{name: "W7", what: "50 ms at a server that refuses more than 100 a second, 20 at once", calls: 1_000, theory: 5, classes: rate, start: at(func() station.Station {
			return station.TokenBucket(100, 20, 50*ms, 5*ms, 0)
		})},
		{name: "W8", what: "40 ms at a server that breaks down beyond 50", calls: 10_000, theory: 50, classes: far, start: at(func() station.Station {
			return station.Cliff(50, 40*ms, 1)
		}), why: "the first 128 calls break it down, and it takes three seconds to get rid of them, whatever is done then"},
		{name: "W9", what: "computes 2 ms and waits 18 ms, exponential", calls: 1_000, theory: 27, classes: mixed, start: func() (
			func(context.Context, int) error, func(), error,
		) {
			compute, wait := station.Exponential(2*ms, 1), station.Exponential(18*ms, 2)
			return func(context.Context, int) error { burn(compute()); time.Sleep(wait()); return nil }, func() {}, nil
		}},
		{name: "W9b", what: "computes 2 ms and waits 18 ms, always", calls: 1_000, theory: 20, classes: mixed, start: plain(func(context.Context, int) error {
			burn(2 * ms)
			time.Sleep(18 * ms)
			return nil
		})},
		{name: "W10", what: "10 ms in a system call", calls: 2_000, theory: 1_000, classes: io, start: plain(nanosleep(10 * ms)), why: waves},
		{name: "W11", what: "reads 4 KiB of a file that is not in memory", calls: 10_000, theory: 32, classes: device, start: coldFile},
		{name: "W12", what: "computes 5 ms in C", calls: 400, theory: 2, classes: cpu, start: plain(spinInC(5 * ms)), why: "to Go, code in C is in a " +
			"system call; that it computes shows once CPU time has been compared with the clock, and by then there may be 20 in flight, whose " +
			"threads take the cores from one another. To wait for that first would keep calls that do wait (W10) from starting"},
		{name: "W13", what: "holds 64 MiB for 200 ms under a limit of 1 GiB", calls: 200, theory: fits, only: true, classes: memoryBound,
			start: keepMemory(false)},
		{name: "W14", what: "the same, but more and more", calls: 200, theory: fits, only: true, classes: memoryBound, start: keepMemory(true), why: caution},
		{name: "W15", why: waves, what: "computes 5 ms, 200 times, then waits 50 ms, 1,000 times", calls: 1_200, theory: 1_000, classes: mixed, start: plain(computesThenWaits(200))},
		{name: "W15c", what: "computes 5 ms, 2,000 times, then waits 50 ms, 1,000 times", calls: 3_000, theory: 1_000, start: plain(
			computesThenWaits(2_000)), classes: append(mixed, cpu...)},
		{name: "W15b", what: "a server best at 8, then one without a limit", calls: 4_000, theory: 16, classes: far, start: phases},
		{name: "W16", what: "computes 1 ms to 2 s, bounded Pareto", calls: 1_000, theory: 2, classes: cpu, start: func() (func(context.Context, int) error, func(), error) {
			draw := station.Pareto(ms, 2*time.Second, 1.5, 1)
			return func(context.Context, int) error { burn(draw()); return nil }, func() {}, nil
		}},
		{name: "W17", what: "log-normal times at a server of 64", calls: 5_000, theory: 64, classes: far, start: at(func() station.Station {
			return station.Queue(64, station.LogNormal(2, 1.5, ms, 1))
		})},
		{name: "W19", what: "two jobs at once: computes 5 ms, 400 times; waits 160 ms, 1,000 times", calls: 1_400, theory: 1_000, jobs: twoJobs},
		{name: "W20", what: "computes 5 ms, beside a program that takes a core", calls: 400, theory: 2, classes: cpu, start: besideNeighbour},
		{name: "W21", what: "waits 10 ms, but one of 100 calls 1 s", calls: 100, theory: 100, classes: few, start: plain(func(_ context.Context, i int) error {
			if i == 50 {
				time.Sleep(time.Second)
			}
			time.Sleep(10 * ms)
			return nil
		})},
		{name: "W22", what: "20 ms at a server of 64 that is 40 ms farther away after 2 s", calls: 20_000, theory: 192, classes: far, start: at(farther)},
		{name: "W23c", what: "ten calls of 1 ms", calls: 10, theory: 2, classes: cpu, start: plain(spinFor(ms))},
		{name: "W24", what: "10 calls that each make a job of 100 calls that wait 10 ms", calls: 1_010, theory: 1_010, jobs: nested(10 * ms),
			why: together},
		{name: "W24b", what: "the same, but they wait 100 ms", calls: 1_010, theory: 1_010, jobs: nested(100 * ms), why: together},
		{name: "W25", what: "makes a map of 10,000 pointers", calls: 1_000, theory: 2, classes: cpu, start: plain(makeMap), why: collector},
		{name: "W25b", what: "compresses 64 KiB of text", calls: 600, theory: 2, classes: cpu, start: plain(compress), why: collector},
		{name: "W25c", what: "sorts 100,000 numbers", calls: 200, theory: 2, classes: cpu, start: plain(sortNumbers), why: collector},
		{name: "W25d", what: "makes linked lists of 20,000", calls: 2_000, theory: 2, classes: cpu, start: plain(makeList), why: collector},
		{name: "W26", what: "computes 20 µs, all calls under one lock", calls: 20_000, theory: 1, classes: locked, start: underLock(20 * time.Microsecond),
			why: oneLock},
		{name: "W26b", what: "computes 200 µs, all calls under one lock", calls: 2_000, theory: 1, classes: locked, start: underLock(200 * time.Microsecond),
			why: oneLock},
		{name: "W27", what: "waits 20 ms, but the first attempt of each fifth call 200 ms, and is made again after 50 ms", calls: 1_000, theory: 128,
			jobs: timesOut, why: timeUp},
		{name: "tiny", what: "a call that does nothing", calls: 1_000_000, theory: 1, classes: cpu, start: plain(func(context.Context, int) error { return nil })},
	}
}

func sleep(d time.Duration) func(context.Context, int) error {
	return func(context.Context, int) error { time.Sleep(d); return nil }
}

// underLock makes every run of calls that compute so long while they hold the same lock.
func underLock(d time.Duration) func() (func(context.Context, int) error, func(), error) {
	var lock sync.Mutex
	return plain(func(context.Context, int) error {
		lock.Lock()
		defer lock.Unlock()
		burn(d)
		return nil
	})
}

func computesThenWaits(computing int) func(context.Context, int) error {
	return func(_ context.Context, i int) error {
		if i < computing {
			burn(5 * ms)
		} else {
			time.Sleep(50 * ms)
		}
		return nil
	}
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
