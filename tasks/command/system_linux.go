package command

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// diesWithThread says that the signal for the parent's death comes when the thread has ended that started the command,
// not the process (golang/go#27505).
const diesWithThread = true

// newSession has a command lead a session and a group of its own, and end when this program is killed.
func newSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitExit waits for the end of a process, which keeps its number until it is reaped.
func awaitExit(pid int) {
	for {
		var info unix.Siginfo
		if unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT, nil) != unix.EINTR {
			return
		}
	}
}

// peakOf is the peak memory of a command that has ended, 0 if nobody knows. Before it ran its program it shared this
// program's memory, which Linux counts as its own, so no more than that says nothing.
func peakOf(usage *syscall.Rusage) int64 {
	var own syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &own) != nil || usage.Maxrss <= own.Maxrss {
		return 0
	}
	return usage.Maxrss << 10
}

func niceness() (int, error) {
	raw, err := unix.Getpriority(unix.PRIO_PROCESS, 0) // Linux gives 20 minus it
	return 20 - raw, err
}

// openNameless opens a new file in a folder that has no name there.
func openNameless(dir string) (int, error) {
	for {
		fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
		switch err {
		case nil:
			return fd, nil
		case unix.EINTR:
		case unix.EOPNOTSUPP, unix.EISDIR, unix.EINVAL: // the file system has no such files
			return openAndDelete(dir)
		default:
			return -1, &os.PathError{Op: "open a temporary file in", Path: dir, Err: err}
		}
	}
}

// reopen opens a file again, so that the two have each their own place in it; -1 if that cannot be.
func reopen(fd int) int {
	again, err := syscall.Open("/proc/self/fd/"+strconv.Itoa(fd), syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	return again
}

const isLinux = true
