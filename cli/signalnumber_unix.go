//go:build unix

package cli

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// signalNumber is that of a signal that [command.Error] names, never 0.
func signalNumber(name string) int {
	if n := unix.SignalNum(name); n != 0 {
		return int(n)
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(name, "signal "))
	return max(1, n)
}
