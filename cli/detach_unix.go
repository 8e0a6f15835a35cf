//go:build unix

package cli

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

func canDetach() error { return nil }

// The numbers by which a process that takes over a job has the pipes to and from the one that has started it.
const (
	tellPipe = 3
	hearPipe = 4
)

// startDetached starts a process in a session of its own, which no terminal, no hang-up and no Ctrl-C reaches. hear is what
// it says, tell what it is told. sign is what stands for the engine's string in its arguments.
func startDetached(cmd *exec.Cmd, sign string) (hear, tell *os.File, err error) {
	hear, theirTell, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer theirTell.Close()
	theirHear, tell, err := os.Pipe()
	if err != nil {
		_ = hear.Close()
		return nil, nil, err
	}
	defer theirHear.Close()
	cmd.ExtraFiles = []*os.File{theirTell, theirHear} // numbered from 3
	cmd.Env = append(cmd.Environ(), handoverVariable+"="+sign)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		_, _ = hear.Close(), tell.Close()
		return nil, nil, err
	}
	return hear, tell, nil
}

// inheritedPipes are those that startDetached has made, or nil. Processes that this one starts do not have them.
func inheritedPipes() (tell, hear *os.File) {
	var s unix.Stat_t
	for _, fd := range []int{tellPipe, hearPipe} {
		if unix.Fstat(fd, &s) != nil || s.Mode&unix.S_IFMT != unix.S_IFIFO {
			return nil, nil
		}
		syscall.CloseOnExec(fd)
	}
	return os.NewFile(tellPipe, "tell"), os.NewFile(hearPipe, "hear")
}

// redirectStderr has all that goes to standard error go to a file, what the runtime says of its end included.
func redirectStderr(to *os.File) error { return unix.Dup2(int(to.Fd()), int(os.Stderr.Fd())) }
