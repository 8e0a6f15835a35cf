package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"example.com/overlap"
)

// Cost is what calls in flight cost, all of them together.
type Cost struct {
	TakenBytes     int64   // heap and stacks taken from the system, results included
	ResidentBytes  int64   // the process's resident memory, grown by so much
	ResidentKnown  bool    // false where the system does not say it in /proc
	StartedSeconds float64 // until the last call had started
}

var contenders = []struct {
	name string
	run  func(inputs []int, wait func()) error
}{
	{"overlap.Async", func(inputs []int, wait func()) error {
		task := overlap.Func(func(_ context.Context, n int) (int, error) { wait(); return n, nil })
		_, err := overlap.Map(context.Background(), overlap.Async(), task, inputs)
		return err
	}},
	{"goroutines", func(inputs []int, wait func()) error {
		out := make([]int, len(inputs))
		var all sync.WaitGroup
		for i, n := range inputs {
			all.Go(func() { wait(); out[i] = n })
		}
		all.Wait()
		return nil
	}},
}

// startWithin is how long calls may take to start: far longer than they do, and short enough not to wait for ever for
// an executor that holds some of them back.
const startWithin = 2 * time.Minute

func measure(name string, calls int) (Cost, error) {
	for _, contender := range contenders {
		if contender.name != name {
			continue
		}
		inputs, gate := make([]int, calls), make(chan struct{})
		var started sync.WaitGroup
		started.Add(calls)
		ended, allStarted := make(chan error, 1), make(chan struct{})
		runtime.GC()
		before := now()
		start := time.Now()
		go func() { ended <- contender.run(inputs, func() { started.Done(); <-gate }) }()
		go func() { started.Wait(); close(allStarted) }()
		select {
		case <-allStarted:
		case err := <-ended:
			return Cost{}, fmt.Errorf("ended before all calls had started: %v", err)
		case <-time.After(startWithin):
			return Cost{}, fmt.Errorf("not all of %d calls are in flight after %v", calls, startWithin)
		}
		cost := Cost{StartedSeconds: time.Since(start).Seconds()}
		runtime.GC()
		after := now()
		cost.TakenBytes, cost.ResidentKnown = after.taken-before.taken, after.resident > 0
		if cost.ResidentKnown {
			cost.ResidentBytes = after.resident - before.resident
		}
		close(gate)
		return cost, <-ended
	}
	return Cost{}, fmt.Errorf("no contender is named %q", name)
}

// memory is in bytes, signed because a difference of two may be below zero.
type memory struct{ taken, resident int64 }

// now reads the process's memory, garbage that is not yet collected included.
func now() memory {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return memory{taken: int64(stats.HeapSys + stats.StackSys), resident: resident()}
}

// resident is VmRSS of /proc/self/status in bytes; 0 where there is none.
func resident() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	return residentOf(string(status))
}

func residentOf(status string) int64 {
	for line := range strings.Lines(status) {
		var kilobytes int64
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kilobytes); err == nil {
			return kilobytes * 1024
		}
	}
	return 0
}
