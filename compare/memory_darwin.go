package compare

import "syscall"

// memoryWatch finds the most resident memory of this process since it began, which is what this system tells.
type memoryWatch struct{}

func startMemory() memoryWatch { return memoryWatch{} }

// peak is in bytes, nil if not known.
func (memoryWatch) peak() *int64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return nil
	}
	return new(usage.Maxrss) // in bytes here, in kilobytes elsewhere
}
