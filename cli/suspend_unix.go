//go:build unix

package cli

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// onSuspend has Ctrl-Z stop what the terminal does not reach as well, and fg have it go on, until stop is called.
func onSuspend(suspend, resume func()) (stop func()) {
	signals, over := make(chan os.Signal, 4), make(chan struct{})
	watched := []os.Signal{syscall.SIGCONT}
	if !signal.Ignored(syscall.SIGTSTP) {
		watched = append(watched, syscall.SIGTSTP)
	}
	signal.Notify(signals, watched...)
	go func() {
		for {
			select {
			case s := <-signals:
				if s == syscall.SIGCONT {
					resume()
					continue
				}
				suspend()
				_ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
			case <-over:
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(signals)
		close(over)
	})
}
