//go:build unix

package compare

import (
	"syscall"
	"time"
)

// processTime reads the CPU time of this process, all its threads together, and of its children that have ended: what a
// job of commands computes.
func processTime() cpuTime {
	total := cpuTime{known: true}
	for _, of := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if syscall.Getrusage(of, &usage) != nil {
			return cpuTime{}
		}
		total.seconds += time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
	}
	return total
}
