package compare

import "syscall"

// processTime reads the CPU time of this process, all its threads together.
func processTime() cpuTime {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return cpuTime{}
	}
	var created, exited, kernel, user syscall.Filetime
	if syscall.GetProcessTimes(self, &created, &exited, &kernel, &user) != nil {
		return cpuTime{}
	}
	// A Filetime that is a duration counts 100 ns steps; its own Nanoseconds method takes it for a date.
	steps := func(t syscall.Filetime) uint64 { return uint64(t.HighDateTime)<<32 | uint64(t.LowDateTime) }
	return cpuTime{seconds: float64(steps(kernel)+steps(user)) / 1e7, known: true}
}
