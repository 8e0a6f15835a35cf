package compare

import (
	"bytes"
	"strconv"
)

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
