package compare

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// ProcessCPU is the CPU time in seconds that another process has used so far, in steps of 10 ms, where the system
// tells. It is for [Job].ServerCPU.
func ProcessCPU(pid int) (seconds float64, known bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	return statCPU(stat)
}

// ticksPerSecond is USER_HZ, the same on every architecture that Go runs on.
const ticksPerSecond = 100

// statCPU reads user and system time from a /proc stat file. The name of the program, its second field, may hold
// anything, spaces and brackets too, so count from the last bracket.
func statCPU(stat []byte) (seconds float64, known bool) {
	end := bytes.LastIndexByte(stat, ')')
	fields := bytes.Fields(stat[end+1:])
	if end < 0 || len(fields) < 13 {
		return 0, false
	}
	user, err1 := strconv.ParseUint(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseUint(string(fields[12]), 10, 64)
	return (float64(user) + float64(system)) / ticksPerSecond, err1 == nil && err2 == nil
}
