package cli

import (
	"fmt"
	"os"
	"strings"
)

// busyThreads is how many threads run on this machine, or could if a processor were free, without the one that asks.
func busyThreads() (int64, error) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0, err
	}
	var averages [3]float64
	var busy, all int64
	_, err = fmt.Sscanf(string(text), "%f %f %f %d/%d", &averages[0], &averages[1], &averages[2], &busy, &all)
	if err != nil {
		return 0, fmt.Errorf("/proc/loadavg is not as expected: %w", err)
	}
	return max(0, busy-1), nil
}

// freeMemory is how many bytes programs can have on this machine without swapping.
func freeMemory() (int64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	_, found, _ := strings.Cut(string(text), "MemAvailable:")
	var kilobytes int64
	if _, err := fmt.Sscanf(found, "%d kB", &kilobytes); err != nil {
		return 0, fmt.Errorf("/proc/meminfo is not as expected: %w", err)
	}
	return kilobytes << 10, nil
}
