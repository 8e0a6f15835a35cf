package compare

import "os"

// memoryWatch finds the most resident memory of this process since startMemory. getrusage's figure would do worse: it
// cannot be set back, and a child begins with that of the parent that forked it.
type memoryWatch struct{}

// startMemory sets the peak back to what is resident now; where that is not allowed the peak since the process began
// is reported.
func startMemory() memoryWatch {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return memoryWatch{}
}

// peak is in bytes, nil if not known.
func (memoryWatch) peak() *int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil
	}
	return highWater(status)
}
