package procgroup

import (
	"os"
	"os/exec"
	"syscall"
)

// Lead has a command that has not been started lead a process group of its own.
func Lead(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.CreationFlags |= syscall.CREATE_NEW_PROCESS_GROUP
}

// Start starts a command as the leader of a process group of its own. It must be waited for with [Wait].
func Start(cmd *exec.Cmd) error {
	Lead(cmd)
	return cmd.Start()
}

// Wait waits until a command that [Start] has started ends, and returns what [exec.Cmd.Wait] does.
func Wait(cmd *exec.Cmd) error { return cmd.Wait() }

// Kill kills a process; what it has started lives on.
func Kill(leader *os.Process) error { return leader.Kill() }

// KeepGuard does nothing here.
func KeepGuard() (release func()) { return func() {} }
