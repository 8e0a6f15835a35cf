//go:build unix && !linux

package process

import (
	"os"
	"syscall"
	"time"
)

// sockCloseOnExec does not exist here; what a worker inherits by mistake it closes when it starts others.
const sockCloseOnExec = 0

const fionread = 0x4004667f // FIONREAD, which x/sys does not name for all of these

func widen(*os.File) {}

func executable() string { return ownPath }

func dieWithParent(*syscall.SysProcAttr) {}

// start starts the worker's process.
func (s *settings) start(c *child) error {
	if s.cgroups.refusal != nil {
		return s.cgroups.refusal
	}
	return startOnItsThread(c.cmd)
}

// reap waits for the worker's end, and then ends all that it has started. These systems cannot wait for a process and leave
// it a zombie, so in between the number of its group could, in principle, be given to another.
func (c *child) reap() {
	pid := c.cmd.Process.Pid
	c.cmd.Wait()
	syscall.Kill(-pid, syscall.SIGKILL)
	guarding.remove(pid)
	close(c.exited)
	c.replies.SetReadDeadline(time.Now()) // wakes whoever reads
}

// roomOf is how many bytes may wait in a pipe, for sure.
func roomOf(*os.File) int { return smallestPipe }
