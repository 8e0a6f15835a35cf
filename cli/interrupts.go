package cli

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// onInterrupt has each Ctrl-C, SIGTERM or SIGHUP, which comes when a terminal is closed, take the next of the steps, on a
// goroutine of its own, until stop is called. stop waits for a step that is being taken.
func onInterrupt(steps ...func()) (stop func()) {
	signals, over := make(chan os.Signal, len(steps)), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for _, step := range steps {
			select {
			case <-signals:
				step()
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
