//go:build unix

package compare

import "syscall"

// processTime reads the CPU time of this process, all its threads together.
func processTime() cpuTime {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return cpuTime{}
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return cpuTime{seconds: seconds(usage.Utime) + seconds(usage.Stime), known: true}
}
