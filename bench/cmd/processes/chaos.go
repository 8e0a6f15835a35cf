package main

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"example.com/overlap/bench/children"
	"example.com/overlap/process"
)

// killEvery is how often a worker gets SIGKILL.
const killEvery = 20 * time.Millisecond

// chaos is what undisturbed is, while workers are killed.
func chaos(ctx context.Context, calls, runs int) (m measurement, err error) {
	if _, err := children.Of(os.Getpid()); err != nil {
		return m, err
	}
	pool, incrementAll := process.New(workers), incrementAll(incrementAgain)
	if _, err := incrementAll(ctx, pool, 100); err != nil { // its workers are the only children of this process
		return m, err
	}
	end := make(chan struct{})
	var killer sync.WaitGroup
	killer.Go(func() { m.Killed = killUntil(end) })
	start := time.Now()
	for range runs {
		if m.Answer, err = incrementAll(ctx, pool, calls); err != nil {
			break
		}
	}
	m.Seconds = time.Since(start).Seconds()
	close(end)
	killer.Wait()
	if err != nil {
		return m, err
	}
	return m, pool.Close()
}

// killUntil kills a random child of this process at intervals until end is closed. It returns how many it killed.
func killUntil(end <-chan struct{}) (killed int) {
	tick := time.NewTicker(killEvery)
	defer tick.Stop()
	for {
		select {
		case <-end:
			return killed
		case <-tick.C:
		}
		alive, err := children.Of(os.Getpid())
		if err != nil || len(alive) == 0 {
			continue
		}
		victim, err := os.FindProcess(alive[rand.IntN(len(alive))])
		if err == nil && victim.Kill() == nil {
			killed++
		}
	}
}
