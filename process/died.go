package process

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"example.com/overlap"
)

// Class says how a worker died.
type Class string

const (
	Exited            Class = "the task exited"               // os.Exit or log.Fatal
	Crashed           Class = "crashed"                       // a fatal error of the runtime, or a signal such as SIGSEGV
	PanickedElsewhere Class = "panicked in another goroutine" // which no call can catch
	OutOfMemory       Class = "ran out of memory"
	// ProbablyOutOfMemory is a worker that somebody killed while the kernel killed for want of memory, here or elsewhere.
	ProbablyOutOfMemory Class = "was killed, probably for want of memory"
	OverTime            Class = "killed for its timeout"
	KilledHere          Class = "killed by its pool"
	KilledOutside       Class = "killed from outside"
	Unreachable         Class = "closed its files"
)

// DiedError is the death of a worker process.
type DiedError struct {
	// Worker is what messages call it, such as "worker process 4711". The Worker of an [overlap.Result] is another number:
	// that of the goroutine that fed it.
	Worker   string
	PID      int
	Class    Class
	ExitCode int            // −1 if a signal ended it.
	Signal   syscall.Signal // 0 if none did.
	Reason   string         // Why its pool killed it; "" if it did not.
	Peak     int64          // Its peak memory in bytes, with what it started if it had a cgroup; 0 if nobody knows.
	Printed  string         // The end of what it printed, a stack for instance.
	Limit    int64          // Its memory limit in bytes; 0 if it had none.
	AtStart  int64          // How much of that it used before its first call; 0 if nobody knows.
	Started  bool           // The call had started.
	Unclear  bool           // What was printed may be of another call, made just before.
}

// nameOf is a worker's name in messages. It is no number from 0 or 1, which would look like the worker's of a result.
func nameOf(pid int) string { return fmt.Sprintf("worker process %d", pid) }

func (e *DiedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.Worker, e.Class)
	switch {
	case e.Signal != 0:
		fmt.Fprintf(&b, ": %v", e.Signal)
	case e.ExitCode >= 0:
		fmt.Fprintf(&b, ": exit status %d", e.ExitCode)
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, ", %s", e.Reason)
	}
	if e.Peak > 0 {
		fmt.Fprintf(&b, ", peak memory %d MB", e.Peak>>20)
	}
	if e.Class == OutOfMemory && e.Limit > 0 {
		fmt.Fprintf(&b, ", limit %d MB", e.Limit>>20)
		if e.AtStart > 0 {
			fmt.Fprintf(&b, ", of which it used %d MB before its first call", e.AtStart>>20)
		}
	}
	if said := headline(e.Printed); said != "" {
		printed := "it printed"
		if e.Unclear && !beginsCrash([]byte(said)) && !strings.Contains(e.Printed, "(most recent call first):") {
			printed = "before, perhaps in another call, it printed"
		}
		fmt.Fprintf(&b, "; %s: %s", printed, said)
	}
	return b.String()
}

// ErrResultLost is a call that had ended when its worker died, before its result arrived. Its task is not declared
// [overlap.Idempotent], so it was not made again.
var ErrResultLost = errors.New("the call had ended, but its result was lost with the worker; " +
	"declare the task overlap.Idempotent to have it made again")

// afterDeath deals with what was in flight when the process died.
func (l *lease) afterDeath() {
	c := l.child
	l.pool.unwatch(c)
	died := c.awaitDeath()
	l.takeLastAnswers()
	started, finished := c.progress()
	if l.flight.count > 0 && started == c.answered { // it died of nothing that it had begun
		l.fruitless++
	} else {
		l.fruitless = 0
	}
	first := c.answered + 1
	died.Unclear = finished+1 != c.marked
	for seq := first; l.flight.count > 0; seq++ {
		f := l.flight.pop()
		switch {
		case f.requeued:
		// the call kills workers before it is seen to begin
		case seq > started && seq == first && l.fruitless >= mostFruitless:
			died.Started = false
			f.call.End(nil, overlap.WorkerDied, died)
			l.fruitless = 0
		case seq > started:
			f.call.Requeue()
		case seq <= finished && f.call.Idempotent():
			f.call.Requeue()
		case seq <= finished:
			f.call.End(nil, overlap.WorkerDied, fmt.Errorf("%w: %w", ErrResultLost, died))
		case died.Class == OverTime && seq == l.watched.seq: // else the call that was late had just ended
			timeout, grace := f.call.Timeout()
			f.call.End(nil, overlap.TimedOut, &overlap.TimeoutError{Timeout: timeout, Grace: grace, Err: died})
		case !l.watched.canceled.IsZero() && l.watched.killed && seq == l.watched.seq:
			f.call.End(nil, overlap.Canceled, errors.Join(context.Cause(f.call.Context()), died))
		default:
			f.call.End(nil, overlap.WorkerDied, died)
		}
	}
	c.release()
	*l = lease{pool: l.pool, worker: l.worker, drained: l.drained, window: 1, fruitless: l.fruitless}
}

