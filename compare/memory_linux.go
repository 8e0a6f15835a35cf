package compare

import (
	"bytes"
	"os"
	"strconv"
)

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

// highWater finds the line "VmHWM:     5132 kB" of a /proc status file.
func highWater(status []byte) *int64 {
	for line := range bytes.Lines(status) {
		if fields := bytes.Fields(line); len(fields) == 3 && string(fields[0]) == "VmHWM:" {
			if kilobytes, err := strconv.ParseInt(string(fields[1]), 10, 64); err == nil {
				return new(kilobytes * 1024)
			}
		}
	}
	return nil
}
