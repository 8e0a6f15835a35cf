package process

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const sockCloseOnExec = syscall.SOCK_CLOEXEC

// widen lets more replies wait in a pipe, where the system allows it.
func widen(f *os.File) {
	if raw, err := f.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { unix.FcntlInt(fd, unix.F_SETPIPE_SZ, replyRoom) })
	}
}

const fionread = unix.TIOCINQ

const replyRoom = 512 << 10

// roomOf is how many bytes may wait in a pipe.
func roomOf(pipe *os.File) (bytes int) {
	if raw, err := pipe.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { bytes, _ = unix.FcntlInt(fd, unix.F_GETPIPE_SZ, 0) })
	}
	return max(bytes, smallestPipe)
}

// executable is this program's file, also when another has taken its name meanwhile.
func executable() string {
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return "/proc/self/exe"
	}
	return ownPath
}

// dieWithParent has the kernel kill the worker with the thread that started it, in case it cannot see the end of its
// control pipe, for instance because it is stopped.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }

// reap waits for the worker's end, and ends with it all that it has started, while a zombie keeps the number of its group
// from being given to others.
func (c *child) reap() {
	pid := c.cmd.Process.Pid
	for {
		var info unix.Siginfo
		if unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT, nil) != unix.EINTR {
			break
		}
	}
	unix.Kill(-pid, unix.SIGKILL)
	c.cgroup.end()
	guarding.remove(pid)
	c.cmd.Wait()
	close(c.exited)
	c.replies.SetReadDeadline(time.Now()) // wakes whoever reads
}
