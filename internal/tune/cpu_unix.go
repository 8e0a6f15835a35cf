//go:build unix

package tune

import (
	"syscall"
	"time"
)

// cpuTime is the CPU time that this process has used; negative where that is not known.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return -1
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
