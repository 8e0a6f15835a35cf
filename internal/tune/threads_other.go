//go:build !linux

package tune

// ThreadsLeft is how many more processes and threads the system lets this process have. Darwin allows some thousands a process
// and Windows is bound by memory; neither tells.
func ThreadsLeft() (left int, ok bool) { return 2_500, true }

// ownThreads is how many threads this process has, which is not counted here.
func ownThreads() int { return 0 }
