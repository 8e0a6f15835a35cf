//go:build !linux

package overlap

// threadsLeft is how many more threads the system lets this process have. Darwin allows some thousands a process and
// Windows is bound by memory; neither tells.
func threadsLeft() int { return mostThreads }
