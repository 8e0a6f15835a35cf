package compare

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// machineLoad is what all programs have used of a machine since it was started.
type machineLoad struct {
	seconds float64 // of CPU time, and what was taken from a virtual machine's
	cores   int
}

// readMachineLoad reads it, where the system tells.
func readMachineLoad() (machineLoad, bool) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return machineLoad{}, false
	}
	return parseMachineLoad(stat)
}

// parseMachineLoad reads a /proc/stat: "cpu user nice system idle iowait irq softirq steal …" in steps of 10 ms for
// all cores, and the same for each, as cpu0 and so on. The time of guests is in user and nice already.
func parseMachineLoad(stat []byte) (load machineLoad, known bool) {
	for line := range bytes.Lines(stat) {
		fields := bytes.Fields(line)
		switch {
		case len(fields) == 0 || !bytes.HasPrefix(fields[0], []byte("cpu")):
		case len(fields[0]) > len("cpu"):
			load.cores++
		default:
			for i, field := range fields[1:min(len(fields), 9)] {
				ticks, err := strconv.ParseUint(string(field), 10, 64)
				if err != nil {
					return machineLoad{}, false
				}
				if idle := i == 3 || i == 4; !idle {
					load.seconds += float64(ticks) / ticksPerSecond
				}
			}
			known = true
		}
	}
	return load, known && load.cores > 0
}

// coreWait is how long the threads of a process that still run have waited for a core while they were ready to run, in
// seconds, where the system tells.
func coreWait(pid int) (seconds float64, known bool) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		// "ran waited slices", both times in nanoseconds
		if fields := bytes.Fields(text); len(fields) == 3 {
			if waited, err := strconv.ParseUint(string(fields[1]), 10, 64); err == nil {
				seconds, known = seconds+float64(waited)/1e9, true
			}
		}
	}
	return seconds, known
}
