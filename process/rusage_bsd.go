//go:build unix && !linux

package process

import "syscall"

// peakOf is a process's peak memory.
func peakOf(usage *syscall.Rusage) int64 { return usage.Maxrss }

// peakHere is 0, as these systems count a process's own memory only.
func peakHere() int64 { return 0 }
