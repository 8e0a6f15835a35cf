package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// keepClosedPipe lets writes to a closed standard output fail, instead of ending the process in the middle of its
// calls, until restore is called.
func keepClosedPipe() (restore func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGPIPE)
	return func() { signal.Stop(signals) }
}
