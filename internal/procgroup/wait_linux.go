package procgroup

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// dieWithParent has the kernel kill the command with the thread that started it. The guard would kill it as well, but
// there may be none.
func dieWithParent(cmd *exec.Cmd) { attributes(cmd).Pdeathsig = syscall.SIGKILL }

// Wait waits until a command that [Start] has started ends, kills what is left of its group, and returns what
// [exec.Cmd.Wait] does. The command is a zombie until its group has been killed, so that the kernel gives the number of
// the group to nobody else meanwhile.
func Wait(cmd *exec.Cmd) error {
	pid := cmd.Process.Pid
	for {
		var info unix.Siginfo
		if unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT, nil) != unix.EINTR {
			break
		}
	}
	syscall.Kill(-pid, syscall.SIGKILL)
	theGuard.remove(pid)
	return cmd.Wait()
}
