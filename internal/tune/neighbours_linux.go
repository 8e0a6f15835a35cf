package tune

import (
	"bytes"
	"strconv"
	"syscall"
	"time"
)

// readMachineTime reads the first line of /proc/stat: "cpu user nice system idle iowait irq softirq steal …" in steps of 10
// ms for all cores. The time of guests is in user and nice already.
func readMachineTime() (t machineTime, ok bool) {
	file, err := syscall.Open("/proc/stat", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return t, false
	}
	defer syscall.Close(file)
	var start [256]byte
	n, err := syscall.Read(file, start[:])
	if err != nil {
		return t, false
	}
	return parseMachineTime(start[:n])
}

func parseMachineTime(stat []byte) (t machineTime, ok bool) {
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) < 5 || string(fields[0]) != "cpu" {
		return t, false
	}
	for i, field := range fields[1:min(len(fields), 9)] {
		ticks, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return machineTime{}, false
		}
		if passed := time.Duration(ticks) * 10 * time.Millisecond; i == 3 || i == 4 {
			t.idle += passed
		} else {
			t.busy += passed
		}
	}
	return t, true
}
