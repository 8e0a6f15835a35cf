package process

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// peakOf is a process's peak memory.
func peakOf(usage *syscall.Rusage) int64 { return usage.Maxrss << 10 }

// peakHere is the peak of what memory this process has had since it runs its program.
func peakHere() (bytes int64) {
	status, _ := os.ReadFile("/proc/self/status")
	if _, peak, ok := strings.Cut(string(status), "VmHWM:"); ok {
		fmt.Sscan(peak, &bytes)
	}
	return bytes << 10
}
