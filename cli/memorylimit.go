package cli

import (
	"os"
	"runtime/debug"
	"sync"

	"example.com/overlap/internal/tune"
)

// limitMemory has Go's collector keep the command to nine tenths of what its control group may use, unless GOMEMLIMIT
// says otherwise: Go does not look at that limit by itself, and lets garbage grow until the command is killed.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	if limit := tune.ControlGroupLimit(); limit > 0 {
		debug.SetMemoryLimit(limit / 10 * 9)
	}
}

// collectSeldom has Go's collector wait for 8 MB more of garbage than it would. It starts when the heap has doubled, which is
// every 4 MB for a program as small as this one: a run of many requests spends a tenth to a quarter of its time on that. A
// larger GOGC would have the same effect here, but multiply the memory of runs that hold much. The memory that is asked for
// is kept and never touched, so that the system gives none for it, and the collector counts it all the same.
var collectSeldom = sync.OnceValue(func() []byte {
	if os.Getenv("GOGC") != "" || debug.SetMemoryLimit(-1) < 256<<20 {
		return nil
	}
	return make([]byte, 8<<20)
})
