package cli

import (
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	// together is how long after a step other signals are taken for the same one: timeout(1) sends its to the process
	// and to its group, and a terminal that closes has the shell send another.
	together = 200 * time.Millisecond
	// Whoever sends SIGTERM, docker and systemd among them, kills after 10 s: until then the results must be safe.
	cancelAfter = 8 * time.Second
	leaveAfter  = 9500 * time.Millisecond
)

// step is one of the things that signals lead to; by is the signal, nil when time does.
type step func(by os.Signal)

// byOrder is the signal that stands for overlap jobs cancel.
type byOrder struct{}

func (byOrder) Signal()        {}
func (byOrder) String() string { return "canceled from elsewhere" }

// onInterrupt has each Ctrl-C, SIGTERM or SIGHUP, which comes when a terminal is closed, take the next of the steps,
// until stop is called. SIGQUIT takes the last one. After SIGTERM the last two are taken in time, whether signals come
// or not. What was ignored when the program started, as SIGHUP is under nohup, stays ignored. stop waits for a step
// that is being taken. Each of the orders, which come from elsewhere, takes the next step as well, but not the last one.
func onInterrupt(orders <-chan os.Signal, steps ...step) (stop func()) {
	signals, over := make(chan os.Signal, 16), make(chan struct{})
	signal.Notify(signals, endingSignals()...)
	var running sync.WaitGroup
	running.Go(func() { takeSteps(signals, orders, over, steps) })
	return sync.OnceFunc(func() {
		signal.Stop(signals)
		close(over)
		running.Wait()
	})
}

// endingSignals are those by which somebody wants the program to end.
func endingSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	return slices.DeleteFunc(all, signal.Ignored)
}

func takeSteps(signals, orders <-chan os.Signal, over <-chan struct{}, steps []step) {
	taken := 0
	var last time.Time
	upTo := func(count int, by os.Signal) {
		for ; taken < count; taken++ {
			last = time.Now()
			steps[taken](by)
		}
	}
	var toCancel, toLeave <-chan time.Time
	for taken < len(steps) {
		select {
		case by := <-signals:
			if by == syscall.SIGTERM && toLeave == nil {
				toCancel, toLeave = time.After(cancelAfter), time.After(leaveAfter)
			}
			switch {
			case by == syscall.SIGQUIT:
				taken = len(steps) - 1
				upTo(len(steps), by)
			case taken == 0 || time.Since(last) >= together:
				upTo(taken+1, by)
			}
		case by := <-orders:
			upTo(min(taken+1, len(steps)-1), by)
		case <-toCancel:
			upTo(len(steps)-1, nil)
		case <-toLeave:
			upTo(len(steps), nil)
		case <-over:
			return
		}
	}
}
