//go:build unix && !linux

package procgroup

import (
	"os/exec"
	"syscall"
)

// dieWithParent does nothing: these systems have no signal for the death of a parent.
func dieWithParent(*exec.Cmd) {}

// Wait waits until a command that [Start] has started ends, kills what is left of its group, and returns what
// [exec.Cmd.Wait] does. These systems cannot wait for a process and leave it a zombie, so in between the number of its
// group could, in principle, be given to another.
func Wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	theGuard.remove(cmd.Process.Pid)
	return err
}
