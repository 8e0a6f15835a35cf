package main

import (
	"context"
	"runtime/debug"
	"time"

	"example.com/overlap"
)

const (
	memoryLimit = 1 << 30
	held        = 64 << 20
	// heldFor is how long a call needs its memory.
	heldFor = 200 * ms
	// page is a step that touches each page of memory, which does not count before.
	page = 4 << 10
)

// keepMemory makes calls that each hold 64 MiB under a limit of 1 GiB: all of it from the start, or more and more.
func keepMemory(grows bool) func() (func(context.Context, int) error, func(), error) {
	return func() (func(context.Context, int) error, func(), error) {
		before := debug.SetMemoryLimit(memoryLimit)
		steps := 1
		if grows {
			steps = 10
		}
		call := func(context.Context, int) error {
			memory := make([]byte, held)
			for i := range steps {
				for at := i * held / steps; at < (i+1)*held/steps; at += page {
					memory[at] = 1
				}
				time.Sleep(heldFor / time.Duration(steps))
			}
			sink.Store(uint64(memory[held-1]))
			return nil
		}
		return call, func() { debug.SetMemoryLimit(before); debug.FreeOSMemory() }, nil
	}
}

// fits is the most calls in flight that leave a tenth of the memory.
const fits = (memoryLimit - memoryLimit/10) / held

var memoryBound = []overlap.Class{overlap.MemoryBound}
