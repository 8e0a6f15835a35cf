package cli

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// onInterrupt has each Ctrl-C or SIGTERM take the next of the steps, on a goroutine of its own, until stop is called.
// stop waits for a step that is being taken.
func onInterrupt(steps ...func()) (stop func()) {
	signals, over := make(chan os.Signal, len(steps)), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
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
