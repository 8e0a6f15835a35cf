//go:build unix

package procgroup

import (
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// Lead has a command that has not been started lead a process group of its own.
func Lead(cmd *exec.Cmd) {
	attributes(cmd).Setpgid = true
}

func attributes(cmd *exec.Cmd) *syscall.SysProcAttr {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	return cmd.SysProcAttr
}

// Start starts a command as the leader of a process group of its own, which is killed when this process ends, however it
// ends: by the guard, a small shell in a group of its own that is there as long as there are such groups. Where there is
// no /bin/sh, or no room for another process, the command is started all the same; then Linux kills the command with
// this process, and nobody what the command has started.
//
// A command that Start has started must be waited for with [Wait]. The error is that of [exec.Cmd.Start]. Start is safe
// for concurrent use.
func Start(cmd *exec.Cmd) error {
	Lead(cmd)
	dieWithParent(cmd)
	if err := startOnItsThread(cmd); err != nil {
		return err
	}
	theGuard.add(cmd.Process.Pid)
	return nil
}

// starter is the thread that starts all commands and never ends. The signal that a process gets when its parent dies
// follows the thread that started it, not the parent's process (golang/go#27505), and Go programs do end threads.
var starter = sync.OnceValue(func() chan<- func() {
	starts := make(chan func())
	go func() {
		runtime.LockOSThread()
		for start := range starts {
			start()
		}
	}()
	return starts
})

func startOnItsThread(cmd *exec.Cmd) error {
	err := make(chan error)
	starter() <- func() { err <- cmd.Start() }
	return <-err
}

// Kill kills the group that a process leads, or the process alone if it leads none. The process must not have been waited
// for, as its number may be another's then.
func Kill(leader *os.Process) error {
	if err := syscall.Kill(-leader.Pid, syscall.SIGKILL); err != nil {
		return leader.Kill()
	}
	return nil
}