// mostFruitless is how many workers in a row may die under a call that they have not begun.
const mostFruitless = 5

// takeLastAnswers takes what the process had answered before it died: what is on the pipe, and what it had not written.
func (l *lease) takeLastAnswers() {
	c := l.child
	c.onInterrupt = nil
	c.replies.SetReadDeadline(time.Now().Add(dumpLimit)) // something it started may hold the pipe
	for l.flight.count > 0 && l.receive() {
	}
	_, finished := c.progress()
	l.takeKept(c.memory.replies()[:min(c.page.unsent, unsentSize)], finished)
}

// awaitDeath waits for the end of a worker that does not answer any more, and says how it died.
func (c *child) awaitDeath() *DiedError {
	unreachable := false
	select {
	case <-c.exited:
	case <-time.After(time.Second): // it has closed its files
		unreachable = true
		c.kill("it does not answer any more")
		<-c.exited
	}
	c.printed.drain()
	state := c.cmd.ProcessState
	e := &DiedError{Worker: c.name, PID: state.Pid(), ExitCode: state.ExitCode(), Printed: c.printed.tail(),
		Peak: c.peak(), Started: true}
	if r := c.reason.Load(); r != nil {
		e.Reason = *r
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = status.Signal()
	}
	if c.cgroup.peak > 0 {
		e.Peak = c.cgroup.peak
	}
	e.Class = e.classify(unreachable, c)
	e.Limit, e.AtStart = c.limit, c.atStart
	return e
}

func (e *DiedError) classify(unreachable bool, c *child) Class {
	says := func(what string) bool { return strings.Contains(e.Printed, what) }
	switch {
	case strings.Contains(e.Reason, "longer than its timeout"):
		return OverTime
	case e.Reason == overMemory:
		return OutOfMemory
	case unreachable:
		return Unreachable
	case e.Reason != "":
		return KilledHere
	case e.Signal == syscall.SIGKILL && c.cgroup.kills > 0:
		return OutOfMemory
	case c.limited && (e.Signal == syscall.SIGABRT || e.ExitCode == 2) && saysOutOfMemory(e.Printed):
		return OutOfMemory
	case e.Signal == syscall.SIGKILL && !c.cgroup.knows() && kills() > c.kills:
		return ProbablyOutOfMemory
	case e.Signal == syscall.SIGKILL || e.Signal == syscall.SIGTERM || e.Signal == syscall.SIGINT ||
		e.Signal == syscall.SIGHUP:
		return KilledOutside
	case e.Signal != 0:
		return Crashed
	case e.ExitCode == 2 && (says(": out of memory") || says("cannot allocate memory")):
		return OutOfMemory
	case e.ExitCode == 2 && says("fatal error: "):
		return Crashed
	case e.ExitCode == 2 && says("panic: ") && says("\ngoroutine "):
		return PanickedElsewhere
	case e.ExitCode == 2 && (says("SIGSEGV: ") || says("SIGABRT: ") || says("SIGQUIT: ")):
		return Crashed
	}
	return Exited
}

// saysOutOfMemory reports whether Go's runtime, or the C library, has said so: also of a thread that has got no stack,
// of which they do not say that memory is what it lacks.
func saysOutOfMemory(printed string) bool {
	for _, said := range []string{
		": out of memory", "fatal error: runtime: cannot allocate memory", "pthread_create failed",
		"failed to create new OS thread",
		"fatal error: newosproc", "std::bad_alloc", "cannot allocate memory",
	} {
		if strings.Contains(printed, said) {
			return true
		}
	}
	return false
}

const overMemory = "it used more memory than its limit"

// headline is the line of a dead worker's last words that says most.
func headline(printed string) string {
	lines := strings.Split(printed, "\n")
	for i, line := range lines {
		if strings.HasSuffix(line, "(most recent call first):") && i+1 < len(lines) &&
			!strings.Contains(printed, "Fatal Python error: ") {
			return strings.TrimSpace(lines[i+1]) // where Python was
		}
		if strings.HasPrefix(line, "Fatal Python error: ") || strings.HasPrefix(line, "panic: ") ||
			strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "SIG") {
			return line
		}
	}
	return lines[len(lines)-1]
}
