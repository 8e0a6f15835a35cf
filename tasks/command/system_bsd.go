//go:build unix && !linux

package command

import (
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

const diesWithThread = false

// newSession has a command lead a session and a group of its own. When this program is killed, the guard alone ends it.
func newSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// awaitExit does nothing: these systems cannot wait for a process without reaping it.
func awaitExit(int) {}

func peakOf(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}

func niceness() (int, error) { return unix.Getpriority(unix.PRIO_PROCESS, 0) }

func openNameless(dir string) (int, error) { return openAndDelete(dir) }

func reopen(int) int { return -1 }

const isLinux = false
