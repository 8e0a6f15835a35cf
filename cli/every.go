package cli

import (
	"sync"
	"time"
)

// every calls fn again and again, on a goroutine of its own, until stop is called. stop waits for a call that runs.
func every(d time.Duration, fn func()) (stop func()) {
	ticker, over := time.NewTicker(d), make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case <-ticker.C:
				fn()
			case <-over:
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		ticker.Stop()
		close(over)
		running.Wait()
	})
}
