package live

import (
	"fmt"
	"os"
)

// memoryOf is how many bytes of a process are in memory.
func memoryOf(pid int) (bytes int64, known bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, false // it has ended
	}
	var all, resident int64
	if _, err := fmt.Sscan(string(text), &all, &resident); err != nil {
		return 0, false
	}
	return resident * int64(os.Getpagesize()), true
}
