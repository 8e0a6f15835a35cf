package process

import (
	"os"
	"syscall"
)

// peakOf is a dead worker's peak memory.
func peakOf(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss << 10
	}
	return 0
}
