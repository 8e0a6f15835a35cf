//go:build unix

package compare

import (
	"os"
	"syscall"
)

// killGroup ends a process that leads a group of its own, and what the task has started in it.
func killGroup(p *os.Process) error {
	if err := syscall.Kill(-p.Pid, syscall.SIGKILL); err != nil {
		return p.Kill()
	}
	return nil
}
