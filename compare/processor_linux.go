package compare

import (
	"bytes"
	"os"
	"strings"
)

// processorName is that of the first processor, "" where the system does not tell.
func processorName() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range bytes.Lines(text) {
		if name, value, found := bytes.Cut(line, []byte(":")); found && string(bytes.TrimSpace(name)) == "model name" {
			return strings.TrimSpace(string(value))
		}
	}
	return ""
}
