package main

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap/bench/children"
	"example.com/overlap/process"
)

// killEvery is how often a worker gets SIGKILL.
const killEvery = 20 * time.Millisecond

// leastKilled is how many workers a measurement kills at least: it goes on for as long as that takes, about 3 s.
var leastKilled = 100

// chaos is what undisturbed is, while workers are killed.
func chaos(ctx context.Context, calls, runs int) (m measurement, err error) {
	if _, err := children.Of(os.Getpid()); err != nil {
		return m, err
	}
	start := time.Now()
	pool, incrementAll := process.New(workers), incrementAll(incrementAgain)
	if _, err := incrementAll(ctx, pool, 100); err != nil { // its workers are the only children of this process
		return m, err
	}
	grown := 2 * time.Since(start)
	end := make(chan struct{})
	var killed atomic.Int64
	var killer sync.WaitGroup
	killer.Go(func() { killUntil(end, grown, &killed) })
	start = time.Now()
	for err == nil && (m.Runs < runs || killed.Load() < int64(leastKilled)) {
		m.Runs++
		m.Answer, err = incrementAll(ctx, pool, calls)
	}
	m.Seconds = time.Since(start).Seconds()
	close(end)
	killer.Wait()
	m.Killed = int(killed.Load())
	if err != nil {
		return m, err
	}
	return m, pool.Close()
}

// killUntil kills a random child of this process at intervals until end is closed, and counts those it killed. It
// leaves alone those that are not as old as grown: where a start takes longer than the interval, none would ever be
// ready.
func killUntil(end <-chan struct{}, grown time.Duration, killed *atomic.Int64) {
	seen := map[int]time.Time{} // when each was seen first
	tick := time.NewTicker(killEvery)
	defer tick.Stop()
	for {
		select {
		case <-end:
			return
		case <-tick.C:
		}
		alive, err := children.Of(os.Getpid())
		now, known := time.Now(), seen
		seen = map[int]time.Time{}
		for _, pid := range alive {
			seen[pid] = now
			if since, before := known[pid]; before {
				seen[pid] = since
			}
		}
		alive = slices.DeleteFunc(alive, func(pid int) bool { return now.Sub(seen[pid]) < grown || !children.Runs(pid) })
		if err != nil || len(alive) == 0 {
			continue
		}
		victim, err := os.FindProcess(alive[rand.IntN(len(alive))])
		if err == nil && victim.Kill() == nil {
			killed.Add(1)
		}
	}
}
