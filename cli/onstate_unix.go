//go:build unix

package cli

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// onStateWanted has each SIGUSR1 call tell, until stop is called.
func onStateWanted(tell func()) (stop func()) {
	signals, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGUSR1)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case <-signals:
				tell()
			case <-over:
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		signal.Stop(signals)
		close(over)
		running.Wait()
	})
}
